"""The figures of a unit over an interval: N, C, S, X, P, D, transfers, from sums of tallies (`domain.md`, Periods)."""

from collections.abc import Iterable, Mapping

from msgspec import Struct, structs

from projections.buckets import Buckets, Vector, less
from projections.measures import INDEX, Policy, under
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


def pending(before: Vector) -> int:
    """The backlog at a midnight from the sums of all days before it."""
    settled = sum(before[INDEX[f"settled_{label}_date"]] for label in ("early", "on_time", "late"))
    entered = before[INDEX["new"]] + before[INDEX["transferred_in"]]
    return entered - settled - before[INDEX["closed"]] - before[INDEX["transferred_out"]]


def figures(buckets: Buckets, unit: str, period: Period, policy: Policy, ahead: Ahead | None = None) -> Counts:
    """The counts of a unit over a period; both its edges are bounds of the buckets.

    With `ahead`, the end is an instant within the last day of the period, and what lies at or after it is left out.
    """
    at_begin = buckets.before(unit, period.begin)
    cut = ahead.get(unit) if ahead else None
    at_end = less(buckets.before(unit, period.end), cut)
    within = less(buckets.between(unit, period.begin, period.end), cut)

    def flow(measure: str) -> int:
        return within[INDEX[measure]]

    open_then = pending(at_end)
    overdue = at_end[INDEX[under("overdue", policy)]]
    paused = at_end[INDEX[under("paused", policy)]]
    return Counts(
        new=flow("new"),
        carried_over=pending(at_begin),
        transferred_in=flow("transferred_in"),
        settled_early=flow(under("settled_early", policy)),
        settled_on_time=flow(under("settled_on_time", policy)),
        settled_late=flow(under("settled_late", policy)),
        closed=flow("closed"),
        transferred_out=flow("transferred_out"),
        pending_in_time=open_then - overdue - paused,
        pending_overdue=overdue,
        pending_paused=paused,
        fell_due=flow(under("fell_due", policy)),
        fell_due_on_time=flow(under("fell_due_on_time", policy)),
        returned=flow("returned"),
        online=flow("new_online"),
    )
