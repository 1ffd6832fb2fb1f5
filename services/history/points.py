"""Points of the history: a WHEN as positions in the archive, with the unit tree that was known then."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct, structs

from events.instants import iso
from projections.standing import Rules
from projections.units import UnitTree
from services.history.when import AtPositions, AtPublication, AtTime, Now, When, WhenRefused
from services.postgres.connection import Connection
from services.postgres.reference import read_units, versions_in_force
from services.postgres.store import PostgresStore

_READ: Final = (
    "select partition, greatest(base + position, 1 + (select max(position) from archive where archive.partition = "
    "checkpoints.partition)) as position from checkpoints order by partition"
)
"""Of every partition the place behind all that is archived: a checkpoint is an offset of the log, and may have been
moved back by hand."""
_LATER: Final = "select partition, min(position) as position from archive where recorded_at > $1 group by partition"
_LAST_RECORDED: Final = (
    "select max(recorded_at) from archive join unnest($1::integer[], $2::bigint[]) as below (partition, position) "
    "on archive.partition = below.partition and archive.position < below.position"
)
_VERSIONS_THEN: Final = (
    "select distinct on (kind) kind, version from reference_versions "
    "where recorded_at <= to_timestamp(0) + $1 * interval '1 microsecond' order by kind, id desc"
)
_PUBLICATIONS: Final = (
    "select recorded_at, partitions, positions, kinds, versions from publications where id like $1 limit 2"
)


class Point(Struct, frozen=True):
    """A point of the history: of every partition what lies below a position.

    `recorded_at` is where a period that is not over then is cut (microseconds): the time asked for, the present for
    `now`, and for positions the recording of the last event below them. `versions`: of each kind of reference data the
    one that was in force then.
    """

    recorded_at: int
    positions: Mapping[int, int]
    versions: Mapping[str, str]

    @property
    def units_version(self) -> str:
        """sha256 (hexadecimal) of the unit tree; empty where none was loaded."""
        return self.versions.get("units", "")

    def as_json(self) -> dict[str, Any]:
        """As in the report JSON, `as_of`."""
        return {"recorded_at": iso(self.recorded_at), "positions": {str(one): at for one, at in self.below()}}

    def below(self) -> Sequence[tuple[int, int]]:
        """Partitions and positions, sorted."""
        return sorted(self.positions.items())


async def places_read(connection: Connection) -> dict[int, int]:
    """Of every partition the place in the archive behind everything that was read."""
    return {row["partition"]: row["position"] for row in await connection.fetch(_READ)}


async def point_at(connection: Connection, when: When, now: Callable[[], int]) -> Point:
    """The point that a WHEN names, in the connection's snapshot; raises `WhenRefused` where there is none."""
    read = await places_read(connection)
    match when:
        case Now():
            return Point(now(), read, await versions_in_force(connection))
        case AtTime(recorded_at=at):
            return await _at_time(connection, at, now(), read)
        case AtPositions(positions=positions):
            return await _at_positions(connection, positions, read)
        case AtPublication(id=name):
            return await _at_publication(connection, name)


async def _with_versions(connection: Connection, point: Point) -> Point:
    """With the versions of the reference data in force at the time of recording."""
    rows = await connection.fetch(_VERSIONS_THEN, point.recorded_at)
    return structs.replace(point, versions={row["kind"]: row["version"] for row in rows})


async def _at_time(connection: Connection, at: int, now: int, read: Mapping[int, int]) -> Point:
    """Each partition up to its first event that was recorded later: always a beginning of its log."""
    if at > now:
        raise WhenRefused(f"{iso(at)} is yet to come: nothing can be told as of then")
    later = {row["partition"]: row["position"] for row in await connection.fetch(_LATER, at)}
    return await _with_versions(connection, Point(at, {**read, **later}, {}))


async def _at_positions(connection: Connection, positions: Mapping[int, int], read: Mapping[int, int]) -> Point:
    for partition, position in positions.items():
        known = read.get(partition)
        if known is None:
            raise WhenRefused(f"there is no partition {partition}; there are {', '.join(map(str, read)) or 'none'}")
        if position > known:
            raise WhenRefused(f"partition {partition} was read up to position {known}, not {position}")
    whole = {partition: positions.get(partition, 0) for partition in read}
    last = await connection.fetchval(_LAST_RECORDED, list(whole), list(whole.values()))
    if last is None:
        raise WhenRefused("no event was recorded below these positions")
    return await _with_versions(connection, Point(last, whole, {}))


async def _at_publication(connection: Connection, name: str) -> Point:
    rows = await connection.fetch(_PUBLICATIONS, f"{name}%")
    if len(rows) != 1:
        several = "several publications begin with" if rows else "there is no publication"
        raise WhenRefused(f"{several} {name}: `duecourse publications` lists them")
    row = rows[0]
    positions = dict(zip(row["partitions"], row["positions"], strict=True))
    return Point(row["recorded_at"], positions, dict(zip(row["kinds"], row["versions"], strict=True)))


async def rules_at(connection: Connection, store: PostgresStore, point: Point) -> Rules:
    """The rules of the database with the unit tree of a point."""
    return Rules(store.days, store.policy, UnitTree(await read_units(connection, point.units_version)))
