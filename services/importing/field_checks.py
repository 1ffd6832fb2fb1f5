"""Whether the rules of an `[[event]]` fit its type: fields, value lists, times. A finding names its key."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from services.importing.cell_rules import CellRule, Column, Constant
from services.importing.errors import suggestion
from services.importing.event_fields import EVENT_FIELDS, Field, FieldKind
from services.importing.times import read_instant


class Finding(NamedTuple):
    key: str  # dotted, below the event
    message: str


def findings_of(type_name: str, time: CellRule, data: Mapping[str, CellRule]) -> Iterator[Finding]:
    """What does not fit an event of this (known) type, in the order of the mapping."""
    fields = EVENT_FIELDS[type_name]
    yield from _of_time("time", time)
    for name, rule in data.items():
        if name in fields:
            yield from _of_rule(f"data.{name}", rule, fields[name])
        else:
            yield Finding(f"data.{name}", _unknown_field(type_name, name))
    for name, field in fields.items():
        if field.required and name not in data:
            hint = f'{name!r} is required for {type_name!r}; add data.{name} = "a column" or {{ value = "…" }}'
            yield Finding(f"data.{name}", hint)


def _unknown_field(type_name: str, name: str) -> str:
    known = list(EVENT_FIELDS[type_name])
    has = f"it has {', '.join(known)}" if known else "it has no data"
    return f"{type_name!r} has no field {name!r}; {has}{suggestion(name, known)}"


def _of_rule(key: str, rule: CellRule, field: Field) -> Iterator[Finding]:
    if field.kind is FieldKind.INSTANT:
        yield from _of_time(key, rule)
        return
    if isinstance(rule, Column) and rule.format is not None:
        yield Finding(f"{key}.format", "only a time has a format; remove it")
    if isinstance(rule, Constant) and rule.value == "":
        yield Finding(f"{key}.value", "must not be empty; remove the field")
    for place, value in _values_of(rule):
        complaint = _complaint(value, field)
        if complaint:
            yield Finding(f"{key}.{place}", complaint)


def _values_of(rule: CellRule) -> Iterator[tuple[str, str | bool]]:
    if isinstance(rule, Constant):
        yield "value", rule.value
        return
    for cell, value in (rule.values or {}).items():
        yield f"values.{cell}", value
    if rule.otherwise is not None:
        yield "otherwise", rule.otherwise


def _complaint(value: str | bool, field: Field) -> str:
    if value == "":  # leaves the field out
        return ""
    if field.kind is FieldKind.BOOLEAN:
        return "" if isinstance(value, bool) else f"must be true or false without quotes, not {value!r}"
    if isinstance(value, bool):
        return "must be text in quotes"
    allowed = field.cell_values
    if allowed is not None and value not in allowed:
        return f"{value!r} is not one of {', '.join(allowed)}{suggestion(value, list(allowed))}"
    return ""


def _of_time(key: str, rule: CellRule) -> Iterator[Finding]:
    if isinstance(rule, Constant):
        yield from _of_constant_time(f"{key}.value", rule.value)
        return
    if rule.values is not None or rule.otherwise is not None:
        yield Finding(key, "a time is read as it is; remove values and otherwise")
    if rule.format is not None:
        yield from _of_format(f"{key}.format", rule.format)


def _of_constant_time(key: str, value: str | bool) -> Iterator[Finding]:
    try:
        read_instant(str(value), UTC, "starts")
    except ValueError as error:
        yield Finding(key, str(error))


def _of_format(key: str, form: str) -> Iterator[Finding]:
    if "%Z" in form:
        yield Finding(key, f"{form!r}: %Z reads a name and no offset; use %z or leave it to time_zone")
        return
    sample = datetime(2024, 11, 25, 13, 14, 15, tzinfo=UTC)
    try:
        read = datetime.strptime(sample.strftime(form), form)  # noqa: DTZ007 - only the day is looked at
    except ValueError as error:
        yield Finding(key, f"{form!r} is no strptime format: {error}")
        return
    if read.date() != sample.date():
        yield Finding(key, f"{form!r} does not read year, month and day; give for example %d/%m/%Y")
