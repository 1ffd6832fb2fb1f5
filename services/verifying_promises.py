"""Every promise of the database against the archive: was it this case's to get, and is the date the right one?"""

from collections.abc import AsyncIterator
from typing import Any, Final

from msgspec import Struct

from services.postgres.connection import Connection
from services.verifier import ArchivedEvent, CalendarRows, DayRow, LimitRow, Promises, UnreadableEventError, read

CHUNK_PROMISES: Final = 2_000
_PROMISES: Final = (
    "select p.*, a.case_id as archived_case_id, a.body "
    "from promises p left join archive a using (partition, position) order by p.partition, p.position"
)
_LIMITS: Final = (
    "select code, kind, limit_amount, limit_unit, cutoff, former_codes, valid_from, valid_to from procedures "
    "where version = $1"
)


class CheckedPromise(Struct, frozen=True):
    """A promise as it stands and as it had to be (microseconds); `expected` is 0 where there should be none."""

    case_id: str
    made: int
    expected: int


async def checked_promises(connection: Connection, time_zone: str) -> AsyncIterator[CheckedPromise]:
    """All promises in the connection's snapshot, in the order of the archive."""
    known: dict[tuple[str, str], Promises | None] = {}
    async for row in connection.cursor(_PROMISES, prefetch=CHUNK_PROMISES):
        versions = row["procedures_version"], row["calendar_version"]
        if versions not in known:
            known[versions] = await _promises(connection, *versions, time_zone)
        yield CheckedPromise(row["case_id"], row["due"], _expected(row, known[versions]))


def _expected(row: Any, promises: Promises | None) -> int:
    if promises is None or row["case_id"] != row["archived_case_id"]:
        return 0
    try:
        fact = read(ArchivedEvent(row["partition"], row["position"], row["body"]))
    except UnreadableEventError:
        return 0
    if fact.name != "received" or fact.due is not None:
        return 0
    return promises.due(fact.data.get("procedure"), fact.data.get("kind") or "procedure", fact.instant) or 0


async def _promises(
    connection: Connection, procedures_version: str, calendar_version: str, time_zone: str
) -> Promises | None:
    """None where a version that promises name is not there."""
    limits = await connection.fetch(_LIMITS, procedures_version)
    header = await connection.fetchrow("select * from calendars where version = $1", calendar_version)
    if not limits or header is None:
        return None
    days = await connection.fetch(
        "select day, kind, published_at, province from calendar_days where version = $1", calendar_version
    )
    calendar = CalendarRows(
        frozenset(header["working_week"]),
        tuple(zip(header["opens"], header["closes"], strict=True)),
        header["province"],
        [DayRow(*day) for day in days],
    )
    return Promises([_limit(row) for row in limits], calendar, time_zone)


def _limit(row: Any) -> LimitRow:
    code, kind, amount, unit, cutoff, former_codes, valid_from, valid_to = row
    return LimitRow(code, kind, amount, unit, cutoff, tuple(former_codes), valid_from, valid_to)
