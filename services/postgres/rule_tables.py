"""Versions of procedures and of the working calendar, as tables."""

import json
from typing import Any, Final

from events.facts import KINDS, Kind
from projections.calendar import Calendar, CalendarDay, DayKind, OfficeHours
from projections.procedures import Procedure, ProcedureRegistry
from projections.time_limits import LimitUnit, TimeLimit
from projections.validity import dates_of, days_of
from projections.zone import date_of
from services.calendars_loading import CalendarFile
from services.postgres.connection import Connection

PROCEDURES: Final = "procedures"
CALENDAR: Final = "calendar"

_INSERT_PROCEDURE: Final = (
    "insert into procedures (version, code, name, procedure_group, limit_amount, limit_unit, cutoff, kind, "
    "former_codes, valid_from, valid_to) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
)
_INSERT_CALENDAR: Final = (
    "insert into calendars (version, name, time_zone, working_week, opens, closes, province, years) "
    "values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb)"
)


async def write_procedures(connection: Connection, registry: ProcedureRegistry) -> None:
    """The rows of a version, unless they are there."""
    if await connection.fetchval("select exists (select from procedures where version = $1)", registry.version):
        return
    rows = [(registry.version, *_procedure_row(one)) for one in registry.procedures]
    await connection.executemany(_INSERT_PROCEDURE, rows)


def _procedure_row(one: Procedure) -> tuple[Any, ...]:
    limit = (None, None) if one.limit is None else (one.limit.amount, one.limit.unit.value)
    return one.code, one.name, one.group, *limit, one.cutoff, one.kind, list(one.former_codes), *dates_of(one)


async def read_procedures(connection: Connection, version: str) -> ProcedureRegistry | None:
    """The registry of a version; None where there is no such version."""
    rows = await connection.fetch("select * from procedures where version = $1", version)
    return ProcedureRegistry(map(_procedure, rows)) if rows else None


def _procedure(row: Any) -> Procedure:
    limited = row["limit_unit"] is not None
    valid_from, valid_to = days_of(row["valid_from"], row["valid_to"])
    return Procedure(
        code=row["code"],
        name=row["name"],
        group=row["procedure_group"],
        limit=TimeLimit(row["limit_amount"], LimitUnit(row["limit_unit"])) if limited else None,
        cutoff=row["cutoff"],
        kind=_kind(row["kind"]),
        former_codes=tuple(row["former_codes"]),
        valid_from=valid_from,
        valid_to=valid_to,
    )


def _kind(name: str) -> Kind:
    return next(kind for kind in KINDS if kind == name)


async def write_calendar(connection: Connection, file: CalendarFile) -> None:
    """Header and days of a version, unless they are there."""
    calendar, version = file.calendar, file.calendar.version
    if await connection.fetchval("select exists (select from calendars where version = $1)", version):
        return
    await connection.execute(
        _INSERT_CALENDAR,
        version,
        file.name,
        file.time_zone,
        sorted(calendar.working_week),
        [hours.opens for hours in calendar.office_hours],
        [hours.closes for hours in calendar.office_hours],
        calendar.province,
        json.dumps([year.model_dump(mode="json") for year in file.years], ensure_ascii=False),
    )
    await connection.executemany(
        "insert into calendar_days values ($1, $2, $3, $4, $5, $6)",
        [
            (version, date_of(one.day), one.kind.value, one.name, one.published_at, one.province)
            for one in calendar.entries
        ],
    )


async def read_calendar(connection: Connection, version: str) -> Calendar | None:
    """The calendar of a version; None where there is no such version."""
    header = await connection.fetchrow("select * from calendars where version = $1", version)
    if header is None:
        return None
    days = await connection.fetch("select * from calendar_days where version = $1", version)
    return Calendar(
        working_week=frozenset(header["working_week"]),
        office_hours=tuple(OfficeHours(*hours) for hours in zip(header["opens"], header["closes"], strict=True)),
        entries=tuple(_calendar_day(row) for row in days),
        years=frozenset(year["year"] for year in json.loads(header["years"])),
        province=header["province"],
    )


def _calendar_day(row: Any) -> CalendarDay:
    return CalendarDay(row["day"].toordinal(), DayKind(row["kind"]), row["name"], row["published_at"], row["province"])
