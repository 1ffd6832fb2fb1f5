"""What one case adds to the tallies: its contribution, a pure function of the case.

Everything is first said as *entries* `(instant, unit, measure, n)`. A state that holds from x to y (exclusive of x,
inclusive of y, as "state at b is after all facts before b" asks) enters at x and leaves at y. By local day the entries
sum to the tallies; cut at an instant they give the figure of a day that is not over.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from msgspec import Struct

from events.case import Case, End, Holder
from events.facts import Kind, Received
from projections.deadline import Deadline, deadline
from projections.labels import Timeliness, open_when_due_passed, passes_at, timeliness
from projections.measures import INDEX, POLICIES, Policy, under
from projections.units import UnitTree
from projections.zone import LocalDays

Entry = tuple[int, str, int, int]
"""Instant (microseconds), unit, index of the measure, n."""
Cell = tuple[int, str, int, int]
"""Local day, unit, index of the measure, n."""

_NEW: Final = INDEX["new"]
_NEW_ONLINE: Final = INDEX["new_online"]
_IN: Final = INDEX["transferred_in"]
_OUT: Final = INDEX["transferred_out"]
_CLOSED: Final = INDEX["closed"]
_RETURNED: Final = INDEX["returned"]
_BECAME_OVERDUE: Final = INDEX["became_overdue"]
_REFUSED: Final = INDEX["refused_at_desk"]
_SETTLED: Final = {
    (policy, label): INDEX[under(f"settled_{label.value}", policy)] for policy in POLICIES for label in Timeliness
}
_FELL_DUE: Final = {policy: INDEX[under("fell_due", policy)] for policy in POLICIES}
_FELL_DUE_ON_TIME: Final = {policy: INDEX[under("fell_due_on_time", policy)] for policy in POLICIES}
_OVERDUE: Final = {policy: INDEX[under("overdue", policy)] for policy in POLICIES}
_PAUSED: Final = {policy: INDEX[under("paused", policy)] for policy in POLICIES}
_OPEN_DUE: Final = {policy: INDEX[under("open_due", policy)] for policy in POLICIES}

FOREVER: Final = 1 << 62
"""An instant after every other: a state that still holds."""


class Rules(Struct, frozen=True):
    """What a contribution depends on besides the facts: the calendar, the database's policy, the units."""

    days: LocalDays
    policy: Policy
    units: UnitTree


class Contribution(Struct, frozen=True, gc=False, array_like=True):
    """What a case has been counted as. Stored with the case, so that exactly this is taken back when it changes."""

    kind: Kind = "procedure"
    cells: tuple[Cell, ...] = ()
    problem_day: int = 0
    problem_unit: str = ""
    problems: tuple[str, ...] = ()


NOTHING: Final = Contribution()


def contribution(case: Case | None, rules: Rules) -> Contribution:
    """The tallies of one case: cells sorted, no zeros."""
    if case is None:
        return NOTHING
    sums: dict[tuple[int, str, int], int] = {}
    day_of = rules.days.day_of
    for instant, unit, measure, n in entries(case, rules):
        key = day_of(instant), unit, measure
        sums[key] = sums.get(key, 0) + n
    cells = tuple(sorted((*key, n) for key, n in sums.items() if n))
    first, unit = (case.received_at, _holders(case, rules)[-1].unit) if case.received else (None, "")
    return Contribution(
        kind=case.received.kind if case.received is not None else "procedure",
        cells=cells,
        problem_day=day_of(case.first_time if first is None else first),
        problem_unit=unit,
        problems=tuple(sorted(problems(case, rules))),
    )


def entries(case: Case, rules: Rules) -> list[Entry]:
    """All entries of a case, in no particular order."""
    if case.received is None or case.received_at is None:
        return [(case.end.time, "", _REFUSED, 1)] if case.refused_at_desk and case.end else []
    holders = _holders(case, rules)
    found = list(_flows(case, case.received, case.received_at, holders))
    plain = not case.steps and case.open_pause is None
    standing = deadline(case, rules.policy, rules.days)
    for policy in POLICIES:
        own = standing if plain or policy is rules.policy else deadline(case, policy, rules.days)
        found += _under_policy(case, case.received_at, holders, own, policy, rules.days)
    became = _became_overdue(case, standing, holders)
    return found if became is None else [*found, became]


def _holders(case: Case, rules: Rules) -> Sequence[Holder]:
    """Holders under the codes valid on the day they took over; a transfer within one unit is none."""
    resolved: list[Holder] = []
    for holder in case.holders:
        unit, _ = rules.units.resolve(holder.unit, rules.days.day_of(holder.since))
        if not resolved or resolved[-1].unit != unit:
            resolved.append(holder if unit == holder.unit else Holder(unit, holder.since))
    return resolved


