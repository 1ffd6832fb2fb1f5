"""OCEL 2.0: cases and units as objects, facts as events; what changes in a case is an attribute with its time.

Due date, pause, holder, state and label of a case are such attributes, as `projections.case_course` has them. Both
forms of the standard, JSON and SQLite, are written from what stands here.
"""

from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct

from events.facts import NAMES, Received
from events.instants import EPOCH, instant_of
from projections.case_course import Course, Step
from projections.units import UnitTree
from services.exports.contents import BOOLEANS, HAPPENED, TIMES, ExportedCase, fields_of, said_by
from services.history.archive import RecordedFact

BEGINNING: Final = instant_of(EPOCH)
"""The time of attributes that an object always had, as the standard wants it."""
CASE: Final = "case"
UNIT: Final = "unit"
_BY_POLICY: Final = {"due": "time", "paused": "boolean", "label": "string"}
OBJECT_TYPES: Final[dict[str, dict[str, str]]] = {
    CASE: {
        **dict.fromkeys(("kind", "procedure", "channel", "digitised", "state", "unit"), "string"),
        **dict.fromkeys(("received_at", "ended_at", "counted_at"), "time"),
        **{f"{name}_by_{policy}": kind for name, kind in _BY_POLICY.items() for policy in ("date", "instant")},
    },
    UNIT: dict.fromkeys(("name", "level", "parent"), "string"),
}
"""Attributes with their types, by object type."""
_ALWAYS: Final = ("kind", "procedure", "channel", "digitised")


def _type_of(field: str) -> str:
    if field in TIMES:
        return "time"
    return "boolean" if field in BOOLEANS else "string"


EVENT_TYPES: Final[dict[str, dict[str, str]]] = {
    NAMES[body]: {
        "source": "string",
        "fact_id": "string",
        "recorded_at": "time",
        "unused_because": "string",
        **{field: _type_of(field) for field in fields_of(body)},
    }
    for body in HAPPENED
}
"""The same by event type."""


class Attribute(Struct, frozen=True):
    """A value from an instant on; times are instants in microseconds."""

    time: int
    name: str
    value: Any


class Related(Struct, frozen=True):
    """Another object, and what it is to this one."""

    object_id: str
    qualifier: str


class Object(Struct, frozen=True):
    id: str
    type: str
    attributes: list[Attribute]
    related: list[Related]


class Event(Struct, frozen=True):
    id: str
    type: str
    time: int
    attributes: dict[str, Any]
    related: list[Related]


def case_id_of(case_id: str) -> str:
    """Ids of objects are unique over all types."""
    return f"{CASE}:{case_id}"


def unit_id_of(code: str) -> str:
    return f"{UNIT}:{code}"


def unit_object(code: str, units: UnitTree) -> Object:
    """A unit as it is valid longest; bare where the tree of the point does not have it."""
    if code not in units:
        return Object(unit_id_of(code), UNIT, [], [])
    found = units.latest(code)
    attributes = [
        Attribute(BEGINNING, name, value) for name in OBJECT_TYPES[UNIT] if (value := getattr(found, name)) != ""
    ]
    parent = [Related(unit_id_of(found.parent), "under")] if found.parent in units else []
    return Object(unit_id_of(code), UNIT, attributes, parent)


def case_object(case: ExportedCase, course: Course) -> Object:
    """A case with everything that changed in it."""
    related = [Related(unit_id_of(course.unit), "held by")] if course.unit else []
    return Object(case_id_of(case.case_id), CASE, [*_always(course), *_changes(course)], related)


def _always(course: Course) -> Iterator[Attribute]:
    first = next((step.fact.body for step in course.steps if isinstance(step.fact.body, Received)), None)
    said = {name: getattr(first, name, None) for name in _ALWAYS} | {"kind": course.kind}
    return (Attribute(BEGINNING, name, value) for name, value in said.items() if value is not None)


def _changes(course: Course) -> Iterator[Attribute]:
    """In the order of time; the end stands where it is counted."""
    yield from sorted(_changes_by_step(course), key=lambda one: one.time)
    if course.counted_at is not None:
        last = {"state": course.state, "ended_at": course.ended_at, "counted_at": course.counted_at}
        last |= {"label_by_date": course.by_date.label, "label_by_instant": course.by_instant.label}
        yield from (Attribute(course.counted_at, name, value) for name, value in last.items())


def _changes_by_step(course: Course) -> Iterator[Attribute]:
    begun = course.state if course.received_at is None else "open"
    since = course.steps[0].fact.time if course.received_at is None else course.received_at
    yield Attribute(since, "state", begun)
    if course.received_at is not None:
        yield Attribute(since, "received_at", course.received_at)
    known: dict[str, Any] = {"unit": "", "paused_by_date": False, "paused_by_instant": False}
    for step in course.steps:
        for name, value in _held_after(step).items():
            if value != known.get(name):
                known[name] = value
                yield Attribute(step.fact.time, name, value)


def _held_after(step: Step) -> dict[str, Any]:
    by_date, by_instant = step.by_date, step.by_instant
    return {
        "unit": step.unit,
        "due_by_date": by_date.due,
        "due_by_instant": by_instant.due,
        "paused_by_date": by_date.paused,
        "paused_by_instant": by_instant.paused,
    }


def event_of(case: ExportedCase, place: str, found: RecordedFact, step: Step) -> Event:
    """A fact that stands."""
    attributes = {
        "source": step.fact.source,
        "fact_id": step.fact.id,
        "recorded_at": found.recorded_at,
        "unused_because": step.unused_because,
        **said_by(found),
    }
    related = [Related(case_id_of(case.case_id), "of")]
    if step.unit:
        related.append(Related(unit_id_of(step.unit), "held by"))
    known = {name: value for name, value in attributes.items() if value is not None}
    return Event(place, NAMES[type(step.fact.body)], step.fact.time, known, related)
