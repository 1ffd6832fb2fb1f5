"""Cases told short: times are `MM-DD` or `MM-DD HH:MM` of 2024 at UTC+7 (10:00 if left out), or whole with an offset.

Facts are of source `/desk` and numbered in the order they are told, unless given.
"""

import itertools
from datetime import datetime
from typing import Any

from events.case import Case
from events.facts import DEADLINES_SOURCE, Body, Fact, Overdue, Received, Rescheduled, RescheduleReason
from events.fold import fold
from events.instants import instant_of

DESK = "/desk"
_numbers = itertools.count(1)


def at(text: str, clock: str = "10:00") -> int:
    """The instant that a short or whole time names."""
    if "T" not in text:
        day, _, given = text.partition(" ")
        text = f"{day if day.count('-') == 2 else f'2024-{day}'}T{given or clock}+07:00"
    return instant_of(datetime.fromisoformat(text))


def due_at(text: str) -> int:
    """A due date; at 17:00 if no hour is given."""
    return at(text, "17:00")


def said(time: str, body: Body, *, source: str = DESK, id: str | None = None) -> Fact:  # noqa: A002
    return Fact(source, id or f"{next(_numbers):06}", at(time), body)


def received(time: str, unit: str = "A", *, due: str | None = "03-08", id: str | None = None, **more: Any) -> Fact:  # noqa: A002
    return said(time, Received(unit, None if due is None else due_at(due), **more), id=id)


def rescheduled(time: str, due: str, reason: RescheduleReason = "supplement") -> Fact:
    return said(time, Rescheduled(due_at(due), reason))


def overdue(time: str, due: str, *, source: str = DEADLINES_SOURCE) -> Fact:
    return said(time, Overdue(due_at(due)), source=source)


def told(*facts: Fact) -> Case:
    """The case that facts tell; the same when they arrive the other way round, or twice."""
    case = fold(facts)
    assert case is not None
    assert fold(reversed(facts)) == case == fold(facts * 2)
    return case


def ignored(case: Case) -> dict[str, str]:
    """Why facts changed nothing, by id."""
    return {one.id: one.why for one in case.ignored}
