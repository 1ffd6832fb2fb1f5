"""The tallies of a file of the archive: one case of each shape folded, the others added up in columns."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb
from msgspec import Struct

from events.instants import DAY
from projections.counted import Contribution
from projections.standing import Rules
from projections.zone import LocalDays
from services.history.archive import RecordedCase, recorded_fact
from services.history.columnar import shapes
from services.history.folding import Folded, fold_case
from services.history.points import Point

OFFLINE: Final[dict[str, str | bool | int | float | list[str]]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "memory_limit": "2GB",
}
FETCHED_ROWS: Final = 10_000
_FACT_COLUMNS: Final = 8


class _Wanted(Struct, frozen=True):
    """A case to be folded; `shape` is the number of the shape that it stands for, None where it stands for itself.

    `days` are the local days in which its instants lie, in order, `units` those that hold it.
    """

    recorded: RecordedCase
    shape: int | None
    days: Sequence[int]
    units: Sequence[str]


class Columnar(Struct, frozen=True):
    """The tallies, and how they were found: `alike` cases were counted by folding `shapes` of them."""

    folded: Folded
    alike: int
    shapes: int


def fold_columns(archive: Path, scratch: Path, point: Point, rules: Rules) -> Columnar:
    """Folds a file of `spool`; `scratch` is a folder for what does not fit in memory. Raises `ArchiveUnreadable`."""
    found = Folded(point, rules)
    with duckdb.connect(":memory:", config=OFFLINE | {"temp_directory": str(scratch)}) as connection:
        _find_shapes(connection, archive, scratch, found)
        cells = scratch / "cells.csv"
        with cells.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            for wanted in _to_fold(connection):
                if wanted.shape is None:
                    found.add(wanted.recorded)
                else:
                    counted = fold_case(wanted.recorded, rules).counted
                    writer.writerows(_cells(wanted, counted))
        connection.execute(shapes.CELLS, {"path": str(cells)})
        alike = _add_counted(connection, found)
        [(number,)] = connection.execute("select count(*) from classes").fetchall()
    return Columnar(found, alike, number)


def _find_shapes(connection: Any, archive: Path, scratch: Path, found: Folded) -> None:
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("create table plain (code varchar)")
    _fill(connection, "plain", scratch, [(code,) for code in sorted(found.rules.units.plain)])
    connection.execute(shapes.ARCHIVE, {"path": str(archive)})
    connection.execute(shapes.FACTS)
    connection.execute(shapes.PAUSES)
    connection.execute("create table days (start bigint, day integer, odd boolean)")
    [(first, last)] = connection.execute(shapes.INSTANTS).fetchall()
    if first is not None:
        _fill(connection, "days", scratch, _days(found.rules.days, first, last))
    instant = found.point.recorded_at
    connection.execute(
        shapes.SHAPES, {"instant": instant, "today": found.rules.days.day_of(instant), "apart": shapes.APART_DAYS}
    )
    connection.execute(shapes.CLASSES)
    connection.execute(shapes.COUNTED)


def _fill(connection: Any, table: str, scratch: Path, rows: Sequence[Sequence[Any]]) -> None:
    path = scratch / f"{table}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    connection.execute(f"copy {table} from '{_quoted(path)}' (header false, auto_detect false, delim ',')")


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _days(days: LocalDays, first: int, last: int) -> list[tuple[int, int, bool]]:
    """The local days in which instants lie; odd is a day on which the clocks change, or its length would say more."""
    rows = []
    for day in range(days.day_of(first) - 1, days.day_of(last) + 2):
        start = days.start_of(day)
        rows.append((start, day, days.start_of(day + 1) - start != DAY or days.day_of(start) != day))
    return rows


def _to_fold(connection: Any) -> Iterator[_Wanted]:
    """The cases of no shape and the first of each shape, by case id."""
    result = connection.execute(shapes.TO_FOLD)
    wanted: _Wanted | None = None
    while rows := result.fetchmany(FETCHED_ROWS):
        for row in rows:
            case_id, (shape, days, units) = row[0], row[_FACT_COLUMNS:]
            if wanted is None or wanted.recorded.case_id != case_id:
                if wanted is not None:
                    yield wanted
                wanted = _Wanted(RecordedCase(case_id, []), shape, days or (), units or ())
            wanted.recorded.facts.append(recorded_fact(*row[:_FACT_COLUMNS]))
    if wanted is not None:
        yield wanted


def _cells(wanted: _Wanted, counted: Contribution) -> Iterator[tuple[int | str | None, ...]]:
    """What a case of a shape counts as, in the columns of `shapes.CELLS`.

    Day and unit are by their place among its own, 0 for no unit. What is counted on the day after one of its days, such
    as a due date that passed, is so many days later.
    """
    units = {unit: number for number, unit in reversed(list(enumerate(wanted.units, 1)))} | {"": 0}
    days = {day + 1: (number, 1) for number, day in enumerate(wanted.days, 1)}
    days |= {day: (number, 0) for number, day in enumerate(wanted.days, 1)}
    for day, unit, measure, n in counted.cells:
        yield wanted.shape, *days[day], units[unit], counted.kind, measure, None, n
    for problem in counted.problems:
        yield wanted.shape, *days[counted.problem_day], units[counted.problem_unit], counted.kind, None, problem, 1


def _add_counted(connection: Any, found: Folded) -> int:
    """Adds the cases that were counted by their shapes, and answers how many they are."""
    cells, problems = found.tallies.cells, found.tallies.problems
    for day, unit, kind, measure, n in _rows(connection, shapes.TALLIES):
        cell = cells.setdefault((day, unit, kind), {})
        cell[measure] = cell.get(measure, 0) + n
    for day, unit, kind, problem, n in _rows(connection, shapes.PROBLEMS):
        key = day, unit, kind, problem
        problems[key] = problems.get(key, 0) + n
    [(events, cases, last_time)] = connection.execute(shapes.TOTALS).fetchall()
    found.events += events
    found.cases += cases
    if last_time is not None:
        found.last_time = max(found.last_time or 0, last_time)
    return int(cases)


def _rows(connection: Any, query: str) -> Iterator[tuple[Any, ...]]:
    result = connection.execute(query)
    while rows := result.fetchmany(FETCHED_ROWS):
        yield from rows
