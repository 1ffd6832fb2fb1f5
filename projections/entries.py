"""What a case is counted as, said in *entries* `(instant, unit, measure, n)`.

A state that holds from x to y (exclusive of x, inclusive of y, as "state at b is after all facts before b" asks)
enters at x and leaves at y. By local day the entries sum to the tallies; cut at an instant they give the figure of a
day that is not over.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from msgspec import Struct

from events.case import Case, End, Holder
from projections.labels import EARLY, LATE, Timeliness, overdue_time, passes_at, timeliness
from projections.measures import INDEX, POLICIES, Policy, under
from projections.standing import FOREVER, Rules, Standing, standing
from projections.zone import LocalDays

Entry = tuple[int, str, int, int]
"""Instant (microseconds), unit, index of the measure, n."""

_NEW: Final = INDEX["new"]
_NEW_ONLINE: Final = INDEX["new_online"]
_IN: Final = INDEX["transferred_in"]
_OUT: Final = INDEX["transferred_out"]
_CLOSED: Final = INDEX["closed"]
_RETURNED: Final = INDEX["returned"]
_BECAME_OVERDUE: Final = INDEX["became_overdue"]
_REFUSED: Final = INDEX["refused_at_desk"]
_DIGITISED: Final = {"yes": INDEX["digitised_yes"], "no": INDEX["digitised_no"]}
_ELECTRONIC: Final = {True: INDEX["electronic_result_yes"], False: INDEX["electronic_result_no"]}
_PAID: Final = {"online": INDEX["paid_online"], "counter": INDEX["paid_counter"]}


class _Places(Struct, frozen=True):
    """Indexes of the measures that exist once for each policy."""

    early: int
    on_time: int
    late: int
    fell_due: int
    fell_due_on_time: int
    overdue: int
    paused: int
    open_due: int

    def settled(self, label: Timeliness) -> int:
        if label is EARLY:
            return self.early
        return self.late if label is LATE else self.on_time


def _places(policy: Policy) -> _Places:
    settled = ("settled_early", "settled_on_time", "settled_late")
    others = ("fell_due", "fell_due_on_time", "overdue", "paused", "open_due")
    return _Places(*(INDEX[under(measure, policy)] for measure in settled + others))


_UNDER: Final = {policy: _places(policy) for policy in POLICIES}


def entries(case: Case, rules: Rules) -> list[Entry]:
    """All entries of a case, in no particular order."""
    found = standing(case, rules)
    if found is None:
        return refusal_entries(case)
    return shared_entries(found, rules) + [one for policy in POLICIES for one in entries_under(found, policy, rules)]


def refusal_entries(case: Case) -> list[Entry]:
    """Those of a case that was never received."""
    return [(case.end.time, "", _REFUSED, 1)] if case.refused_at_desk and case.end else []


def shared_entries(found: Standing, rules: Rules) -> list[Entry]:
    """Those that no label policy has a say in."""
    entered = _flows(found)
    if found.case.overdue_notes:
        entered += _became_overdue(found, rules)
    return entered


def _flows(found: Standing) -> list[Entry]:
    case, received, received_at, holders = found.case, found.received, found.received_at, found.holders
    first, last, end = holders[0].unit, found.last_unit, case.end
    entered = [(received_at, first, _NEW, 1)]
    if received.channel == "online":
        entered.append((received_at, first, _NEW_ONLINE, 1))
    if received.digitised in _DIGITISED:
        entered.append((received_at, first, _DIGITISED[received.digitised], 1))
    if len(holders) > 1:
        for before, after in pairwise(holders):
            entered.append((after.since, before.unit, _OUT, 1))
            entered.append((after.since, after.unit, _IN, 1))
    if end is not None:
        if not end.settled:
            entered.append((found.until, last, _CLOSED, 1))
        if end.electronic_result is not None or end.paid is not None:
            entered += _of_decision(end, found.until, last)
    if case.returned_at is not None:
        entered.append((max(case.returned_at, received_at), last, _RETURNED, 1))
    return entered


def _of_decision(end: End, until: int, last: str) -> Iterator[Entry]:
    """What the decision says of its result and its fee."""
    if end.electronic_result is not None:
        yield until, last, _ELECTRONIC[end.electronic_result], 1
    if end.paid in _PAID:
        yield until, last, _PAID[end.paid], 1


def entries_under(found: Standing, policy: Policy, rules: Rules) -> list[Entry]:
    """Those of one label policy: settlement, falling due, overdue and paused, open by due day."""
    entered: list[Entry] = []
    places, days = _UNDER[policy], rules.days
    end, own = found.case.end, found.under(policy)
    last, stop = found.last_unit, found.until
    in_time = False
    if end is not None and end.settled:
        label = timeliness(end.time, own.standing, policy, days)
        in_time = label is not LATE
        entered.append((stop, last, places.settled(label), 1))
    pauses = own.pauses if own.paused_since is None else [*own.pauses, (own.paused_since, FOREVER)]
    for began, ended in pauses:
        _hold(entered, max(began, found.received_at), min(ended, stop), found.holders, places.paused)
    due = own.standing
    if due is None or own.paused_since is not None:
        return entered
    passes = passes_at(due, found.received_at, policy, days)
    if end is None:
        entered.append((due, last, places.open_due, 1))
    if end is None or end.settled:
        entered.append((passes, last, places.fell_due, 1))
        if in_time:
            entered.append((passes, last, places.fell_due_on_time, 1))
    if passes < stop:
        for begin, left in _without(passes, stop, pauses) if pauses else ((passes, stop),):
            _hold(entered, begin, left, found.holders, places.overdue)
    return entered


def policies_agree(found: Standing, days: LocalDays) -> bool:
    """Whether both policies are sure to count the case alike on every day.

    They do where the same pauses count, the effective due lies on the same day, and the label is the same: what falls
    due does so on that day under both, and a state is tallied by how it stands at midnights, where the time of day of
    the due date is past or still to come under both.
    """
    by_date, by_instant, end = found.by_date, found.by_instant, found.case.end
    due = by_instant.standing
    if by_date is not by_instant:
        if by_date.pauses != by_instant.pauses or by_date.paused_since != by_instant.paused_since:
            return False
        other = by_date.standing
        if due is None or other is None or days.day_of(due) != days.day_of(other):
            return False
    if due is None or end is None or not end.settled:
        return True
    return end.time <= due or days.day_of(end.time) != days.day_of(due)


def _without(begin: int, stop: int, holes: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """What is left of an interval when the holes (in order, apart from each other) are cut out."""
    for hole_begin, hole_stop in holes:
        if begin < hole_begin:
            yield begin, min(stop, hole_begin)
        begin = max(begin, hole_stop)
    if begin < stop:
        yield begin, stop


def _hold(entered: list[Entry], begin: int, stop: int, holders: Sequence[Holder], measure: int) -> None:
    """A state from `begin` to `stop`, entered and left by each holder in turn."""
    if len(holders) == 1 and begin < stop:
        entered.append((begin, holders[0].unit, measure, 1))
        if stop < FOREVER:
            entered.append((stop, holders[0].unit, measure, -1))
        return
    for place, holder in enumerate(holders):
        left = holders[place + 1].since if place + 1 < len(holders) else FOREVER
        enters, leaves = max(begin, holder.since), min(stop, left)
        if enters < leaves:
            entered.append((enters, holder.unit, measure, 1))
            if leaves < FOREVER:
                entered.append((leaves, holder.unit, measure, -1))


def _became_overdue(found: Standing, rules: Rules) -> Iterator[Entry]:
    """Counted when the overdue fact for the effective due date is there, at the time that the other facts give it.

    The fact's own time is the same, unless the reception was corrected after it was written; then only this keeps the
    count a function of the facts, whenever the deadlines service ran.
    """
    wanted = overdue_time(found.case, found.under(rules.policy), rules.policy, rules.days)
    if wanted is not None and any(note.due == wanted[1] for note in found.case.overdue_notes):
        yield wanted[0], holder_at(found.holders, wanted[0]), _BECAME_OVERDUE, 1


def holder_at(holders: Sequence[Holder], instant: int) -> str:
    """The unit after all transfers before an instant."""
    return next((holder.unit for holder in reversed(holders) if holder.since < instant), holders[0].unit)