def _flows(case: Case, received: Received, received_at: int, holders: Sequence[Holder]) -> Iterator[Entry]:
    yield received_at, holders[0].unit, _NEW, 1
    if received.channel == "online":
        yield received_at, holders[0].unit, _NEW_ONLINE, 1
    for before, after in pairwise(holders):
        yield after.since, before.unit, _OUT, 1
        yield after.since, after.unit, _IN, 1
    if case.end is not None and not case.end.settled:
        yield max(case.end.time, received_at), holders[-1].unit, _CLOSED, 1
    if case.returned_at is not None:
        yield max(case.returned_at, received_at), holders[-1].unit, _RETURNED, 1


def _under_policy(
    case: Case,
    received_at: int,
    holders: Sequence[Holder],
    found: Deadline,
    policy: Policy,
    days: LocalDays,
) -> list[Entry]:
    last = holders[-1].unit
    until = FOREVER if case.end is None else max(case.end.time, received_at)
    entered: list[Entry] = []
    label = None
    if case.end is not None and case.end.settled:
        label = timeliness(case.end.time, found.standing, policy, days)
        entered.append((until, last, _SETTLED[policy, label], 1))
    pauses = _pauses(found)
    for began, ended in pauses:
        entered += _held(max(began, received_at), min(ended, until), holders, _PAUSED[policy])
    if found.due is not None:
        passes = passes_at(found.due, received_at, policy, days)
        if case.end is None:
            entered.append((found.due, last, _OPEN_DUE[policy], 1))
        entered += _fell_due(case.end, label, passes, last, policy)
        for begin, stop in _without(passes, until, pauses):
            entered += _held(begin, stop, holders, _OVERDUE[policy])
    return entered


def _pauses(found: Deadline) -> list[tuple[int, int]]:
    if found.paused_since is None:
        return list(found.pauses)
    return [*found.pauses, (found.paused_since, FOREVER)]


def _fell_due(end: End | None, label: Timeliness | None, passes: int, last: str, policy: Policy) -> Iterator[Entry]:
    if end is not None and not end.settled:
        return
    yield passes, last, _FELL_DUE[policy], 1
    if label is not None and label is not Timeliness.LATE:
        yield passes, last, _FELL_DUE_ON_TIME[policy], 1


def _without(begin: int, stop: int, holes: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """What is left of an interval when the holes (in order, apart from each other) are cut out."""
    for hole_begin, hole_stop in holes:
        if begin < hole_begin:
            yield begin, min(stop, hole_begin)
        begin = max(begin, hole_stop)
    if begin < stop:
        yield begin, stop


def _held(begin: int, stop: int, holders: Sequence[Holder], measure: int) -> Iterator[Entry]:
    """A state from `begin` to `stop`, entered and left by each holder in turn."""
    for place, holder in enumerate(holders):
        left = holders[place + 1].since if place + 1 < len(holders) else FOREVER
        enters, leaves = max(begin, holder.since), min(stop, left)
        if enters < leaves:
            yield enters, holder.unit, measure, 1
            if leaves < FOREVER:
                yield leaves, holder.unit, measure, -1


def _became_overdue(case: Case, found: Deadline, holders: Sequence[Holder]) -> Entry | None:
    for note in case.overdue_notes:
        if note.due == found.due and open_when_due_passed(case, note.time, note.due):
            return note.time, holder_at(holders, note.time), _BECAME_OVERDUE, 1
    return None


def holder_at(holders: Sequence[Holder], instant: int) -> str:
    """The unit after all transfers before an instant."""
    return next((holder.unit for holder in reversed(holders) if holder.since < instant), holders[0].unit)


def problems(case: Case, rules: Rules) -> set[str]:
    """The data-quality problems of a case, those of the fold and those that need a calendar or the unit tree."""
    found = set(case.problems)
    if case.received_at is None:
        return found
    received_day = rules.days.day_of(case.received_at)
    if case.end is not None and rules.days.day_of(case.end.time) < received_day:
        found.add("ended_before_received")
    due = deadline(case, Policy.DATE, rules.days).standing
    if due is not None and rules.days.day_of(due) < received_day:
        found.add("due_before_received")
    for holder in case.holders:
        if not rules.units.resolve(holder.unit, rules.days.day_of(holder.since))[1]:
            found.add("unit_not_valid")
    return found
