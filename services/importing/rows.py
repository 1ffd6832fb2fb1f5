"""The events of one row. Pure, and the same row always makes the same events with the same ids."""

from typing import Final, NamedTuple

from services.importing.cells import (
    REQUIRED_MISSING,
    UNMAPPED_VALUE,
    UNREADABLE_TIME,
    CellRefused,
    Cells,
    instant_of,
    missing,
    value_of,
)
from services.importing.cloud_event import RowEvent, Value, cloud_event, encode
from services.importing.event_fields import FieldKind
from services.importing.mapping import EventRule, Mapping, Source
from services.importing.row_file import Row

CASE_ID_MISSING: Final = "case_id_missing"
REFUSAL_REASONS: Final = (CASE_ID_MISSING, REQUIRED_MISSING, UNMAPPED_VALUE, UNREADABLE_TIME)


class Refusal(NamedTuple):
    """An event a row should have made and could not; `raw` is the whole row as compact JSON."""

    reason: str
    detail: str
    column: str
    raw: bytes


class RowEvents(NamedTuple):
    """`case_id` is empty where the row names none; a refused event leaves the others of its row standing."""

    case_id: str
    events: tuple[RowEvent, ...]
    refusals: tuple[Refusal, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(event.id for event in self.events)


def events_of(row: Row, mapping: Mapping) -> RowEvents:
    """The events and refusals of a row, in the order of the mapping; none for a row without any text."""
    cells = row.cells
    case_id = cells.get(mapping.source.case_id, "").strip()
    if not case_id:
        return RowEvents("", (), _without_case(cells, mapping.source))
    events: list[RowEvent] = []
    refusals: list[Refusal] = []
    for rule in mapping.events:
        try:
            event = _event(cells, case_id, rule, mapping.source)
        except CellRefused as refused:
            refusals.append(Refusal(refused.reason, refused.detail, refused.column, encode(cells)))
        else:
            if event is not None:
                events.append(event)
    return RowEvents(case_id, tuple(events), tuple(refusals))


def _without_case(cells: Cells, source: Source) -> tuple[Refusal, ...]:
    if not any(text.strip() for text in cells.values()):
        return ()
    detail = f"column {source.case_id!r} is empty; give the case id"
    return (Refusal(CASE_ID_MISSING, detail, source.case_id, encode(cells)),)


def _event(cells: Cells, case_id: str, rule: EventRule, source: Source) -> RowEvent | None:
    when = rule.when
    if when is not None and cells.get(when.column, "").strip() not in when.accepted:
        return None
    time = instant_of(cells, rule.time, source, "starts")
    if time is None:
        return None
    data, data_utc = _data(cells, rule, source)
    return cloud_event(source.name, case_id, rule.cloud_event_type, time, data, data_utc)


def _data(cells: Cells, rule: EventRule, source: Source) -> tuple[dict[str, Value], dict[str, Value]]:
    """The data fields as the cells have them, and the same with times in UTC."""
    data: dict[str, Value] = {}
    data_utc: dict[str, Value] = {}
    for name, cell_rule, field in rule.fields:
        if field.kind is FieldKind.INSTANT:
            instant = instant_of(cells, cell_rule, source, "ends")
            if instant is not None:
                data[name], data_utc[name] = instant
                continue
        else:
            value = value_of(cells, cell_rule, field)
            if value != "":
                data[name] = data_utc[name] = value
                continue
        if field.required:
            raise missing(rule.type, name, cell_rule)
    return data, data_utc
