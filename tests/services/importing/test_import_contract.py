"""What an import makes is what the language of events reads: each type, each field, and the mapping of the permits."""

import json
from pathlib import Path
from typing import Any

import pytest

from events.codec import data_of, decode
from services.importing import Mapping, Row, events_of, load_mapping, open_rows, require_columns
from services.importing.event_fields import EVENT_FIELDS, FieldKind

PERMITS = Path(__file__).parents[3] / "deploy" / "mappings" / "permits.toml"
SOURCE = {"name": "/desk", "time_zone": "Asia/Ho_Chi_Minh", "case_id": "id"}
CELLS_BY_KIND = {FieldKind.TEXT: ["H62.12"], FieldKind.INSTANT: ["2024-01-22", "2024-01-22 17:00:00.5"]}
EVERY_CELL = [
    (type_name, name, cell)
    for type_name, fields in EVENT_FIELDS.items()
    for name, field in fields.items()
    for cell in CELLS_BY_KIND.get(field.kind) or list(field.cell_values or {})
]


def cells_of(type_name: str) -> dict[str, str]:
    """A row with the required fields of a type, each in the column of its own name."""
    required = {name: field for name, field in EVENT_FIELDS[type_name].items() if field.required}
    firsts = {name: (CELLS_BY_KIND.get(f.kind) or list(f.cell_values or {}))[0] for name, f in required.items()}
    return {"case": "1", "at": "2024-01-15 08:12", **firsts}


def made(type_name: str, cells: dict[str, str]) -> bytes:
    data: dict[str, Any] = {name: name for name in EVENT_FIELDS[type_name]}
    rule = {"type": type_name, "time": "at", "data": data}
    mapping = Mapping.model_validate({"source": {**SOURCE, "case_id": "case"}, "event": [rule]})
    [event] = events_of(Row(1, cells), mapping).events
    return event.body


@pytest.mark.parametrize(("type_name", "name", "cell"), EVERY_CELL)
def test_each_field_of_each_type_is_read_as_it_was_written(type_name: str, name: str, cell: str) -> None:
    body = made(type_name, {**cells_of(type_name), name: cell})
    written = json.loads(body)
    event = decode(body)
    assert (event.case_id, event.fact.source, event.fact.id) == ("1", "/desk", written["id"])
    assert set(data_of(event.fact.body)) >= set(written["data"])


@pytest.mark.parametrize("type_name", EVENT_FIELDS)
def test_each_type_is_read_with_its_required_fields_alone(type_name: str) -> None:
    decode(made(type_name, cells_of(type_name)))


HEADER = "case:channel,case:concept:name,case:department,case:enddate,case:enddate_planned,case:startdate,concept:name"
ROWS = """\
Internet,case-1,General,,2011-12-06 13:41:31.788000+01:00,2011-10-11 13:42:22.688000+02:00,Confirmation
Internet,case-1,General,,2011-12-06 13:41:31.788000+01:00,2011-10-11 13:42:22.688000+02:00,Check
e-mail,case-2,Experts,2011-11-03 09:00:00+01:00,2011-12-06 13:41:31.788000+01:00,2011-10-11 13:42:22+02:00,Confirmation
Intern,case-3,Experts,2011-11-03 09:00:00+01:00,2011-12-06 13:41:31.788000+01:00,2011-10-11 13:42:22+02:00,Check
"""


def test_the_repeated_cells_of_a_permit_make_each_event_once(tmp_path: Path) -> None:
    path = tmp_path / "permits.csv"
    path.write_text(f"{HEADER}\n{ROWS}")
    rows, mapping = open_rows(path), load_mapping(PERMITS)
    require_columns(rows, mapping)
    found = [events_of(row, mapping) for row in rows if isinstance(row, Row)]
    bodies = {event.id: json.loads(event.body) for made_of_row in found for event in made_of_row.events}
    kinds = sorted(
        (body["subject"], body["type"].split(".")[2], body["data"].get("channel")) for body in bodies.values()
    )
    assert kinds == [
        ("case-1", "received", "online"),
        ("case-2", "processed", None),
        ("case-2", "received", "online"),
        ("case-3", "processed", None),
        ("case-3", "received", "internal"),
    ]
    assert not any(made_of_row.refusals for made_of_row in found)
