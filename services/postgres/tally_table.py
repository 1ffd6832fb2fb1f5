"""The table of tallies: its columns, the sums that readers ask for, and the statements that add to it."""

from collections.abc import Sequence
from typing import Final

from projections.measures import MEASURES, SHARED, TO_INSTANT, expanded
from projections.tallies import Cell, ProblemChange
from projections.zone import date_of
from services.postgres.arrays import array, integers, texts
from services.postgres.connection import Connection


def _column(measure: int) -> str:
    """The column of a stored measure (`measures.expanded`): `settled_late`, and beside it what `instant` adds."""
    name = MEASURES[measure]
    if measure in SHARED:
        return name.removesuffix("_date")
    return f"{name}_more" if measure - TO_INSTANT in SHARED else name


COLUMNS: Final = tuple(_column(measure) for measure in range(len(MEASURES)))
SUMS: Final = ", ".join(
    "sum({})::bigint as {}".format(
        " + ".join(COLUMNS[stored] for stored in range(len(MEASURES)) if measure in expanded({stored: 1})), name
    )
    for measure, name in enumerate(MEASURES)
)
"""Select list: the sum of every measure over a group of rows, in the order of `MEASURES`."""
_ORDINAL_BASE: Final = "date '0001-01-01' - 1"
"""Added to a day's ordinal, it is the date."""


_FIRST: Final = 5
"""Place of the first measure among the parameters: $1 shard, $2 days, $3 units, $4 kinds."""
_UPSERT_TALLIES: Final = (
    f"insert into tallies as t (day, unit, kind, shard, {', '.join(COLUMNS)}) "
    f"select {_ORDINAL_BASE} + n.day, n.unit, n.kind, $1::integer, "
    + ", ".join(f"coalesce(n.{column}, 0)" for column in COLUMNS)
    + f" from unnest({array(2, 'integer')}, {array(3, 'text')}, {array(4, 'text')}, "
    + ", ".join(array(place, "integer") for place in range(_FIRST, _FIRST + len(COLUMNS)))
    + f") as n (day, unit, kind, {', '.join(COLUMNS)}) on conflict (day, unit, kind, shard) do update set "
    + ", ".join(f"{column} = t.{column} + excluded.{column}" for column in COLUMNS)
)
"""Adds to many cells. A measure that changes in none of them is an empty array, which `unnest` fills up with nulls."""
_UPSERT_PROBLEMS: Final = (
    "insert into problem_tallies as t select n.day, n.unit, n.kind, n.problem, $1::integer, n.cases "
    "from unnest($2::date[], $3::text[], $4::text[], $5::text[], $6::integer[]) as n (day, unit, kind, problem, cases) "
    "on conflict (day, unit, kind, problem, shard) do update set cases = t.cases + excluded.cases"
)


async def write_tallies(
    connection: Connection, shard: int, cells: Sequence[Cell], problems: Sequence[ProblemChange]
) -> None:
    """Adds the changes to the cells of a shard."""
    if cells:
        days, units, kinds = zip(*[key for key, _ in cells], strict=True)
        await connection.execute(_UPSERT_TALLIES, shard, integers(days), texts(units), texts(kinds), *_columns(cells))
    if problems:
        rows = [(date_of(day), unit, kind, problem, n) for (day, unit, kind, problem), n in problems]
        await connection.execute(_UPSERT_PROBLEMS, shard, *zip(*rows, strict=True))


def _columns(cells: Sequence[Cell]) -> list[str]:
    """The change of each measure in every cell, as the text of an array.

    Nearly all of them are zeros, which are one and the same string: joining them costs less than to name the others.
    """
    columns: dict[int, list[str]] = {}
    for place, (_, change) in enumerate(cells):
        for measure, n in change.items():
            if measure not in columns:
                columns[measure] = ["0"] * len(cells)
            columns[measure][place] = str(n)
    return ["{" + ",".join(columns.get(measure, ())) + "}" for measure in range(len(COLUMNS))]
