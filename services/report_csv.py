"""A report as CSV: one line a row, the total last, each rate beside its numerator and denominator."""

import csv
import io

from msgspec import structs

from projections.figures import Counts
from projections.reports import Row
from services.reporting import Answered

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def report_csv(answered: Answered) -> str:
    """RFC 4180 with a header line; a cell that a spreadsheet would take for a formula is made text."""
    out = io.StringIO()
    writer = csv.writer(out)
    counts = list(Counts.__struct_fields__)
    writer.writerow(["unit", "name", "level", "from", "to", "policy", "numerator", "denominator", "percent", *counts])
    for row in (*answered.report.rows, answered.report.total):
        writer.writerow(_cells(row, answered))
    return out.getvalue()


def _cells(row: Row, answered: Answered) -> list[object]:
    question = answered.report.question
    period = row.month or question.period
    is_total = row is answered.report.total
    return [
        "" if row.unit is None else _text(row.unit),
        "total" if is_total and not row.name else _text(row.name),
        _text(row.level),
        period.from_date,
        period.to_date,
        question.policy.value,
        row.numerator,
        row.denominator,
        row.percent or "",
        *structs.astuple(row.counts),
    ]


def _text(cell: str) -> str:
    return "'" + cell if cell.startswith(_FORMULA) else cell
