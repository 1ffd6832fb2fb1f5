"""The projections once more, in temporary tables: built beside the live ones, compared, and put in their place.

They have the names of the live ones, so that on their session whatever reads or writes projections means the shadow;
the live ones are called by their schema. They are gone with the session, however that ends: nothing is left to clear.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg
from msgspec import Struct

from projections.batches import stored_case
from projections.counted import Contribution
from projections.effect import StoredCase
from projections.measures import MEASURES
from services.postgres.case_table import CASE_COLUMNS
from services.postgres.connection import Connection, Pool, connected
from services.postgres.tally_table import COLUMNS, SUMS
from services.store import StoreUnavailable

LOCK: Final = 7_463_928_119
"""The advisory lock that lets one rebuild run at a time."""
SHARD: Final = 0
CHUNK_CASES: Final = 2_000
LONG_SECONDS: Final = 3_600.0
"""For statements over whole tables."""
REASON: Final = "the projections were rebuilt from the archive"
_SCHEMA: Final = (
    "select quote_ident(nspname) from pg_class join pg_namespace on pg_namespace.oid = relnamespace "
    "where pg_class.oid = 'checkpoints'::regclass"
)
_MAKE: Final = (
    "create temporary table cases (like {live}.cases, primary key (case_id)) with (fillfactor = 80)",
    "create temporary table tallies (like {live}.tallies, primary key (day, unit, kind, shard)) with (fillfactor = 80)",
    (
        "create temporary table problem_tallies "
        "(like {live}.problem_tallies, primary key (day, unit, kind, problem, shard))"
    ),
    "create temporary table different_cases (case_id text primary key)",
)
_KEPT: Final = ("version", "facts", "counted")
_DERIVED: Final = tuple(name for name in CASE_COLUMNS if name not in ("case_id", *_KEPT))
_CONTENT: Final = tuple(name for name in CASE_COLUMNS if name not in ("case_id", "version"))


def _of(table: str, columns: Iterable[str]) -> str:
    return ", ".join(f"{table}.{name}" for name in columns)


_CASES: Final = (
    "select coalesce(built.case_id, live.case_id) as case_id, "
    f"array[{', '.join(f'built.{name}::text' for name in _DERIVED)}] as built_columns, "
    f"array[{', '.join(f'live.{name}::text' for name in _DERIVED)}] as live_columns, "
    + ", ".join(f"{table}.{name} as {table}_{name}" for table in ("built", "live") for name in _KEPT)
    + " from pg_temp.cases as built full join {live}.cases as live using (case_id) "
    f"where ({_of('built', _CONTENT)}) is distinct from ({_of('live', _CONTENT)})"
)


def _joined(select: str, sums: str, columns: Iterable[str]) -> str:
    """A statement over the cells in which one of the sums differs; a cell that is not there is 0 in all."""
    built, live = ([f"coalesce({table}.{name}, 0)" for name in columns] for table in ("built", "live"))
    summed = "(select day, unit, kind, {sums} from {table} group by 1, 2, 3)"
    return (
        f"select day, unit, kind, {select} from {summed.format(sums=sums, table='pg_temp.tallies')} as built "
        f"full join {summed.format(sums=sums, table='{live}.tallies')} as live using (day, unit, kind) "
        f"where ({', '.join(built)}) <> ({', '.join(live)})"
    )


_MEASURED: Final = ", ".join(f"array[{', '.join(f'{one}.{name}' for name in MEASURES)}]" for one in ("built", "live"))
_TALLIES: Final = f"{_joined(_MEASURED, SUMS, MEASURES)} order by day, unit, kind"
_PROBLEM: Final = "(select day, unit, kind, problem, sum(cases)::integer as cases from {table} group by 1, 2, 3, 4)"
_PROBLEMS: Final = (
    "select day, unit, kind, problem, coalesce(built.cases, 0) as built, coalesce(live.cases, 0) as live "
    f"from {_PROBLEM.format(table='pg_temp.problem_tallies')} as built "
    f"full join {_PROBLEM.format(table='{live}.problem_tallies')} as live using (day, unit, kind, problem) "
    "where coalesce(built.cases, 0) <> coalesce(live.cases, 0) order by 1, 2, 3, 4"
)
_DROP_CASES: Final = (
    "delete from {live}.cases as c using different_cases as d where c.case_id = d.case_id "
    "and not exists (select from pg_temp.cases as n where n.case_id = d.case_id)"
)
_CHANGE_CASES: Final = (
    "update {live}.cases as c set version = c.version + 1, "
    f"{', '.join(f'{name} = n.{name}' for name in _CONTENT)} "
    "from pg_temp.cases as n join different_cases using (case_id) where c.case_id = n.case_id"
)
_ADD_CASES: Final = (
    "insert into {live}.cases "
    f"(case_id, version, {', '.join(_CONTENT)}) select n.case_id, 1, {_of('n', _CONTENT)} "
    "from pg_temp.cases as n join different_cases using (case_id) "
    "where not exists (select from {live}.cases as c where c.case_id = n.case_id)"
)
_STORED: Final = ", ".join(f"sum({name})::integer as {name}" for name in COLUMNS)
_MISSING: Final = ", ".join(f"coalesce(built.{name}, 0) - coalesce(live.{name}, 0)" for name in COLUMNS)
_ADD_TALLIES: Final = (
    f"insert into {{live}}.tallies as t (day, unit, kind, shard, {', '.join(COLUMNS)}) "
    f"{_joined(f'{SHARD}, {_MISSING}', _STORED, COLUMNS)} on conflict (day, unit, kind, shard) do update set "
    + ", ".join(f"{name} = t.{name} + excluded.{name}" for name in COLUMNS)
)
_ADD_PROBLEMS: Final = (
    "insert into {live}.problem_tallies as t select day, unit, kind, problem, "
    f"{SHARD}, built - live from ({_PROBLEMS}) as different "
    "on conflict (day, unit, kind, problem, shard) do update set cases = t.cases + excluded.cases"
)
_TELL: Final = (
    "insert into checkpoint_resets (partition, from_position, to_position, reason, done_by) "
    "select partition, position, position, $1, $2 from checkpoints"
)


class CasePair(Struct, frozen=True):
    """A case whose two rows are not the same bytes; None where there is no row. `columns`: those that differ."""

    case_id: str
    built: StoredCase | None
    live: StoredCase | None
    columns: list[str]


class Sums(Struct, frozen=True):
    """A cell whose sums differ: of every measure in the order of `MEASURES`."""

    day: int
    unit: str
    kind: str
    built: Sequence[int]
    live: Sequence[int]


class ProblemSums(Struct, frozen=True):
    """A data-quality count that differs."""

    day: int
    unit: str
    kind: str
    problem: str
    built: int
    live: int


class ShadowTables:
    """The tables of one session; `connection` is that session."""

    def __init__(self, connection: Connection, live_schema: str) -> None:
        self.connection: Final = connection
        self._live = live_schema

    def _sql(self, query: str) -> str:
        return query.replace("{live}", self._live)

    async def analyze(self) -> None:
        """Lets the planner know what was built: nobody else does it for temporary tables."""
        await self.connection.execute("analyze pg_temp.cases, pg_temp.tallies")

    async def case_pairs(self) -> AsyncIterator[CasePair]:
        """The cases whose rows are not the same bytes, within a transaction."""
        rows = self.connection.cursor(self._sql(_CASES), prefetch=CHUNK_CASES, timeout=LONG_SECONDS)
        async for row in rows:
            values = zip(_DERIVED, row["built_columns"], row["live_columns"], strict=True)
            columns = [name for name, built, live in values if built != live]
            yield CasePair(row["case_id"], _stored(row, "built"), _stored(row, "live"), columns)

    async def sums(self) -> list[Sums]:
        """The cells that differ, in the order of their keys."""
        rows = await self.connection.fetch(self._sql(_TALLIES), timeout=LONG_SECONDS)
        return [
            Sums(day.toordinal(), unit, kind, [n or 0 for n in built], [n or 0 for n in live])
            for day, unit, kind, built, live in rows
        ]

    async def problem_sums(self) -> list[ProblemSums]:
        """The data-quality counts that differ, in the order of their keys."""
        rows = await self.connection.fetch(self._sql(_PROBLEMS), timeout=LONG_SECONDS)
        return [ProblemSums(row["day"].toordinal(), *list(row)[1:]) for row in rows]

    async def built_cases(self) -> AsyncIterator[tuple[str, Contribution]]:
        """Every case as the shadow counts it, within a transaction."""
        query = "select case_id, version, facts, counted from pg_temp.cases"
        async for row in self.connection.cursor(query, prefetch=CHUNK_CASES, timeout=LONG_SECONDS):
            yield row["case_id"], stored_case(row["version"], row["facts"], row["counted"]).counted

    async def note_different(self, case_ids: Sequence[str]) -> None:
        """Remembers the cases whose rows are to be replaced; those remembered before are forgotten."""
        await self.connection.execute("truncate different_cases")
        await self.connection.copy_records_to_table("different_cases", records=[(one,) for one in case_ids])

    async def stop_writers(self) -> None:
        """Until the transaction ends, no batch begins; those under way are waited for. Readers go on."""
        await self.connection.execute("lock table checkpoints in exclusive mode")

    async def put_in_place(self, done_by: str) -> None:
        """Makes the live tables say what the shadow says, in the caller's transaction.

        Only rows that differ are touched, so that readers see the old state or the new one, whole. What follows the
        change feed loads everything anew, as after every checkpoint that was moved by hand.
        """
        for statement in (_DROP_CASES, _CHANGE_CASES, _ADD_CASES, _ADD_TALLIES, _ADD_PROBLEMS):
            await self.connection.execute(self._sql(statement), timeout=LONG_SECONDS)
        await self.connection.execute(_TELL, REASON, done_by)


@asynccontextmanager
async def shadow_tables(pool: Pool) -> AsyncIterator[ShadowTables]:
    """Empty tables on a session of their own; raises `StoreUnavailable` while another rebuild has some."""
    async with connected(pool) as connection:
        try:
            await _alone(connection)
            schema = str(await connection.fetchval(_SCHEMA))
            tables = ShadowTables(connection, schema)
            for statement in _MAKE:
                await connection.execute(statement.replace("{live}", schema))
            yield tables
        finally:
            connection.terminate()  # back in the pool, its tables would hide the live ones


async def _alone(connection: Connection) -> None:
    try:
        await connection.execute("select pg_advisory_lock($1)", LOCK)
    except asyncpg.LockNotAvailableError:
        raise StoreUnavailable("another rebuild is under way on this database: wait for it to end") from None


def _stored(row: Any, table: str) -> StoredCase | None:
    version = row[f"{table}_version"]
    return None if version is None else stored_case(version, row[f"{table}_facts"], row[f"{table}_counted"])
