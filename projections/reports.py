"""A report: rows of counts for units, children, levels or months, with a total (`interface.md`, Report JSON)."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from fractions import Fraction
from typing import Any

from msgspec import Struct, structs

from projections.attribution import Attribution
from projections.buckets import Buckets
from projections.definitions import Definition, percent, simple_mean
from projections.figures import Ahead, Counts, figures, total, with_moves
from projections.groups import Group, Grouping, UnitUnknown, groups, scope_of
from projections.measures import Policy
from projections.periods import Period, months_of
from projections.rebasing import UnitsShown
from projections.tables import Text
from projections.units import UnitTree

__all__ = [
    "Attribution",
    "Grouping",
    "Question",
    "Report",
    "Rollup",
    "Row",
    "UnitUnknown",
    "UnitsShown",
    "bounds_of",
    "report",
    "row_of",
    "with_rows",
]


class Rollup(StrEnum):
    """How the total's rate is made of the rows."""

    WEIGHTED = "weighted"
    SIMPLE_MEAN = "simple_mean"


class Question(Struct, frozen=True):
    """What is asked of the tallies; without `unit`, of all units."""

    definition: Definition
    period: Period
    policy: Policy
    by: Grouping = Grouping.UNIT
    rollup: Rollup = Rollup.WEIGHTED
    unit: str | None = None
    units: UnitsShown = UnitsShown.AS_REPORTED
    attribution: Attribution = Attribution.LAST


class Row(Struct, frozen=True):
    """One line of a report; `unit` is None in the total, `month` is set in rows by month.

    `words` name a row that has no name of its own, in both languages; `name` is the English then.
    """

    unit: str | None
    name: str
    level: str
    counts: Counts
    numerator: int
    denominator: int
    percent: str | None
    month: Period | None = None
    rate: Fraction | None = None
    words: Text | None = None

    def as_json(self) -> dict[str, Any]:
        """The row as `interface.md` shows it; a month row has its dates, too."""
        row: dict[str, Any] = {
            "unit": self.unit,
            "name": self.name,
            "level": self.level,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "percent": self.percent,
            "counts": structs.asdict(self.counts),
        }
        return row | self.dates()

    def dates(self) -> dict[str, str]:
        """First day and day after the last of a row by month; nothing for other rows."""
        if self.month is None:
            return {}
        return {"from": self.month.from_date.isoformat(), "to": self.month.to_date.isoformat()}


class Report(Struct, frozen=True):
    """The rows and the total over the subtree of the question's unit."""

    question: Question
    rows: tuple[Row, ...]
    total: Row


def bounds_of(question: Question) -> list[int]:
    """The days between which the tallies must be summed to answer the question."""
    bounds = [question.period.begin, question.period.end]
    if question.by is Grouping.MONTH:
        bounds += [month.begin for month in months_of(question.period)]
    return sorted(set(bounds))


def report(
    question: Question, buckets: Buckets, tree: UnitTree, ahead: Ahead | None = None, moves: Buckets | None = None
) -> Report:
    """Answers a question from sums between its bounds. Raises `UnitUnknown`.

    `moves`: what other units are to answer for than those that settled it (`projections.attribution.Moves`).
    Tallies know no procedures: by group it has the total only, and `with_rows` adds the rows.
    """
    definition, scope = question.definition, scope_of(tree, question.unit)

    def own_counts(unit: str, period: Period, cut: Ahead | None) -> Counts:
        counts = figures(buckets, unit, period, question.policy, cut)
        return counts if moves is None else with_moves(counts, moves, unit, period, question.policy)

    own = {unit: own_counts(unit, question.period, ahead) for unit in scope.units}

    def counts_of(group: Group) -> Counts:
        return own[group.units[0]] if len(group.units) == 1 else total(own[unit] for unit in group.units)

    in_scope = counts_of(scope)
    if question.by is Grouping.MONTH:
        rows = _by_month(question, scope.units, own_counts, ahead)
    else:
        counted = [(group, counts_of(group)) for group in groups(question.by, tree, question.unit)]
        rows = [row_of(definition, group, counts) for group, counts in counted if group.always or counts.any]
    return with_rows(Report(question, (), row_of(definition, scope, in_scope)), rows)


def with_rows(found: Report, rows: Sequence[Row]) -> Report:
    """The report with these rows; where its total's rate is a mean, that of theirs."""
    whole = found.total
    if found.question.rollup is Rollup.SIMPLE_MEAN:
        rate = simple_mean([row.rate for row in rows])
        whole = structs.replace(whole, rate=rate, percent=percent(rate))
    return structs.replace(found, rows=tuple(rows), total=whole)


def row_of(definition: Definition, group: Group, counts: Counts, month: Period | None = None) -> Row:
    """The counts of a group as a row of a rate."""
    above, below = definition.numerator(counts), definition.denominator(counts)
    rate = Fraction(above, below) if below else None
    return Row(group.unit, group.name, group.level, counts, above, below, percent(rate), month, rate)


def _by_month(
    question: Question,
    scope: Sequence[str],
    own_counts: Callable[[str, Period, Ahead | None], Counts],
    ahead: Ahead | None,
) -> list[Row]:
    rows = []
    for month in months_of(question.period):
        cut = ahead if month.end == question.period.end else None
        counts = total(own_counts(unit, month, cut) for unit in scope)
        group = Group(question.unit, f"{month.from_date} – {month.to_date}", "", tuple(scope))
        rows.append(row_of(question.definition, group, counts, month))
    return rows
