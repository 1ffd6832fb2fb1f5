"""The store on PostgreSQL."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg

from events.facts import Kind
from projections.buckets import Buckets
from projections.calendar import Calendar
from projections.effect import StoredCase
from projections.measures import Policy
from projections.procedures import ProcedureRegistry
from projections.standing import Rules
from projections.units import UnitTree
from projections.zone import LocalDays, date_of
from services.postgres.connection import Connection, Pool, connected
from services.postgres.reference import read_units, versions_in_force
from services.postgres.rule_tables import CALENDAR, PROCEDURES, read_calendar, read_procedures
from services.postgres.sessions import end_frozen_writers
from services.postgres.tally_table import SUMS
from services.postgres.transaction import PostgresTransaction, load_cases
from services.store import Checkpoint, Outlook

_BUCKETS: Final = (
    f"select width_bucket(day, $1::date[]) as bucket, unit, {SUMS} from tallies where kind = $2 group by 1, 2"
)
_CLOCK: Final = "(extract(epoch from clock_timestamp()) * 1000000)::bigint"
_BEGIN: Final = f"select *, {_CLOCK} as clock from checkpoints where partition = $1 for update"
_BIND: Final = (
    "insert into checkpoints (partition, topic_id) select partition, $2 from unnest($1::integer[]) as n (partition) "
    "on conflict (partition) do update set topic_id = "
    "coalesce(checkpoints.topic_id, case when checkpoints.read = 0 then excluded.topic_id end) returning *"
)
_BOUND: Final = "select * from checkpoints where partition = any($1) and (topic_id is not null or read > 0)"
_NOTE: Final = (
    "update checkpoints set rewinds = rewinds + $2, retries = retries + $3, stuck = coalesce($4, stuck) "
    "where partition = $1"
)
_LOOK: Final = (
    f"select coalesce((select position from checkpoints where partition = $1), 0) as position, {_CLOCK} as clock"
)


class PostgresStore:
    """Cases, tallies and checkpoints of one database; reference data is remembered until a new version is loaded."""

    def __init__(self, pool: Pool, *, time_zone: str, policy: Policy) -> None:
        self.pool: Final = pool
        self.days: Final = LocalDays(time_zone)
        self.policy: Final = policy
        self._units: tuple[str, UnitTree] = "", UnitTree(())
        self._procedures: tuple[str, ProcedureRegistry | None] = "", None
        self._calendar: tuple[str, Calendar | None] = "", None

    @asynccontextmanager
    async def transaction(self, partition: int) -> AsyncIterator[PostgresTransaction]:
        async with connected(self.pool) as connection, connection.transaction():
            row = await self._begun(connection, partition)
            checkpoint = _checkpoint(row)
            now = max(row["clock"], checkpoint.recorded_at)
            yield PostgresTransaction(connection, checkpoint, now, await self.rules_now(connection))

    async def _begun(self, connection: Connection, partition: int) -> Mapping[str, Any]:
        """The checkpoint's row, locked. Who keeps it from us in vain is sent away, for the next try."""
        try:
            row: Mapping[str, Any] | None = await connection.fetchrow(_BEGIN, partition)
            if row is None:
                await connection.execute("insert into checkpoints values ($1) on conflict do nothing", partition)
                row = await connection.fetchrow(_BEGIN, partition)
        except asyncpg.LockNotAvailableError:
            async with connected(self.pool) as another:
                await end_frozen_writers(another)
            raise
        if row is None:
            raise AssertionError("the checkpoint row was just inserted")
        return row

    async def outlook(self, partition: int, case_ids: Sequence[str]) -> Outlook:
        async with connected(self.pool) as connection:
            row = await connection.fetchrow(_LOOK, partition)
            if row is None:
                raise AssertionError("a row of constants is always there")
            rules = await self.rules_now(connection)
            return Outlook(row["position"], row["clock"], rules, await load_cases(connection, case_ids))

    @property
    def units_version(self) -> str:
        """Version of the unit tree that was last read."""
        return self._units[0]

    @property
    def calendar_version(self) -> str | None:
        """Version of the calendar that was last read; None where there is none."""
        return self._calendar[0] or None

    async def rules_now(self, connection: Connection) -> Rules:
        """The rules with the reference data in force."""
        found = await versions_in_force(connection)
        units, procedures, calendar = self._units, self._procedures, self._calendar
        if (version := found.get("units", "")) != units[0]:
            units = version, UnitTree(await read_units(connection, version))
        if (version := found.get(PROCEDURES, "")) != procedures[0]:
            procedures = version, await read_procedures(connection, version)
        if (version := found.get(CALENDAR, "")) != calendar[0]:
            calendar = version, await read_calendar(connection, version)
        self._units, self._procedures, self._calendar = units, procedures, calendar
        return Rules(self.days, self.policy, units[1], procedures[1], calendar[1])

    async def buckets(self, bounds: Sequence[int], kind: Kind) -> Buckets:
        async with connected(self.pool) as connection:
            return await read_buckets(connection, bounds, kind)

    async def problems(self, kind: Kind) -> Mapping[tuple[str, str], int]:
        async with connected(self.pool) as connection:
            return await read_problems(connection, kind)

    async def cases(self, case_ids: Sequence[str]) -> Mapping[str, StoredCase]:
        async with connected(self.pool) as connection:
            return await load_cases(connection, case_ids)

    async def checkpoints(self) -> list[Checkpoint]:
        async with connected(self.pool) as connection:
            return await read_checkpoints(connection)

    async def bind(self, partitions: Iterable[int], topic_id: str) -> Mapping[int, Checkpoint]:
        wanted = sorted(partitions)
        async with connected(self.pool) as connection:
            rows = await connection.fetch(_BOUND, wanted)
            if len(rows) < len(wanted):  # rows are written, and waited for, only where there is something to say
                rows = await connection.fetch(_BIND, wanted, topic_id)
        return {row["partition"]: _checkpoint(row) for row in rows}

    async def halt(self, partition: int, why: str) -> None:
        async with connected(self.pool) as connection:
            await connection.execute("update checkpoints set halted = $2 where partition = $1", partition, why)

    async def note(self, partition: int, *, rewinds: int = 0, retries: int = 0, stuck: bool | None = None) -> None:
        async with connected(self.pool) as connection:
            await connection.execute(_NOTE, partition, rewinds, retries, stuck)


async def read_buckets(connection: Connection, bounds: Sequence[int], kind: Kind) -> Buckets:
    """Tallies of all shards summed between bounds (local days), in the connection's snapshot."""
    found = Buckets(bounds)
    for row in await connection.fetch(_BUCKETS, [date_of(day) for day in found.bounds], kind):
        bucket, unit, *sums = row
        found.add_to(bucket, unit, sums)
    return found


async def read_problems(connection: Connection, kind: Kind) -> dict[tuple[str, str], int]:
    """Cases by (unit, data-quality problem)."""
    rows = await connection.fetch(
        "select unit, problem, sum(cases) as cases from problem_tallies where kind = $1 group by 1, 2", kind
    )
    found: Counter[tuple[str, str]] = Counter()
    for row in rows:
        found[row["unit"], row["problem"]] += row["cases"]
    return {key: n for key, n in found.items() if n}


async def read_checkpoints(connection: Connection) -> list[Checkpoint]:
    """All partitions, in order."""
    return [_checkpoint(row) for row in await connection.fetch("select * from checkpoints order by partition")]


def _checkpoint(row: Mapping[str, Any]) -> Checkpoint:
    return Checkpoint(*[row[name] for name in Checkpoint.__struct_fields__])
