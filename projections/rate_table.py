"""A rate per row, laid out: the percentage beside its two integers, and what they are made of."""

from projections.report_columns import (
    COUNTS,
    DENOMINATOR,
    NUMERATOR,
    UNIT,
    count_cells,
    name_column,
    names_of,
    rate_column,
)
from projections.reports import Report, Row
from projections.tables import Cell, Table


def rate_table(report: Report) -> Table:
    """Rows and total of a rate."""
    definition = report.question.definition
    columns = (UNIT, name_column(report), rate_column(definition), NUMERATOR, DENOMINATOR, *COUNTS)
    rows = tuple(_cells(row, is_total=False) for row in report.rows)
    return Table(definition.report, definition.title, columns, rows, _cells(report.total, is_total=True))


def _cells(row: Row, *, is_total: bool) -> tuple[Cell, ...]:
    names = names_of(row, is_total=is_total)
    return (*names, row.rate, row.numerator, row.denominator, *count_cells(row.counts))
