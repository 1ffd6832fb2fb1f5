"""Every event version ever written, as it was written: a message, the fact it says, and its JSON Schema.

`tests/golden/<type>.json` is the message, byte for byte; `<type>.event.json` the event in the form in which facts are
stored; `<type>.schema.json` the published schema. **A version that was ever written is never edited**: its files stay
as they are, and a change of the language is a new version with a step in `events.upcasters`.

A new version gets its files by

    DUECOURSE_WRITE_GOLDEN=1 .venv/bin/python -m pytest tests/events/test_schemas.py

which writes the files that are missing and leaves every other alone. Only a version that no release has contained may
be changed: delete its files first.
"""

import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from events import facts, wire
from events.codec import decode, encode
from events.facts import Event, Fact
from events.schema import event_schema
from events.upcasters import UPCASTERS
from tests.events.schema_check import violations
from tests.events.telling import at

GOLDEN = Path(__file__).parent.parent / "golden"
WRITE = os.environ.get("DUECOURSE_WRITE_GOLDEN") == "1"
DUE = at("2024-01-22 17:00")

COMPLETE = {
    "received": facts.Received("H62.12", DUE, "1.012766", "online", "H62.01", "yes", "procedure"),
    "transferred": facts.Transferred("H62.13"),
    "paused": facts.Paused("supplement"),
    "resumed": facts.Resumed(),
    "rescheduled": facts.Rescheduled(DUE, "apology"),
    "overdue": facts.Overdue(DUE),
    "processed": facts.Processed("granted", electronic_result=True, paid="counter"),
    "returned": facts.Returned("desk"),
    "closed": facts.Closed("withdrawn"),
    "reopened": facts.Reopened(),
    "retracted": facts.Retracted("7d1c", "/h62/one-stop"),
}
"""One fact of each type with every field set."""

EVER_WRITTEN = sorted({*wire.CURRENT, *UPCASTERS})
CURRENT = sorted(wire.CURRENT)


def golden(name: str, written_today: bytes) -> bytes:
    """The content of a golden file; where it is missing and that is asked for, what would be written today."""
    path = GOLDEN / name
    if WRITE and not path.exists():
        path.write_bytes(written_today)
    return path.read_bytes()


def event_of(event_type: str) -> Event:
    body = COMPLETE[event_type.split(".")[-2]]
    fact = Fact("/h62/one-stop", "7d1c-0001", at("2024-01-15 08:12:00.000001"), body)
    return Event("000.00.12.H62-240115-0001", fact)


def message_of(event_type: str) -> bytes:
    return golden(f"{event_type}.json", encode(event_of(event_type)))


def schema_of(event_type: str) -> dict[str, Any]:
    text = json.dumps(event_schema(event_type), indent=2, ensure_ascii=False) + "\n"
    return json.loads(golden(f"{event_type}.schema.json", text.encode()))


@pytest.mark.parametrize("event_type", CURRENT)
def test_an_event_is_written_as_it_always_was(event_type):
    assert encode(event_of(event_type)) == message_of(event_type)


@pytest.mark.parametrize("event_type", EVER_WRITTEN)
def test_an_event_ever_written_still_says_what_it_said(event_type):
    said = decode(message_of(event_type))
    stored = golden(f"{event_type}.event.json", msgspec.json.encode(said))
    assert msgspec.json.decode(stored, type=Event) == said


@pytest.mark.parametrize("event_type", CURRENT)
def test_the_schema_of_a_version_is_the_published_one(event_type):
    assert schema_of(event_type) == event_schema(event_type)


@pytest.mark.parametrize("event_type", CURRENT)
def test_an_event_complies_with_its_schema(event_type):
    assert violations(json.loads(message_of(event_type)), schema_of(event_type)) == []


@pytest.mark.parametrize("event_type", CURRENT)
def test_an_event_without_something_required_does_not_comply(event_type):
    schema, message = schema_of(event_type), json.loads(message_of(event_type))
    for name in schema["required"]:
        rest = {key: value for key, value in message.items() if key != name}
        assert violations(rest, schema) == [f"$.{name}: required"]
    for name in next(iter(schema["$defs"].values())).get("required", []):
        rest = {key: value for key, value in message["data"].items() if key != name}
        assert violations(message | {"data": rest}, schema) != []


def test_an_event_of_another_type_or_with_a_value_outside_its_list_does_not_comply():
    schema = schema_of("duecourse.case.paused.v1")
    message = json.loads(message_of("duecourse.case.paused.v1"))
    assert violations(message | {"type": "duecourse.case.closed.v1"}, schema) == ["$.type: const"]
    assert violations(message | {"data": {"reason": "lunch"}}, schema) == ["$.data: $ref"]
    assert violations(message | {"id": ""}, schema) == ["$.id: minLength"]
    assert violations(message | {"specversion": "0.3"}, schema) == ["$.specversion: enum"]


def test_unknown_fields_comply_with_a_schema():
    schema = schema_of("duecourse.case.paused.v1")
    message = json.loads(message_of("duecourse.case.paused.v1"))
    message["data"]["remark"] = message["traceparent"] = "more"
    assert violations(message, schema) == []


def test_there_is_no_schema_of_an_unknown_type():
    with pytest.raises(KeyError):
        event_schema("duecourse.case.lost.v1")


def test_every_golden_field_is_set():
    for event_type in CURRENT:
        data = json.loads(message_of(event_type))["data"]
        assert data.keys() == {field.name for field in msgspec.structs.fields(wire.CURRENT[event_type])}


def test_no_golden_file_was_lost_and_none_belongs_to_an_unknown_type():
    kinds = ("json", "event.json", "schema.json")
    expected = {f"{event_type}.{kind}" for event_type in EVER_WRITTEN for kind in kinds}
    assert {path.name for path in GOLDEN.glob("duecourse.case.*")} == expected
