"""A table as CSV (RFC 4180): a header of keys, exact values, the total last. The notes of the foot are left out."""

import csv
import io
from collections.abc import Iterator
from fractions import Fraction

from projections.definitions import decimals
from projections.tables import Cell, Column, Sort, Table, Text
from services.documents.formulas import neutralised
from services.documents.wording import Language, said, scaled

RATIOS = (Sort.PERCENT, Sort.POINTS, Sort.DAYS)


def draw_csv(table: Table, language: Language) -> str:
    """Lines end with CR LF; what is not available is an empty cell.

    A column of percents, points or days has two decimals and is followed by its exact value in two columns,
    `<key>_numerator` and `<key>_denominator` (of the rate, so 1/1 is 100 %). Text that begins like a formula has a
    `'` before it.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(name for column in table.columns for name in _names(column))
    for row in (*table.rows, *([] if table.total is None else [table.total])):
        cells = zip(row, table.columns, strict=True)
        writer.writerow(text for cell, column in cells for text in _texts(cell, column, language))
    return out.getvalue()


def _names(column: Column) -> Iterator[str]:
    yield neutralised(column.key)
    if column.sort in RATIOS:
        yield f"{column.key}_numerator"
        yield f"{column.key}_denominator"


def _texts(cell: Cell, column: Column, language: Language) -> Iterator[object]:
    is_ratio = column.sort in RATIOS
    match cell:
        case None:
            yield from [""] * (3 if is_ratio else 1)
        case str() | Text():
            yield neutralised(cell if isinstance(cell, str) else said(cell, language))
            yield from ["", ""] if is_ratio else []
        case _ if is_ratio:
            yield decimals(scaled(cell, column.sort))
            yield from Fraction(cell).as_integer_ratio()
        case Fraction():
            yield decimals(cell)  # `3/2` would be a date to a spreadsheet
        case _:
            yield cell
