"""A report: rows of counts for units, children, levels or months, with a total (`interface.md`, Report JSON)."""

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from fractions import Fraction
from typing import Any

from msgspec import Struct, structs

from projections.buckets import Buckets
from projections.definitions import Definition, percent, simple_mean
from projections.figures import Ahead, Counts, figures, total
from projections.measures import Policy
from projections.periods import Period, months_of
from projections.units import UnitTree


class Grouping(StrEnum):
    """What a row is: a unit with its own cases, a direct child with its subtree, a level, a month."""

    UNIT = "unit"
    CHILD = "child"
    LEVEL = "level"
    MONTH = "month"


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


class Row(Struct, frozen=True):
    """One line of a report; `unit` is None in the total, `month` is set in rows by month."""

    unit: str | None
    name: str
    level: str
    counts: Counts
    numerator: int
    denominator: int
    percent: str | None
    month: Period | None = None

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
        if self.month is not None:
            row["from"] = self.month.from_date.isoformat()
            row["to"] = self.month.to_date.isoformat()
        return row


class Report(Struct, frozen=True):
    """The rows and the total over the subtree of the question's unit."""

    question: Question
    rows: tuple[Row, ...]
    total: Row


class UnitUnknown(KeyError):
    """The report asks for a unit that is not registered."""


CountsOf = Callable[[str], Counts]


def bounds_of(question: Question) -> list[int]:
    """The days between which the tallies must be summed to answer the question."""
    bounds = [question.period.begin, question.period.end]
    if question.by is Grouping.MONTH:
        bounds += [month.begin for month in months_of(question.period)]
    return sorted(set(bounds))


def report(question: Question, buckets: Buckets, tree: UnitTree, ahead: Ahead | None = None) -> Report:
    """Answers a question from sums between its bounds."""
    if question.unit is not None and question.unit not in tree:
        raise UnitUnknown(question.unit)

    def counts_of(unit: str) -> Counts:
        return figures(buckets, unit, question.period, question.policy, ahead)

    scope = list(tree.subtree(question.unit)) if question.unit is not None else list(tree.codes())
    in_scope = total(map(counts_of, scope))
    if question.by is Grouping.MONTH:
        rows = _by_month(question, buckets, scope, ahead)
    else:
        rows = _by_unit(question, tree, scope, counts_of)
    rate = question.definition.rate(in_scope)
    if question.rollup is Rollup.SIMPLE_MEAN:
        rate = simple_mean([question.definition.rate(row.counts) for row in rows])
    name, level = _names(tree, question.unit)
    whole = _row(question.definition, None, name, level, in_scope, rate)
    return Report(question, tuple(rows), whole)


def _names(tree: UnitTree, unit: str | None) -> tuple[str, str]:
    if unit is None:
        return "Total", ""
    row = tree.latest(unit)
    return row.name, row.level


def _row(
    definition: Definition,
    unit: str | None,
    name: str,
    level: str,
    counts: Counts,
    rate: Fraction | None,
    month: Period | None = None,
) -> Row:
    return Row(
        unit,
        name,
        level,
        counts,
        definition.numerator(counts),
        definition.denominator(counts),
        percent(rate),
        month,
    )


def _by_unit(question: Question, tree: UnitTree, scope: Sequence[str], counts_of: CountsOf) -> list[Row]:
    match question.by:
        case Grouping.UNIT:
            own = ((code, counts_of(code)) for code in sorted(scope))
            shown = ((code, counts) for code, counts in own if counts.any or not tree.children(code))
            return [_unit_row(question, tree, code, counts) for code, counts in shown]
        case Grouping.CHILD:
            children = tree.children(question.unit) if question.unit is not None else _tops(tree)
            return [_unit_row(question, tree, code, total(map(counts_of, tree.subtree(code)))) for code in children]
        case _:
            return _by_level(question, tree, scope, counts_of)


def _tops(tree: UnitTree) -> Sequence[str]:
    """The children of the one root, or the roots where there are several."""
    roots = tree.roots()
    return tree.children(roots[0]) if len(roots) == 1 and tree.children(roots[0]) else roots


def _unit_row(question: Question, tree: UnitTree, code: str, counts: Counts) -> Row:
    name, level = _names(tree, code)
    return _row(question.definition, code, name, level, counts, question.definition.rate(counts))


def _by_level(question: Question, tree: UnitTree, scope: Iterable[str], counts_of: CountsOf) -> list[Row]:
    levels: dict[str, list[Counts]] = {}
    for code in scope:
        levels.setdefault(tree.latest(code).level, []).append(counts_of(code))
    summed = ((level, total(parts)) for level, parts in levels.items())
    return [
        _row(question.definition, None, level, level, counts, question.definition.rate(counts))
        for level, counts in sorted(summed)
        if counts.any
    ]


def _by_month(question: Question, buckets: Buckets, scope: Sequence[str], ahead: Ahead | None) -> list[Row]:
    rows = []
    for month in months_of(question.period):
        cut = ahead if month.end == question.period.end else None
        counts = total(figures(buckets, unit, month, question.policy, cut) for unit in scope)
        label = f"{month.from_date} – {month.to_date}"
        rate = question.definition.rate(counts)
        rows.append(_row(question.definition, question.unit, label, "", counts, rate, month))
    return rows
