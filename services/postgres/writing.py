"""Writes case rows and tallies; used by the projector's transaction and by a recount."""

from collections.abc import Sequence
from typing import Final

import asyncpg

from projections.batches import ChangedCase, counted_bytes, facts_bytes
from projections.measures import MEASURES
from projections.tallies import TallyChanges
from projections.zone import date_of
from services.postgres.connection import Connection
from services.store import Conflict

CASE_COLUMNS: Final = (
    "case_id",
    "version",
    "kind",
    "unit",
    "received_at",
    "due_date_at",
    "due_instant_at",
    "ended_at",
    "is_open",
    "overdue_at",
    "facts",
    "counted",
)
_CASE_TYPES: Final = (
    "text",
    "integer",
    "text",
    "text",
    "bigint",
    "bigint",
    "bigint",
    "bigint",
    "boolean",
    "bigint",
    "bytea",
    "bytea",
)
_CHANGED: Final = [name for name in CASE_COLUMNS if name not in ("case_id", "version")]
_UPDATE_CASES: Final = (
    f"update cases as c set version = n.version + 1, {', '.join(f'{name} = n.{name}' for name in _CHANGED)} "
    f"from unnest({', '.join(f'${place}::{kind}[]' for place, kind in enumerate(_CASE_TYPES, 1))}) "
    f"as n ({', '.join(CASE_COLUMNS)}) where c.case_id = n.case_id and c.version = n.version"
)
_UPSERT_TALLIES: Final = (
    f"insert into tallies as t (day, unit, kind, shard, {', '.join(MEASURES)}) "
    "select n.day, n.unit, n.kind, $1::integer, "
    f"{', '.join(f'n.{name}' for name in MEASURES)} "
    "from unnest($2::date[], $3::text[], $4::text[], "
    f"{', '.join(f'${place}::integer[]' for place in range(5, 5 + len(MEASURES)))}) "
    f"as n (day, unit, kind, {', '.join(MEASURES)}) "
    "on conflict (day, unit, kind, shard) do update set "
    f"{', '.join(f'{name} = t.{name} + excluded.{name}' for name in MEASURES)}"
)
_UPSERT_PROBLEMS: Final = (
    "insert into problem_tallies as t select n.day, n.unit, n.kind, n.problem, $1::integer, n.cases "
    "from unnest($2::date[], $3::text[], $4::text[], $5::text[], $6::integer[]) as n (day, unit, kind, problem, cases) "
    "on conflict (day, unit, kind, problem, shard) do update set cases = t.cases + excluded.cases"
)


async def write_cases(connection: Connection, cases: Sequence[ChangedCase]) -> None:
    """New cases by COPY, known ones by one update; raises `Conflict` where a row is not of the version expected."""
    rows = [_case_record(case) for case in cases]
    new = [(row[0], 1, *row[2:]) for row in rows if row[1] == 0]
    known = [row for row in rows if row[1] != 0]
    if new:
        try:
            await connection.copy_records_to_table("cases", records=new, columns=CASE_COLUMNS)
        except asyncpg.UniqueViolationError as error:
            raise Conflict(str(error)) from error
    if known:
        done = await connection.execute(_UPDATE_CASES, *zip(*known, strict=True))
        if done != f"UPDATE {len(known)}":
            raise Conflict(f"{done} of {len(known)} cases: another transaction changed some")


async def write_tallies(connection: Connection, shard: int, tallies: TallyChanges) -> None:
    """Adds the changes to the cells of a shard."""
    cells = tallies.standing_cells()
    if cells:
        keys = [(date_of(day), unit, kind) for (day, unit, kind), _ in cells]
        vectors = (vector for _, vector in cells)
        await connection.execute(_UPSERT_TALLIES, shard, *zip(*keys, strict=True), *zip(*vectors, strict=True))
    found = tallies.standing_problems()
    if found:
        rows = [(date_of(day), unit, kind, problem, n) for (day, unit, kind, problem), n in found]
        await connection.execute(_UPSERT_PROBLEMS, shard, *zip(*rows, strict=True))


def _case_record(case: ChangedCase) -> tuple[object, ...]:
    row = case.row
    return (
        case.case_id,
        case.version,
        row.kind,
        row.unit,
        row.received_at,
        row.due_date_at,
        row.due_instant_at,
        row.ended_at,
        row.is_open,
        row.overdue_at,
        facts_bytes(case.kept),
        counted_bytes(case.counted),
    )
