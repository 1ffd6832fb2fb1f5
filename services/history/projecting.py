"""The tables that follow from the archive, filled from nothing: cases, tallies, problem tallies."""

from collections.abc import Callable
from typing import Final

from projections.case_row import case_row
from projections.effect import ChangedCase
from services.history.archive import cases_at
from services.history.folding import Folded
from services.history.points import Point, rules_at
from services.postgres.case_table import write_cases
from services.postgres.connection import Connection
from services.postgres.store import PostgresStore
from services.postgres.tally_table import write_tallies

CHUNK_ROWS: Final = 2_000
SHARD: Final = 0


def _unwatched(events: int) -> None:
    """Nobody wants to know how many events were folded."""


async def write_projections(
    reading: Connection,
    writing: Connection,
    source: PostgresStore,
    point: Point,
    on_progress: Callable[[int], None] = _unwatched,
) -> Folded:
    """Folds the archive up to a point and writes what follows into the tables of `writing`, which are empty.

    `on_progress` is told how many events were folded so far. Raises `ArchiveUnreadable`.
    """
    found = Folded(point, await rules_at(reading, source, point))
    chunk: list[ChangedCase] = []
    async for recorded in cases_at(reading, point):
        folded, stored = found.add(recorded)
        row = case_row(folded.case, [kept.fact for kept in stored.kept], found.rules)
        chunk.append(ChangedCase(recorded.case_id, 0, stored.kept, folded.counted, row))
        if len(chunk) == CHUNK_ROWS:
            await write_cases(writing, chunk)
            on_progress(found.events)
            chunk = []
    await write_cases(writing, chunk)
    await _write_all(writing, found)
    on_progress(found.events)
    return found


async def _write_all(writing: Connection, found: Folded) -> None:
    cells, problems = found.tallies.standing_cells(), found.tallies.standing_problems()
    for begin in range(0, len(cells), CHUNK_ROWS):
        await write_tallies(writing, SHARD, cells[begin : begin + CHUNK_ROWS], [])
    await write_tallies(writing, SHARD, [], problems)
