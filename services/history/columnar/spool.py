"""The archive up to a point as a file that columns are read from."""

from pathlib import Path
from typing import Final

from services.history.points import Point
from services.postgres.connection import Connection

COLUMNS: Final = {
    "case_id": "varchar",
    "partition": "integer",
    "position": "bigint",
    "recorded_at": "bigint",
    "body": "varchar",
    "promised": "bigint",
    "procedures_version": "varchar",
    "calendar_version": "varchar",
}
"""Of the file, a CSV without header, and their types in DuckDB; `body` is in hexadecimal, null is nothing."""
_SPOOLED: Final = (
    "select archive.case_id, archive.partition, archive.position, archive.recorded_at, encode(archive.body, 'hex'), "
    "promise.due, promise.procedures_version, promise.calendar_version "
    "from archive join unnest($1::integer[], $2::bigint[]) as below (partition, position) "
    "on archive.partition = below.partition and archive.position < below.position "
    "left join promises as promise on promise.partition = archive.partition and promise.position = archive.position"
)
SECONDS_MAX: Final = 3_600.0


async def spool(connection: Connection, point: Point, path: Path) -> None:
    """Writes the archive up to a point, in no order."""
    below = point.below()
    partitions, positions = [one for one, _ in below], [position for _, position in below]
    await connection.copy_from_query(_SPOOLED, partitions, positions, output=path, format="csv", timeout=SECONDS_MAX)
