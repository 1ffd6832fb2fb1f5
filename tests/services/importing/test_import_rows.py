"""Rows to events: values, refusals, ids."""

import json
import uuid
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.importing import Mapping, Row, RowEvents, events_of
from services.importing.cloud_event import ID_NAMESPACE, uuid5

SOURCE = {"name": "/desk", "time_zone": "Asia/Ho_Chi_Minh", "case_id": "id"}
RECEIVED: dict[str, Any] = {
    "type": "received",
    "time": "at",
    "data": {
        "unit": "unit",
        "due": "due",
        "channel": {"column": "how", "values": {"Web": "online", "Quầy": "desk", "n/a": ""}},
    },
}
FULL = {"id": "H62-1", "at": "2024-01-15 08:12", "unit": "H62.12", "due": "2024-01-22", "how": "Web", "note": "x"}


def mapping_of(*events: dict[str, Any]) -> Mapping:
    return Mapping.model_validate({"source": SOURCE, "event": list(events or (RECEIVED,))})


def made(cells: dict[str, str], *events: dict[str, Any]) -> RowEvents:
    return events_of(Row(2, cells), mapping_of(*events))


def data_of(cells: dict[str, str], *events: dict[str, Any]) -> dict[str, Any]:
    [event] = made(cells, *events).events
    data: dict[str, Any] = json.loads(event.body)["data"]
    return data


def reasons(row_events: RowEvents) -> list[tuple[str, str]]:
    return [(refusal.reason, refusal.column) for refusal in row_events.refusals]


def test_an_event_is_compact_json_with_its_keys_in_a_fixed_order() -> None:
    found = made(FULL)
    [event] = found.events
    assert found == RowEvents("H62-1", (event,), ())
    assert found.ids == (event.id,)
    assert event.body.decode() == (
        f'{{"specversion":"1.0","id":"{event.id}","source":"/desk","type":"duecourse.case.received.v1",'
        '"subject":"H62-1","time":"2024-01-15T08:12:00+07:00","datacontenttype":"application/json",'
        '"data":{"channel":"online","due":"2024-01-22T23:59:59.999999+07:00","unit":"H62.12"}}'
    )


def test_the_ids_of_imported_events_never_change() -> None:
    assert made(FULL).ids == ("46ee47b0-ef40-512a-b59f-ba02bd77f23c",)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_ids_are_the_version_5_uuids_of_the_standard_library(name: str) -> None:
    assert uuid5(name.encode()) == str(uuid.uuid5(ID_NAMESPACE, name))


def test_an_empty_time_makes_no_event() -> None:
    assert made({**FULL, "at": "  "}) == RowEvents("H62-1", (), ())


def test_empty_and_absent_cells_leave_optional_fields_out() -> None:
    assert data_of({"id": "1", "at": "2024-01-15", "unit": "U", "due": ""}) == {"unit": "U"}


def test_blanks_around_a_cell_do_not_count() -> None:
    padded = {name: f" {text}\u00a0" for name, text in FULL.items()}
    assert made(padded) == made(FULL)


@pytest.mark.parametrize(("cell", "channel"), [("Quầy", "desk"), ("", None), ("n/a", None)])
def test_a_table_of_values_translates_a_cell(cell: str, channel: str | None) -> None:
    assert data_of({**FULL, "how": cell}).get("channel") == channel


def test_a_cell_outside_the_values_is_refused_with_the_row() -> None:
    found = made({**FULL, "how": "Fax"})
    assert (found.case_id, found.events) == ("H62-1", ())
    assert reasons(found) == [("unmapped_value", "how")]
    assert "'Fax' is not one of 'Web', 'Quầy', 'n/a'" in found.refusals[0].detail
    assert json.loads(found.refusals[0].raw) == {**FULL, "how": "Fax"}


def test_otherwise_stands_for_unlisted_and_empty_cells() -> None:
    rule = {**RECEIVED, "data": {"unit": "unit", "channel": {"column": "how", "values": {}, "otherwise": "post"}}}
    assert data_of({**FULL, "how": "Fax"}, rule)["channel"] == "post"
    assert data_of({**FULL, "how": ""}, rule)["channel"] == "post"


def test_without_a_table_a_cell_must_hold_a_value_of_the_list() -> None:
    rule = {**RECEIVED, "data": {"unit": "unit", "channel": "how"}}
    assert data_of({**FULL, "how": "desk"}, rule)["channel"] == "desk"
    assert reasons(made(FULL, rule)) == [("unmapped_value", "how")]


