"""What a cell stands for under its rule in the mapping: a value of a data field, or an instant."""

from collections.abc import Mapping
from typing import Final

from services.importing.cell_rules import CellRule, Column, Constant
from services.importing.event_fields import Field
from services.importing.mapping import Source
from services.importing.times import BareDate, Instant, read_instant

UNREADABLE_TIME: Final = "unreadable_time"
UNMAPPED_VALUE: Final = "unmapped_value"
REQUIRED_MISSING: Final = "required_missing"

Cells = Mapping[str, str]


class CellRefused(Exception):
    """A cell that makes its event impossible; `column` is empty where a constant is at fault."""

    def __init__(self, reason: str, detail: str, column: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.column = column


def value_of(cells: Cells, rule: CellRule, field: Field) -> str | bool:
    """The value of a field, empty for nothing. Raises CellRefused for a text that is not listed."""
    if isinstance(rule, Constant):
        return rule.value
    text = cells.get(rule.column, "").strip()
    values = field.cell_values if rule.values is None else rule.values
    found: str | bool | None = text or None if values is None else values.get(text)
    if found is None:
        found = rule.otherwise
    if found is None and text:
        raise _unmapped(text, rule, values or {})
    return "" if found is None else found


def instant_of(cells: Cells, rule: CellRule, source: Source, bare_date: BareDate) -> Instant | None:
    """The instant of a time cell, None where it is empty. Raises CellRefused where it is no time."""
    if isinstance(rule, Constant):
        return read_instant(str(rule.value), source.zone, bare_date)
    text = cells.get(rule.column, "").strip()
    if not text:
        return None
    try:
        return read_instant(text, source.zone, bare_date, rule.format)
    except ValueError as error:
        raise CellRefused(UNREADABLE_TIME, f"column {rule.column!r}: {error}", rule.column) from None


def missing(type_name: str, field_name: str, rule: CellRule) -> CellRefused:
    """The refusal of an event whose required field has no value."""
    column = rule.column if isinstance(rule, Column) else ""
    detail = f"column {column!r} gives no value, and {type_name!r} needs {field_name!r}"
    return CellRefused(REQUIRED_MISSING, detail, column)


def _unmapped(text: str, rule: Column, values: Mapping[str, str | bool]) -> CellRefused:
    known = ", ".join(repr(value) for value in values)
    detail = f"column {rule.column!r}: {text!r} is not one of {known}; add it to values or give otherwise"
    return CellRefused(UNMAPPED_VALUE, detail, rule.column)
