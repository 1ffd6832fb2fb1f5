"""Loading a working calendar: a TOML header and the CSV files it names (`interface.md`, Files people bring)."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar
from zoneinfo import available_timezones

from msgspec import Struct
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, StrictStr, ValidationError
from pydantic_core import ErrorDetails

from events.instants import instant_of
from projections.calendar import Calendar, CalendarDay, DayKind, OfficeHours, entry_errors, hours_error
from projections.zone import LocalDays
from services.importing.errors import suggestion
from services.reference_files import (
    ReferenceRefused,
    chosen,
    day_of_cell,
    minute_of_cell,
    not_empty,
    parse_rows,
    read_rows,
    read_text,
)

COLUMNS: Final = ("date", "kind", "name", "published_at")
OPTIONAL: Final = ("province",)
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
STRICT: Final = ConfigDict(frozen=True, extra="forbid")
_SAYINGS: Final = {
    "missing": "is missing: add it",
    "string_type": "must be text in quotes",
    "string_too_short": "must not be empty",
    "tuple_type": "must be a list in brackets",
    "model_type": "must be a table",
    "int_type": "must be a whole number",
}

Item = TypeVar("Item")
Text = Annotated[StrictStr, Field(min_length=1)]
Status = Literal["decided", "reported", "statutory_only"]
"""How sure a year is: decided and read, decided as others report it, or only what the law fixes for every year."""


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        near = suggestion(name, sorted(available_timezones()))
        raise ValueError(f"unknown time zone {name!r}{near or ': use a name such as Asia/Ho_Chi_Minh'}")
    return name


def _not_empty(items: tuple[Item, ...]) -> tuple[Item, ...]:
    # pydantic's own min_length leaves faulty items out of its count and would report a second fault
    if not items:
        raise ValueError("must not be empty")
    return items


def _weekday(name: str) -> str:
    return chosen(name, "weekday", WEEKDAYS)


def _hours(text: str) -> str:
    office_hours_of(text)
    return text


def _in_order(texts: tuple[str, ...]) -> tuple[str, ...]:
    if error := hours_error([office_hours_of(text) for text in texts]):
        raise ValueError(f"{error}: correct them")
    return texts


class CalendarYear(BaseModel):
    """A `[[year]]` of the header: whose holidays are in the files, how sure they are, and what says so."""

    model_config = STRICT

    year: Annotated[StrictInt, Field(ge=1900, le=9000)]
    status: Status
    sources: Annotated[tuple[Text, ...], AfterValidator(_not_empty)]
    note: StrictStr = ""


class CalendarFile(Struct, frozen=True):
    """A checked calendar with what its header says of it; dates of publication were read in `time_zone`."""

    name: str
    time_zone: str
    calendar: Calendar
    years: tuple[CalendarYear, ...]


def _each_once(years: tuple[CalendarYear, ...]) -> tuple[CalendarYear, ...]:
    numbers = [one.year for one in years]
    if twice := sorted({number for number in numbers if numbers.count(number) > 1}):
        raise ValueError(f"{', '.join(map(str, twice))} stands twice: keep one")
    return years


class _Header(BaseModel):
    model_config = STRICT

    name: Text
    time_zone: Annotated[Text, AfterValidator(_known_zone)]
    working_week: Annotated[tuple[Annotated[Text, AfterValidator(_weekday)], ...], AfterValidator(_not_empty)]
    office_hours: Annotated[tuple[Annotated[Text, AfterValidator(_hours)], ...], AfterValidator(_in_order)]
    days: Annotated[tuple[Text, ...], AfterValidator(_not_empty)]
    province: StrictStr = ""
    year: Annotated[tuple[CalendarYear, ...], AfterValidator(_not_empty), AfterValidator(_each_once)]


class _Placed(Struct, frozen=True):
    """An entry and where it stands."""

    path: Path
    line: int
    entry: CalendarDay


def read_calendar_file(path: Path) -> CalendarFile:
    """The calendar of a TOML header and the CSV files beside it that it names.

    Raises `ReferenceRefused` with every error of the header by its key, or else every error of the days by line.
    """
    header = _read_header(path)
    week = frozenset(WEEKDAYS.index(name) for name in header.working_week)
    years = frozenset(one.year for one in header.year)
    placed = _read_days([path.parent / name for name in header.days], LocalDays(header.time_zone), week, years)
    calendar = Calendar(
        working_week=week,
        office_hours=tuple(office_hours_of(text) for text in header.office_hours),
        entries=tuple(one.entry for one in placed),
        years=years,
        province=header.province,
    )
    return CalendarFile(header.name, header.time_zone, calendar, header.year)


def office_hours_of(text: str) -> OfficeHours:
    """`07:30-11:30` as minutes; raises ValueError for anything else."""
    opens, dash, closes = text.replace("–", "-").partition("-")
    if not dash:
        raise ValueError(f"{text!r} are no office hours: write them like 07:30-11:30")
    return OfficeHours(minute_of_cell(opens.strip(), "opening"), minute_of_cell(closes.strip(), "closing"))


def _read_header(path: Path) -> _Header:
    try:
        return _Header.model_validate(tomllib.loads(read_text(path)))
    except tomllib.TOMLDecodeError as error:
        raise ReferenceRefused([f"{path}: is not TOML: {error}"]) from None
    except ValidationError as error:
        raise ReferenceRefused([f"{path}: {_saying(details)}" for details in error.errors()]) from None


def _saying(details: ErrorDetails) -> str:
    key, *rest = details["loc"]
    place = ", ".join([str(key), *(str(step + 1) if isinstance(step, int) else step for step in rest)])
    if details["type"] == "extra_forbidden":
        known = CalendarYear.model_fields if rest else _Header.model_fields
        return f"{place}: unknown key: remove it{suggestion(str(details['loc'][-1]), list(known))}"
    if details["type"] == "literal_error":
        return f"{place}: must be {details['ctx']['expected']}"
    return f"{place}: {_SAYINGS.get(details['type'], details['msg'].removeprefix('Value error, '))}"


def _read_days(
    paths: Sequence[Path], days: LocalDays, working_week: frozenset[int], years: frozenset[int]
) -> list[_Placed]:
    placed: list[_Placed] = []
    errors: list[tuple[Path, int, str]] = []
    for path in paths:
        rows, wrong = parse_rows(read_rows(path, COLUMNS, OPTIONAL), partial(_entry, days=days))
        placed += [_Placed(path, line, entry) for line, entry in rows]
        errors += [(path, line, text) for line, text in wrong]
    for index, text in entry_errors([one.entry for one in placed], working_week, years):
        errors.append((placed[index].path, placed[index].line, text))
    if errors:
        errors.sort(key=lambda error: (paths.index(error[0]), error[1]))
        raise ReferenceRefused([f"{path}: line {line}: {text}" for path, line, text in errors])
    return placed


def _entry(cells: Mapping[str, str], *, days: LocalDays) -> CalendarDay:
    not_empty(cells, *COLUMNS)
    return CalendarDay(
        day=day_of_cell(cells["date"], "date"),
        kind=DayKind(chosen(cells["kind"], "kind", [kind.value for kind in DayKind])),
        name=cells["name"],
        published_at=_published_at(cells["published_at"], days),
        province=cells["province"],
    )


def _published_at(cell: str, days: LocalDays) -> int:
    """A date counts from its local midnight on."""
    if "T" not in cell:
        return days.start_of(day_of_cell(cell, "published_at"))
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None:
        raise ValueError(f"published_at {cell!r} is no date or time with offset: write it like 2025-10-13")
    return instant_of(moment)
