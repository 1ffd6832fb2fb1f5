"""The figures of a unit over an interval: N, C, S, X, P, D, transfers, from sums of tallies (`domain.md`, Periods)."""

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Final

from msgspec import Struct, structs

from projections.buckets import Buckets, Vector, less
from projections.measures import FIELD_FLOWS, INDEX, POLICIES, POLICY_FLOWS, Policy, under
from projections.periods import Period

Ahead = Mapping[str, Mapping[int, int]]
"""Per unit and measure: what is tallied on the last day but lies at or after the instant at which it is cut."""


class Counts(Struct, frozen=True):
    """Integers of one unit (or a sum of units) over an interval `[a, b)`; names as in the report JSON."""

    new: int = 0
    carried_over: int = 0
    transferred_in: int = 0
    settled_early: int = 0
    settled_on_time: int = 0
    settled_late: int = 0
    closed: int = 0
    transferred_out: int = 0
    pending_in_time: int = 0
    pending_overdue: int = 0
    pending_paused: int = 0
    fell_due: int = 0
    fell_due_on_time: int = 0
    returned: int = 0
    online: int = 0
    digitised_yes: int = 0
    digitised_no: int = 0
    electronic_result_yes: int = 0
    electronic_result_no: int = 0
    paid_online: int = 0
    paid_counter: int = 0

    @property
    def settled(self) -> int:
        return self.settled_early + self.settled_on_time + self.settled_late

    @property
    def settled_in_time(self) -> int:
        return self.settled_early + self.settled_on_time

    @property
    def pending(self) -> int:
        return self.pending_in_time + self.pending_overdue + self.pending_paused

    @property
    def entered(self) -> int:
        """Left side of the identity: N + C + T_in."""
        return self.new + self.carried_over + self.transferred_in

    @property
    def left(self) -> int:
        """Right side of the identity: S + X + T_out + P."""
        return self.settled + self.closed + self.transferred_out + self.pending

    @property
    def any(self) -> bool:
        return any(structs.astuple(self))


def total(parts: Iterable[Counts]) -> Counts:
    """Sums of all integers."""
    columns = [structs.astuple(part) for part in parts]
    return Counts(*map(sum, zip(*columns, strict=True))) if columns else Counts()


_SETTLED: Final = tuple(INDEX[f"settled_{label}_date"] for label in ("early", "on_time", "late"))
_NEW: Final = INDEX["new"]
_IN: Final = INDEX["transferred_in"]
_OUT: Final = INDEX["transferred_out"]
_CLOSED: Final = INDEX["closed"]


def _flow_places(policy: Policy) -> dict[str, int]:
    """Where the flow of each count is, by the count's name."""
    plain = ("new", "transferred_in", "transferred_out", "closed", "returned", *FIELD_FLOWS)
    names = {name: name for name in plain} | {name: under(name, policy) for name in POLICY_FLOWS}
    return {name: INDEX[measure] for name, measure in names.items()} | {"online": INDEX["new_online"]}


_STOCK: Final = ("carried_over", "pending_in_time", "pending_overdue", "pending_paused")
_FLOW_NAMES: Final = [name for name in Counts.__struct_fields__ if name not in _STOCK]
_FLOWS: Final = {policy: itemgetter(*map(_flow_places(policy).__getitem__, _FLOW_NAMES)) for policy in POLICIES}
"""The flows out of sums, in the order of the fields of `Counts`: a report of a nation asks for them thousands of times.
"""
_STATES: Final = {policy: (INDEX[under("overdue", policy)], INDEX[under("paused", policy)]) for policy in POLICIES}


def measures_of(policy: Policy) -> tuple[int, ...]:
    """Indexes of the measures that figures under a policy are made of."""
    stock = {*_SETTLED, _NEW, _IN, _OUT, _CLOSED, *_STATES[policy]}
    return tuple(sorted(stock | set(_flow_places(policy).values())))


def with_moves(counts: Counts, moves: Buckets, unit: str, period: Period, policy: Policy) -> Counts:
    """The counts with what the unit is to answer for more, or less, than it settled itself (`projections.attribution`).

    Settled cases and those that fell due change, and nothing else: the backlog stays where it is held.
    """
    if unit not in moves.units:
        return counts
    more = moves.between(unit, period.begin, period.end)
    return structs.replace(
        counts, **{name: getattr(counts, name) + more[INDEX[under(name, policy)]] for name in POLICY_FLOWS}
    )


def pending(before: Vector) -> int:
    """The backlog at a midnight from the sums of all days before it."""
    early, on_time, late = _SETTLED
    left = before[early] + before[on_time] + before[late] + before[_CLOSED] + before[_OUT]
    return before[_NEW] + before[_IN] - left


def figures(buckets: Buckets, unit: str, period: Period, policy: Policy, ahead: Ahead | None = None) -> Counts:
    """The counts of a unit over a period; both its edges are bounds of the buckets.

    With `ahead`, the end is an instant within the last day of the period, and what lies at or after it is left out.
    """
    if unit not in buckets.units:
        return Counts()
    at_begin = buckets.before(unit, period.begin)
    cut = ahead.get(unit) if ahead else None
    within = less(buckets.between(unit, period.begin, period.end), cut)
    carried_over, (overdue, paused) = pending(at_begin), _STATES[policy]
    overdue_at_end, paused_at_end = at_begin[overdue] + within[overdue], at_begin[paused] + within[paused]
    new, transferred_in, early, on_time, late, closed, transferred_out, *others = _FLOWS[policy](within)
    return Counts(
        new,
        carried_over,
        transferred_in,
        early,
        on_time,
        late,
        closed,
        transferred_out,
        carried_over + pending(within) - overdue_at_end - paused_at_end,
        overdue_at_end,
        paused_at_end,
        *others,
    )