@pytest.mark.parametrize(("cell", "value"), [("true", True), ("FALSE", False), ("", None)])
def test_a_yes_or_no_field_is_a_json_boolean(cell: str, value: bool | None) -> None:
    rule = {"type": "processed", "time": "at", "data": {"electronic_result": "e"}}
    assert data_of({**FULL, "e": cell}, rule).get("electronic_result") is value


def test_a_constant_is_the_same_in_every_row() -> None:
    rule = {"type": "closed", "time": "at", "data": {"reason": {"value": "withdrawn"}}}
    assert data_of(FULL, rule) == {"reason": "withdrawn"}


def test_a_missing_required_field_is_refused() -> None:
    assert reasons(made({**FULL, "unit": ""})) == [("required_missing", "unit")]


@pytest.mark.parametrize("column", ["at", "due"])
def test_an_unreadable_time_is_refused(column: str) -> None:
    found = made({**FULL, column: "15/01/2024"})
    assert reasons(found) == [("unreadable_time", column)]
    assert "'15/01/2024' is no time" in found.refusals[0].detail


def test_a_row_without_case_id_is_refused_once() -> None:
    found = made({**FULL, "id": ""}, RECEIVED, {"type": "returned", "time": "at"})
    assert reasons(found) == [("case_id_missing", "id")]


def test_a_row_without_any_text_is_nothing() -> None:
    assert made(dict.fromkeys(FULL, " ")) == RowEvents("", (), ())


def test_a_refused_event_leaves_the_others_of_its_row_standing() -> None:
    found = made({**FULL, "due": "x"}, RECEIVED, {"type": "returned", "time": "at"})
    assert len(found.events) == len(found.refusals) == 1


@pytest.mark.parametrize(
    ("condition", "count"), [({"equals": "9"}, 1), ({"one_of": ["9", "10"]}, 1), ({"equals": ""}, 0)]
)
def test_when_chooses_the_rows_that_make_the_event(condition: dict[str, Any], count: int) -> None:
    rule = {"type": "processed", "time": "at", "when": {"column": "status", **condition}}
    assert len(made({**FULL, "status": " 9 "}, rule).events) == count


def test_a_time_that_fits_no_format_of_the_mapping_is_refused() -> None:
    rule = {"type": "processed", "time": {"column": "at", "format": "%d/%m/%Y"}}
    assert len(made({**FULL, "at": "31/01/2024"}, rule).events) == 1
    assert reasons(made({**FULL, "at": "01/31/2024"}, rule)) == [("unreadable_time", "at")]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ROWS = st.fixed_dictionaries(
    {
        "id": TEXTS,
        "at": st.sampled_from(["", "2024-01-15", "2024-01-15 08:12:00.5", "x"]),
        "unit": TEXTS,
        "due": st.sampled_from(["", "2024-01-22", "2024-01-22T17:00+07:00"]),
        "how": st.sampled_from(["", "Web", "Fax"]),
        "note": TEXTS,
    }
)


@given(ROWS, st.randoms(use_true_random=False))
def test_the_same_row_makes_the_same_events_in_any_order_of_columns(cells: dict[str, str], random: Any) -> None:
    names = list(cells)
    random.shuffle(names)
    one, other = made(cells), made({name: cells[name] for name in names})
    assert one.events == other.events
    assert reasons(one) == reasons(other)


@given(
    st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1)),  # noqa: DTZ001 - local times
    st.integers(-14 * 60, 14 * 60),
    st.integers(-14 * 60, 14 * 60),
)
def test_an_id_does_not_depend_on_the_offset_its_times_are_written_with(
    local: datetime, minutes: int, other_minutes: int
) -> None:
    moment = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    elsewhere = moment.astimezone(timezone(timedelta(minutes=other_minutes)))
    one, other = ({**FULL, "at": time.isoformat(), "due": time.isoformat(" ")} for time in (moment, elsewhere))
    assert made(one).ids == made(other).ids


@given(ROWS, ROWS)
def test_rows_that_say_something_else_have_other_ids(one: dict[str, str], other: dict[str, str]) -> None:
    for event in made(one).events:
        for another in made(other).events:
            assert (event.id == another.id) == (event.body == another.body)


def test_columns_the_mapping_does_not_name_do_not_change_the_id() -> None:
    assert made({**FULL, "note": "y"}).ids == made(FULL).ids


def test_the_mapping_decides_the_source_of_the_event() -> None:
    other = Mapping.model_validate({"source": {**SOURCE, "name": "/web"}, "event": [RECEIVED]})
    assert events_of(Row(2, FULL), other).ids != made(FULL).ids
