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


_SPARSE: Final = ", ".join(
    f"coalesce(sum(n) filter (where measure = {measure}), 0) as {column}" for measure, column in enumerate(COLUMNS)
)
_UPSERT_TALLIES: Final = (
    f"insert into tallies as t (day, unit, kind, shard, {', '.join(COLUMNS)}) "
    f"select {_ORDINAL_BASE} + cell.day, cell.unit, cell.kind, $1::integer, {', '.join(COLUMNS)} "
    f"from unnest({array(2, 'integer')}, {array(3, 'text')}, {array(4, 'text')}) "
    "with ordinality as cell (day, unit, kind, place) "
    f"join (select place, {_SPARSE} from unnest({array(5, 'integer')}, {array(6, 'integer')}, {array(7, 'integer')}) "
    "as change (place, measure, n) group by place) as changes using (place) order by place "
    "on conflict (day, unit, kind, shard) do update set "
    + ", ".join(f"{column} = t.{column} + excluded.{column}" for column in COLUMNS)
)
"""Adds to many cells: $1 shard, $2 days, $3 units, $4 kinds, then what changes: $5 place of the cell, $6 measure, $7 n.

A cell changes in one to three of its measures: sent so, the driver handles a fraction of the numbers.
"""
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
        places = [place for place, (_, change) in enumerate(cells, 1) for _ in change]
        measures, sums = zip(*[one for _, change in cells for one in change.items()], strict=True)
        changes = integers(places), integers(measures), integers(sums)
        await connection.execute(_UPSERT_TALLIES, shard, integers(days), texts(units), texts(kinds), *changes)
    if problems:
        rows = [(date_of(day), unit, kind, problem, n) for (day, unit, kind, problem), n in problems]
        await connection.execute(_UPSERT_PROBLEMS, shard, *zip(*rows, strict=True))
