"""The case-borne indicators of the scorecard of Decision 766/QĐ-TTg (23 June 2022), from the rates of a report.

Of the scorecard's weights only those are declared that public summaries of it give; an indicator without one shows its
rate alone. Points are the rate's exact share of the greatest number of points: our reading, and they say so.
"""

from fractions import Fraction
from typing import Final

from msgspec import Struct, structs

from projections.definitions import BY_REPORT, Definition, content_hash, decimals
from projections.reports import Report
from projections.tables import Cell, Column, Sort, Table, Text


class Indicator(Struct, frozen=True):
    """One line of the scorecard: a rate, and the greatest number of points it can bring; None where not declared."""

    number: str
    title: Text
    rate: Definition
    points_max: int | None
    source: str


INDICATORS: Final = (
    Indicator(
        "2.1",
        Text("Progress: cases settled early or on time", "Tiến độ: hồ sơ giải quyết trước hạn, đúng hạn"),
        BY_REPORT["on-time"],
        20,
        "Decision 766/QĐ-TTg, group Progress and results of settlement: at most 20 of 100 points, as public summaries "
        "of it say; points in proportion to the rate are our reading",
    ),
    *(
        Indicator("", definition.title, definition, None, definition.source)
        for definition in map(
            BY_REPORT.__getitem__, ("online-filing", "online-payment", "digitised", "electronic-result")
        )
    ),
)
VERSION: Final = content_hash({"indicators": [structs.asdict(one) for one in INDICATORS]})
COLUMNS: Final = (
    Column("indicator", Text("Indicator", "Chỉ số"), Sort.TEXT),
    Column("title", Text("What it measures", "Nội dung"), Sort.TEXT),
    Column("percent", Text("Rate", "Tỷ lệ"), Sort.PERCENT),
    Column("numerator", Text("Numerator", "Tử số")),
    Column("denominator", Text("Denominator", "Mẫu số")),
    Column("points_max", Text("Points at most", "Điểm tối đa")),
    Column("points", Text("Points in proportion", "Điểm theo tỷ lệ"), Sort.TEXT),
)


def points_of(indicator: Indicator, rate: Fraction | None) -> Fraction | None:
    """The share of the points that the rate is; None where either is not known."""
    return None if rate is None or indicator.points_max is None else rate * indicator.points_max


def scorecard(report: Report) -> Table:
    """The indicators over the report's total: the subtree of its unit, or all units."""
    rows = tuple(_cells(indicator, report) for indicator in INDICATORS)
    title = Text(
        "Scorecard: indicators borne by cases (Decision 766/QĐ-TTg)",
        "Bộ chỉ số theo Quyết định 766/QĐ-TTg: các chỉ số tính từ hồ sơ",
    )
    return Table("scorecard", title, COLUMNS, rows)


def _cells(indicator: Indicator, report: Report) -> tuple[Cell, ...]:
    counts = report.total.counts
    rate = indicator.rate.rate(counts)
    points = points_of(indicator, rate)
    above, below = indicator.rate.numerator(counts), indicator.rate.denominator(counts)
    shown = None if points is None else decimals(points)
    return indicator.number, indicator.title, rate, above, below, indicator.points_max, shown
