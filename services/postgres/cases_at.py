"""Cases that were open at an instant, in chunks."""

from collections.abc import AsyncIterator
from typing import Final

from projections.batches import stored_case
from projections.effect import StoredCase
from services.postgres.connection import Pool, connected

CHUNK_CASES: Final = 2_000
_OPEN_AT: Final = (
    "select case_id, version, facts, counted from cases "
    "where case_id > $1 and received_at < $2 and (is_open or ended_at >= $2) order by case_id limit $3"
)


async def cases_open_at(pool: Pool, instant: int) -> AsyncIterator[list[tuple[str, StoredCase]]]:
    """Cases received before an instant (microseconds) and not ended before it, by id; each chunk as it stands then."""
    after = ""
    while True:
        async with connected(pool) as connection:
            rows = await connection.fetch(_OPEN_AT, after, instant, CHUNK_CASES)
        if not rows:
            return
        yield [(row["case_id"], stored_case(row["version"], row["facts"], row["counted"])) for row in rows]
        after = rows[-1]["case_id"]
