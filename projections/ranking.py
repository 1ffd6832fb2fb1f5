"""Units in order of a rate: competition ranks, and the change to the period before (`domain.md`, Periods; AC-15)."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from msgspec import Struct

from projections.report_columns import DENOMINATOR, NAME, NUMERATOR, UNIT, names_of, rate_column
from projections.reports import Report, Row
from projections.tables import Cell, Column, Sort, Table, Text

MINIMUM_CASES: Final = 5
NOT_RANKED: Final = Text("not ranked", "không xếp hạng")
RANK: Final = Column("rank", Text("Rank", "Hạng"))
CHANGE: Final = Column("change", Text("Change, percentage points", "Tăng, giảm (điểm %)"), Sort.POINTS)
BEFORE: Final = Column("percent_before", Text("Period before", "Kỳ trước"), Sort.PERCENT)


class Ranked(Struct, frozen=True):
    """A row with its place: `rank` None where it has too few cases or no rate; `change` None where there is no rate
    to compare with. Both rates and their difference are exact."""

    row: Row
    rank: int | None
    before: Fraction | None
    change: Fraction | None


def ranked(report: Report, before: Report, minimum_cases: int = MINIMUM_CASES) -> list[Ranked]:
    """Rows by exact rate, highest first; equal rates share a rank and the next one is left out: 1-2-2-4.

    A row whose denominator is below the minimum is listed after the others, unranked.
    """
    rates = {_key(row): row.rate for row in before.rows}
    able: list[tuple[Fraction, Row]] = []
    others: list[Row] = []
    for row in sorted(report.rows, key=_key):
        if row.rate is not None and row.denominator >= minimum_cases:
            able.append((row.rate, row))
        else:
            others.append(row)
    able.sort(key=lambda one: -one[0])
    found: list[Ranked] = []
    for place, (rate, row) in enumerate(able):
        shared = place > 0 and able[place - 1][0] == rate
        found.append(_ranked(row, found[-1].rank if shared else place + 1, rates))
    return found + [_ranked(row, None, rates) for row in others]


def _key(row: Row) -> tuple[str, str]:
    return row.unit or "", row.name


def _ranked(row: Row, rank: int | None, rates: Mapping[tuple[str, str], Fraction | None]) -> Ranked:
    before = rates.get(_key(row))
    change = None if row.rate is None or before is None else row.rate - before
    return Ranked(row, rank, before, change)


def ranking(report: Report, before: Report, minimum_cases: int = MINIMUM_CASES) -> Table:
    """The ranking laid out; the total is that of the report."""
    title = Text(
        f"Ranking by {report.question.definition.title.en.lower()}",
        f"Xếp hạng theo {report.question.definition.title.vi.lower()}",
    )
    columns = (RANK, UNIT, NAME, rate_column(report.question.definition), NUMERATOR, DENOMINATOR, BEFORE, CHANGE)
    rows = tuple(_cells(one, is_total=False) for one in ranked(report, before, minimum_cases))
    total = _ranked(report.total, None, {_key(report.total): before.total.rate})
    return Table("ranking", title, columns, rows, _cells(total, is_total=True))


def _cells(one: Ranked, *, is_total: bool) -> tuple[Cell, ...]:
    row = one.row
    unranked: Cell = "" if is_total else NOT_RANKED
    rank = unranked if one.rank is None else one.rank
    names = names_of(row, is_total=is_total)
    return (rank, *names, row.rate, row.numerator, row.denominator, one.before, one.change)
