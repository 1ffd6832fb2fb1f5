"""Promises that the calendar of today would make otherwise, and the fact that says so.

The new date is told as if it had been promised from the beginning: the fact lies just before the reception, so that
pauses move the new date as they moved the old one, and a date that a sender set later still holds.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID, uuid5

from msgspec import Struct

from events.case import Case
from events.facts import Event, Fact, Rescheduled
from events.fold import fold, walk_of
from events.instants import iso
from projections.effect import Kept
from projections.promises import Promise, due_by_limit
from projections.standing import Rules

CALENDAR_SOURCE: Final = "/duecourse/calendar"
"""The source of facts that say what a newer calendar does to a promise."""
BEFORE_RECEPTION: Final = 1_000
"""Microseconds before the reception at which the first such fact lies; each further one lies one later."""
_MOVED: Final = UUID("0b0f6f0e-5d4c-5b53-9d0f-6a1f9d3d7c52")


class MovedPromise(Struct, frozen=True):
    """An open case whose standing promise `due` would be `due_now`; instants in microseconds.

    `number` counts the times that a calendar moved the case before.
    """

    case_id: str
    unit: str
    received_at: int
    due: int
    due_now: int
    number: int

    def event(self) -> Event:
        """The same event however often it is made: its id follows from case, number and date."""
        event_id = str(uuid5(_MOVED, f"{self.case_id}\n{self.number}\n{iso(self.due_now)}"))
        time = self.received_at - BEFORE_RECEPTION + self.number
        return Event(self.case_id, Fact(CALENDAR_SOURCE, event_id, time, Rescheduled(self.due_now, "calendar")))


def promise_kept(kept: Sequence[Kept], case: Case) -> Promise | None:
    """The promise made for the fact by which a case counts as received; None where its sender gave a due date."""
    return next((one.promise for one in kept if one.promise is not None and one.fact.body is case.received), None)


def moved_promise(case_id: str, kept: Sequence[Kept], rules: Rules, now: int) -> MovedPromise | None:
    """How a promise moves under the calendar of `rules` and the days published by `now`; None where it does not.

    `rules` have the procedures that the promise was made by: a limit that changed since moves nothing.
    """
    facts = [one.fact for one in kept]
    case = fold(facts)
    if case is None or case.received is None or case.received_at is None or case.end is not None:
        return None
    promise = promise_kept(kept, case)
    if promise is None or rules.procedures is None or rules.procedures.version != promise.procedures_version:
        return None
    due = _standing_due(facts, case, promise)
    due_now = due_by_limit(case.received, case.received_at, rules, known_at=now)
    if due is None or due_now is None or due == due_now:
        return None
    number = sum(one.source == CALENDAR_SOURCE and isinstance(one.body, Rescheduled) for one in facts)
    return MovedPromise(case_id, case.holders[-1].unit, case.received_at, due, due_now, number)


def _standing_due(facts: Sequence[Fact], case: Case, promise: Promise) -> int | None:
    """The date promised last by a calendar; None where a sender set another one since."""
    ignored = {(one.source, one.id) for one in case.ignored}
    due, source = promise.due, CALENDAR_SOURCE
    for fact in walk_of(facts):
        body = fact.body
        if isinstance(body, Rescheduled) and body.reason != "apology" and (fact.source, fact.id) not in ignored:
            due, source = body.due, fact.source
    return due if source == CALENDAR_SOURCE else None


def promised_by(kept: Sequence[Kept]) -> set[str]:
    """The versions of the procedures by which a case was promised due dates; one of them counts."""
    return {one.promise.procedures_version for one in kept if one.promise is not None}
