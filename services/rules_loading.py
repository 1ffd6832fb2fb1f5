"""Putting procedures and working calendars in force. What was promised before stays as it is."""

from msgspec import Struct

from projections.procedures import ProcedureRegistry
from services.calendars_loading import CalendarFile
from services.postgres.connection import connected
from services.postgres.reference import lock_reference, put_in_force, versions_in_force
from services.postgres.rule_tables import CALENDAR, PROCEDURES, write_calendar, write_procedures
from services.postgres.store import PostgresStore
from services.reference_files import ReferenceRefused


class RulesLoaded(Struct, frozen=True):
    """What loading did: the version in force, its rows, whether it is new, and what is still missing for promises."""

    version: str
    rows: int
    changed: bool
    missing: str = ""


async def load_procedures(store: PostgresStore, registry: ProcedureRegistry) -> RulesLoaded:
    """Puts a version of the procedures in force, for what is recorded from now on."""
    async with connected(store.pool) as connection, connection.transaction():
        await lock_reference(connection)
        await write_procedures(connection, registry)
        changed = await put_in_force(connection, PROCEDURES, registry.version)
        missing = "" if CALENDAR in await versions_in_force(connection) else CALENDAR
    return RulesLoaded(registry.version, len(registry.procedures), changed, missing)


async def load_calendar(store: PostgresStore, file: CalendarFile) -> RulesLoaded:
    """Puts a version of the calendar in force; raises `ReferenceRefused` where it is of another time zone."""
    if file.time_zone != store.days.time_zone:
        raise ReferenceRefused(
            [f"{file.name}: time_zone is {file.time_zone}, this database counts days in {store.days.time_zone}"]
        )
    async with connected(store.pool) as connection, connection.transaction():
        await lock_reference(connection)
        await write_calendar(connection, file)
        changed = await put_in_force(connection, CALENDAR, file.calendar.version)
        missing = "" if PROCEDURES in await versions_in_force(connection) else PROCEDURES
    return RulesLoaded(file.calendar.version, len(file.calendar.entries), changed, missing)
