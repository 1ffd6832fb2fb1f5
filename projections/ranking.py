"""Units in order of a rate: competition ranks, and the change to the period before (`domain.md`, Periods; AC-15)."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from msgspec import Struct, structs

from projections.report_columns import DENOMINATOR, NAME, NUMERATOR, UNIT, names_of, rate_column
from projections.reports import Report, Row
from projections.tables import Cell, Column, Sort, Table, Text
from projections.targets import distance

MINIMUM_CASES: Final = 5
NOT_RANKED: Final = Text("not ranked", "không xếp hạng")
RANK: Final = Column("rank", Text("Rank", "Hạng"))
CHANGE: Final = Column("change", Text("Change, percentage points", "Tăng, giảm (điểm %)"), Sort.POINTS)
BEFORE: Final = Column("percent_before", Text("Period before", "Kỳ trước"), Sort.PERCENT)
TARGET: Final = Column("target_percent", Text("Target", "Chỉ tiêu"), Sort.PERCENT)
DISTANCE: Final = Column(
    "points_from_target", Text("From target, percentage points", "So với chỉ tiêu (điểm %)"), Sort.POINTS
)
PLEDGED: Final = "on_time_settled"
"""Name of the definition that targets are pledged in: a rate of another definition has no target."""


class Ranked(Struct, frozen=True):
    """A row with its place: `rank` None where it has too few cases or no rate; `change` None where there is no rate
    to compare with. Both rates and their difference are exact. `target`: the least rate pledged, None where none is."""

    row: Row
    rank: int | None
    before: Fraction | None
    change: Fraction | None
    target: Fraction | None = None


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


def ranking(
    report: Report,
    before: Report,
    minimum_cases: int = MINIMUM_CASES,
    pledged: Mapping[str | None, Fraction] | None = None,
) -> Table:
    """The ranking laid out; the total is that of the report.

    `pledged`: targets by unit, None for that of the total; columns about them are there where a row has one.
    """
    title = Text(
        f"Ranking by {report.question.definition.title.en.lower()}",
        f"Xếp hạng theo {report.question.definition.title.vi.lower()}",
    )
    targets = pledged or {}
    found = ranked(report, before, minimum_cases)
    rows = [structs.replace(one, target=one.row.unit and targets.get(one.row.unit)) for one in found]
    whole = _ranked(report.total, None, {_key(report.total): before.total.rate})
    total = structs.replace(whole, target=targets.get(None))
    aimed = any(one.target is not None for one in (*rows, total))
    columns = (RANK, UNIT, NAME, rate_column(report.question.definition), NUMERATOR, DENOMINATOR, BEFORE, CHANGE)
    return Table(
        "ranking",
        title,
        (*columns, TARGET, DISTANCE) if aimed else columns,
        tuple(_cells(one, is_total=False, aimed=aimed) for one in rows),
        _cells(total, is_total=True, aimed=aimed),
    )


def _cells(one: Ranked, *, is_total: bool, aimed: bool) -> tuple[Cell, ...]:
    row = one.row
    unranked: Cell = "" if is_total else NOT_RANKED
    rank = unranked if one.rank is None else one.rank
    cells = (rank, *names_of(row, is_total=is_total), row.rate, row.numerator, row.denominator, one.before, one.change)
    return (*cells, one.target, distance(row.rate, one.target)) if aimed else cells
