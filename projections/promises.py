"""The due date that a case without one is promised: from the procedure's limit and the working calendar.

A promise is made once, when the fact is recorded, and kept with it. What the registry or the calendar say later
changes nothing by itself (`domain.md`, AC-19 to AC-21).
"""

from msgspec import Struct, structs

from events.facts import Fact, Received
from projections.procedures import Procedure
from projections.standing import Rules
from projections.time_limits import due_of


class Promise(Struct, frozen=True, gc=False, array_like=True):
    """A due instant, and the versions (sha256) of the procedures and of the calendar that gave it."""

    due: int
    procedures_version: str
    calendar_version: str


class Promised(Struct, frozen=True, gc=False):
    """A promise with the place in the archive of the `received` fact that it was made for."""

    partition: int
    position: int
    case_id: str
    promise: Promise


def promise_of(received: Received, received_at: int, rules: Rules) -> Promise | None:
    """The promise to a case received now; None where the sender gave a due date or no limit is known.

    Holidays count that were published by `received_at`.
    """
    registry, calendar = rules.procedures, rules.calendar
    if registry is None or calendar is None or received.due is not None:
        return None
    due = due_by_limit(received, received_at, rules, known_at=received_at)
    return None if due is None else Promise(due, registry.version, calendar.version)


def due_by_limit(received: Received, received_at: int, rules: Rules, *, known_at: int) -> int | None:
    """The due instant by the limit of the procedure and the days published by `known_at`; None without a limit."""
    row = procedure_of(received, received_at, rules)
    if row is None or row.limit is None or rules.calendar is None:
        return None
    return due_of(received_at, row.limit, rules.calendar.as_known_at(known_at), rules.days, row.cutoff)


def procedure_of(received: Received, received_at: int, rules: Rules) -> Procedure | None:
    """The row of the registry for a case: of its kind, in force on the day on which it was received."""
    if rules.procedures is None or received.procedure is None:
        return None
    row = rules.procedures.find(received.procedure, rules.days.day_of(received_at))
    return row if row is not None and row.kind == received.kind else None


def with_promise(fact: Fact, promise: Promise) -> Fact:
    """A `received` fact as it is folded: with the due date promised."""
    return structs.replace(fact, body=structs.replace(fact.body, due=promise.due))


def as_said(fact: Fact) -> Fact:
    """The same as its sender said it: without a due date."""
    return structs.replace(fact, body=structs.replace(fact.body, due=None))
