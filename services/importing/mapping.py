"""The import mapping: which columns of a file become which events."""

import tomllib
from collections.abc import Sequence
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final, Self, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    StrictStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from services.importing.cell_rules import STRICT, CellRule, Column, Constant, Text
from services.importing.errors import ImportRefused, suggestion
from services.importing.event_fields import EVENT_FIELDS, event_type
from services.importing.event_fields import Field as DataField
from services.importing.field_checks import findings_of
from services.importing.mapping_errors import FINDINGS, lines_of

Item = TypeVar("Item")


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not found; a path outside the database; a folder in it
        near = _zone_near(name)
        raise _complaint(f"unknown time zone {name!r}{near or '; use a name such as Asia/Ho_Chi_Minh'}") from None
    return name


def _zone_near(name: str) -> str:
    """A zone whose city is written alike; one that merely looks alike would move every time by hours."""
    cities = {zone.rpartition("/")[2].casefold(): zone for zone in sorted(available_timezones())}
    near = get_close_matches(name.rpartition("/")[2].casefold(), cities, n=1, cutoff=0.8)
    return f"; did you mean {cities[near[0]]!r}?" if near else ""


def _source_name(name: str) -> str:
    if any(sign.isspace() or not sign.isprintable() for sign in name):
        raise _complaint(f"{name!r} has a blank or a control character; use a URI such as /city/permits")
    return name


def _known_type(name: str) -> str:
    if name == "overdue":
        raise _complaint("'overdue' is written by the deadlines service only; remove this event")
    if name not in EVENT_FIELDS:
        known = list(EVENT_FIELDS)
        raise _complaint(f"unknown event type {name!r}; use {', '.join(known)}{suggestion(name, known)}")
    return name


def _not_empty(items: tuple[Item, ...]) -> tuple[Item, ...]:
    # pydantic's own min_length leaves faulty items out of its count and would report a second fault
    if not items:
        raise PydanticCustomError("too_short", "must not be empty")
    return items


def _complaint(message: str) -> PydanticCustomError:
    return PydanticCustomError("mapping", "{message}", {"message": message})


class Source(BaseModel):
    """`name` is the CloudEvents source, `time_zone` that of times without offset, `case_id` a column."""

    model_config = STRICT

    name: Annotated[Text, AfterValidator(_source_name)]
    time_zone: Annotated[Text, AfterValidator(_known_zone)]
    case_id: Text

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class When(BaseModel):
    """The rows that make the event: those whose cell equals the text or is one of several."""

    model_config = STRICT

    column: Text
    equals: StrictStr | None = None
    one_of: Annotated[tuple[StrictStr, ...], AfterValidator(_not_empty)] | None = None

    @model_validator(mode="after")
    def _has_one_condition(self) -> Self:
        if (self.equals is None) == (self.one_of is None):
            raise _complaint("needs either equals or one_of, and not both")
        return self

    @cached_property
    def accepted(self) -> frozenset[str]:
        return frozenset((self.equals,) if self.equals is not None else self.one_of or ())


class EventRule(BaseModel):
    """One `[[event]]`; `data` is in the order of its names, so their order in the file changes nothing."""

    model_config = STRICT

    type: Annotated[Text, AfterValidator(_known_type)]
    time: CellRule
    data: dict[str, CellRule] = Field(default_factory=dict)
    when: When | None = None

    @field_validator("data", mode="after")
    @classmethod
    def _in_order_of_names(cls, data: dict[str, CellRule]) -> dict[str, CellRule]:
        return dict(sorted(data.items()))

    @model_validator(mode="after")
    def _fits_its_type(self) -> Self:
        findings = tuple(findings_of(self.type, self.time, self.data))
        if findings:
            raise PydanticCustomError(FINDINGS, "does not fit its type", {"findings": findings})
        return self

    @cached_property
    def cloud_event_type(self) -> str:
        return event_type(self.type)

    @cached_property
    def fields(self) -> tuple[tuple[str, CellRule, DataField], ...]:
        """Name, rule and meaning of each data field, by name."""
        return tuple((name, rule, EVENT_FIELDS[self.type][name]) for name, rule in self.data.items())

    @cached_property
    def columns(self) -> tuple[str, ...]:
        rules: Sequence[Column | Constant] = (self.time, *self.data.values())
        named = [rule.column for rule in rules if isinstance(rule, Column)]
        return (*named, self.when.column) if self.when else tuple(named)


class Mapping(BaseModel):
    """A checked mapping; equal files give equal mappings."""

    model_config = STRICT

    source: Source
    events: Annotated[tuple[EventRule, ...], Field(alias="event"), AfterValidator(_not_empty)]

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Every column the mapping names, each once, in the order of the mapping."""
        named = (self.source.case_id, *(column for rule in self.events for column in rule.columns))
        return tuple(dict.fromkeys(named))


BYTES_MAX: Final = 1 << 20


def load_mapping(path: Path) -> Mapping:
    """The mapping in a TOML file. Raises ImportRefused with every finding, one line each."""
    try:
        with path.open("rb") as file:
            written = tomllib.loads(file.read(BYTES_MAX).decode("utf-8-sig"))
        return Mapping.model_validate(written)
    except OSError as error:
        raise ImportRefused([f"{path}: cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise ImportRefused([f"{path}: is not UTF-8; save it as UTF-8"]) from None
    except tomllib.TOMLDecodeError as error:
        raise ImportRefused([f"{path}: is not TOML: {error}"]) from None
    except ValidationError as error:
        raise ImportRefused(lines_of(path, error)) from None
