"""Writes case rows and tallies; used by the projector's transaction and by a recount.

Columns of integers travel as the text of an array (`'{1,2,NULL}'`): the driver checks every element of a binary array
for being an array itself, which costs more than all else that it does for a batch.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import asyncpg

from projections.batches import ChangedCase, counted_bytes, facts_bytes
from projections.measures import INDEX, MEASURES
from projections.tallies import Cell, ProblemChange
from projections.zone import date_of
from services.postgres.connection import Connection
from services.store import Conflict

_AS_TEXT: Final = ("integer", "bigint")


def _array(place: int, kind: str) -> str:
    """The parameter at `place` as an array of `kind`."""
    return f"${place}::text::{kind}[]" if kind in _AS_TEXT else f"${place}::{kind}[]"


def integers(column: Iterable[int | None]) -> str:
    """The text of an array of integers."""
    return "{" + ",".join(["NULL" if n is None else str(n) for n in column]) + "}"


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
    f"from unnest({', '.join(_array(place, kind) for place, kind in enumerate(_CASE_TYPES, 1))}) "
    f"as n ({', '.join(CASE_COLUMNS)}) where c.case_id = n.case_id and c.version = n.version"
)
_ORDINAL_BASE: Final = "date '0001-01-01' - 1"
"""Added to a day's ordinal, it is the date."""


def _upsert_tallies(measures: Sequence[str]) -> str:
    """Adds to these measures of many cells: $1 shard, $2 days, $3 units, $4 kinds, then one array a measure."""
    names = ", ".join(measures)
    arrays = ", ".join(_array(place, "integer") for place in range(5, 5 + len(measures)))
    return (
        f"insert into tallies as t (day, unit, kind, shard, {names}) "
        f"select {_ORDINAL_BASE} + n.day, n.unit, n.kind, $1::integer, {', '.join(f'n.{name}' for name in measures)} "
        f"from unnest($2::text::integer[], $3::text[], $4::text[], {arrays}) as n (day, unit, kind, {names}) "
        "on conflict (day, unit, kind, shard) do update set "
        + ", ".join(f"{name} = t.{name} + excluded.{name}" for name in measures)
    )


_FAMILIES: Final = [
    (frozenset(indexes), indexes, _upsert_tallies([MEASURES[index] for index in indexes]))
    for indexes in (
        [INDEX["new"], INDEX["new_online"]],
        [index for index, name in enumerate(MEASURES) if name.startswith(("settled", "returned"))],
        [index for index, name in enumerate(MEASURES) if name.startswith(("fell_due", "overdue", "open_due"))],
        list(range(len(MEASURES))),
    )
]
"""Measures that change together, the narrowest first: most cells change by arrivals, by ends, or by due dates alone.

A statement that names two columns instead of all of them costs driver and server a fraction.
"""
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
        columns = [
            integers(column) if kind in _AS_TEXT else column
            for kind, column in zip(_CASE_TYPES, zip(*known, strict=True), strict=True)
        ]
        done = await connection.execute(_UPDATE_CASES, *columns)
        if done != f"UPDATE {len(known)}":
            raise Conflict(f"{done} of {len(known)} cases: another transaction changed some")


async def write_tallies(
    connection: Connection, shard: int, cells: Sequence[Cell], problems: Sequence[ProblemChange]
) -> None:
    """Adds the changes to the cells of a shard."""
    rest = cells
    for family, indexes, statement in _FAMILIES:
        own = [cell for cell in rest if cell[1].keys() <= family]
        if not own:
            continue
        rest = [cell for cell in rest if not cell[1].keys() <= family]
        days, units, kinds = zip(*(key for key, _ in own), strict=True)
        columns = [integers([change.get(index, 0) for _, change in own]) for index in indexes]
        await connection.execute(statement, shard, integers(days), units, kinds, *columns)
    if problems:
        rows = [(date_of(day), unit, kind, problem, n) for (day, unit, kind, problem), n in problems]
        await connection.execute(_UPSERT_PROBLEMS, shard, *zip(*rows, strict=True))


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
