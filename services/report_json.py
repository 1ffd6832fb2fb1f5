"""Rows of a laid-out report as JSON: integers as they are, rates as `96.16`, words in both languages."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from projections.definitions import decimals, percent, points
from projections.tables import Cell, Column, Sort, Table, Text


def rows_of(table: Table) -> dict[str, Any]:
    """`rows` and `total` by the keys of the columns; empty codes of units are null, as in every report."""
    total = None if table.total is None else _row(table.total, table.columns)
    return {"rows": [_row(row, table.columns) for row in table.rows], "total": total}


def _row(row: Sequence[Cell], columns: Sequence[Column]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for cell, column in zip(row, columns, strict=True):
        found[column.key] = _value(cell, column)
        if isinstance(cell, Fraction) and column.sort in (Sort.POINTS, Sort.DAYS):
            found[f"{column.key}_exact"] = {"numerator": cell.numerator, "denominator": cell.denominator}
    return found


def _value(cell: Cell, column: Column) -> Any:
    if column.key == "rank":
        return cell if isinstance(cell, int) else None
    if isinstance(cell, Text):
        return cell.en if column.key == "name" else {"en": cell.en, "vi": cell.vi}
    if column.key == "unit":
        return cell or None
    if not isinstance(cell, Fraction):
        return cell
    match column.sort:
        case Sort.PERCENT:
            return percent(cell)
        case Sort.POINTS:
            return points(cell)
        case _:
            return decimals(cell)
