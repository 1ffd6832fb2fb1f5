"""`replay --to`: a database that holds what was recorded up to a point, and nothing after: for an auditor to ask.

Archive, promises, unit tree, cases, tallies and checkpoints; what is derived is folded anew from the archived bytes.
Repeats and dead letters are not copied, nor are the calendar and the procedures: the promises that they gave are. Such
a database is to be read; facts belong into the one they were copied from.
"""

from typing import Final

from services.history.folding import Folded
from services.history.points import Point
from services.history.projecting import write_projections
from services.postgres.connection import Connection, Pool, connected
from services.postgres.queries import snapshot
from services.postgres.reference import lock_reference, read_units, write_units
from services.postgres.store import PostgresStore
from services.store import StoreRefused

CHUNK_ROWS: Final = 2_000
_BELOW: Final = (
    "from {table} join unnest($1::integer[], $2::bigint[]) as below (partition, position) "
    "on {table}.partition = below.partition and {table}.position < below.position"
)
_COLUMNS: Final = {
    "archive": ("partition", "position", "case_id", "type", "occurred_at", "recorded_at", "body"),
    "promises": ("partition", "position", "case_id", "due", "procedures_version", "calendar_version"),
}
_CHECKPOINTS: Final = (
    "insert into checkpoints (partition, position, applied, read, recorded_at) "
    "select below.partition, below.position, count(archive.partition), count(archive.partition), "
    "coalesce(max(archive.recorded_at), 0) from unnest($1::integer[], $2::bigint[]) as below (partition, position) "
    "left join archive on archive.partition = below.partition group by 1, 2"
)
_COUNTERS: Final = (
    "insert into counters select partition, 'applied', type, count(*) from archive group by partition, type"
)


async def copy_to(source: PostgresStore, target: Pool, point: Point) -> Folded:
    """Fills an empty database with everything up to a point, in one transaction, and answers its tallies.

    Raises `StoreRefused` where the target holds anything, `ArchiveUnreadable`.
    """
    async with snapshot(source.pool) as reading, connected(target) as writing, writing.transaction():
        await _expect_empty(writing)
        if point.units_version:
            await lock_reference(writing)
            await write_units(writing, await read_units(reading, point.units_version))
        for table in _COLUMNS:
            await _copy_rows(reading, writing, table, point)
        found = await write_projections(reading, writing, source, point)
        await writing.execute(_CHECKPOINTS, *_arrays(point))
        await writing.execute(_COUNTERS)
    return found


async def _expect_empty(target: Connection) -> None:
    if await target.fetchval("select exists (select from checkpoints) or exists (select from units)"):
        raise StoreRefused("the database to replay into is not empty: give a new one")


def _arrays(point: Point) -> tuple[list[int], list[int]]:
    return [partition for partition, _ in point.below()], [position for _, position in point.below()]


async def _copy_rows(reading: Connection, writing: Connection, table: str, point: Point) -> None:
    columns = _COLUMNS[table]
    query = f"select {', '.join(f'{table}.{name}' for name in columns)} {_BELOW.format(table=table)}"
    chunk = []
    async for row in reading.cursor(query, *_arrays(point), prefetch=CHUNK_ROWS):
        chunk.append(tuple(row))
        if len(chunk) == CHUNK_ROWS:
            await writing.copy_records_to_table(table, records=chunk, columns=columns)
            chunk = []
    if chunk:
        await writing.copy_records_to_table(table, records=chunk, columns=columns)
