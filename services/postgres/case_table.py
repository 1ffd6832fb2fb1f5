"""Writes case rows; used by the projector's transaction and by a recount."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import asyncpg

from projections.batches import counted_bytes, facts_bytes
from projections.effect import ChangedCase
from services.postgres.arrays import array, booleans, integers, optional_integers, texts
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
_WRITTEN: Final[dict[str, Callable[[Any], Any]]] = {
    "text": texts,
    "integer": integers,
    "bigint": optional_integers,
    "boolean": booleans,
    "bytea": list,
}
_CHANGED: Final = [name for name in CASE_COLUMNS if name not in ("case_id", "version")]
_UPDATE_CASES: Final = (
    f"update cases as c set version = n.version + 1, {', '.join(f'{name} = n.{name}' for name in _CHANGED)} "
    f"from unnest({', '.join(array(place, kind) for place, kind in enumerate(_CASE_TYPES, 1))}) "
    f"as n ({', '.join(CASE_COLUMNS)}) where c.case_id = n.case_id and c.version = n.version"
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
        columns = [_WRITTEN[kind](column) for kind, column in zip(_CASE_TYPES, zip(*known, strict=True), strict=True)]
        done = await connection.execute(_UPDATE_CASES, *columns)
        if done != f"UPDATE {len(known)}":
            raise Conflict(f"{done} of {len(known)} cases: another transaction changed some")


def _case_record(case: ChangedCase) -> tuple[Any, ...]:
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
