"""Cases that are open, one after the other, and what was done to their promises by hand."""

from collections.abc import AsyncIterator
from typing import Final

from projections.batches import stored_case
from projections.effect import StoredCase
from services.postgres.connection import Connection, Pool, connected

CHUNK_CASES: Final = 2_000


async def open_cases(connection: Connection) -> AsyncIterator[tuple[str, StoredCase]]:
    """Every open case with its id, in the connection's snapshot."""
    query = "select case_id, version, facts, counted from cases where is_open"
    async for row in connection.cursor(query, prefetch=CHUNK_CASES):
        yield row["case_id"], stored_case(row["version"], row["facts"], row["counted"])


async def note_rescheduling(pool: Pool, calendar_version: str, *, cases: int, reason: str, done_by: str) -> None:
    """Keeps who moved promises to a newer calendar, why, and how many."""
    async with connected(pool) as connection:
        await connection.execute(
            "insert into calendar_reschedulings (calendar_version, cases, reason, done_by) values ($1, $2, $3, $4)",
            calendar_version,
            cases,
            reason,
            done_by,
        )
