"""A report and the cases behind its numbers as a manifest holds them."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from events.facts import Kind
from projections.definitions import Definition, content_hash
from projections.reports import Grouping, Question, Report, Row
from projections.units import UnitTree
from services.evidence.manifest import Number, PublishedReport, PublishedRow, number
from services.history.archive import cases_at
from services.history.figures import report_at
from services.history.folding import Folded
from services.history.points import Point, rules_at
from services.postgres.connection import Connection
from services.postgres.store import PostgresStore
from services.publishing.numbers import COUNTS, WHOLE, Counter, Sets


class Asked(Struct, frozen=True):
    """A question about cases of a kind."""

    question: Question
    kind: Kind = "procedure"


class NumbersApart(AssertionError):
    """The cases behind a number do not add up to it: an error of ours, never published."""


async def frozen_reports(
    connection: Connection, store: PostgresStore, point: Point, asked: Sequence[Asked]
) -> tuple[PublishedReport, ...]:
    """Answers the questions from the archive as of a point, each number with its cases.

    Raises `PeriodNotBegun`, `UnitUnknown`, `ArchiveUnreadable`.
    """
    folded = Folded(point, await rules_at(connection, store, point))
    counters = [Counter(one.question, one.kind, point, folded.rules) for one in asked]
    sets = [Sets() for _ in asked]
    async for recorded in cases_at(connection, point):
        found, stored = folded.add(recorded)
        for counter, of_question in zip(counters, sets, strict=True):
            for part, unit, counts in counter.counts(found, stored):
                of_question.add(recorded.case_id, part, unit, counts)
    return tuple(
        _frozen(one, report_at(folded, one.question, one.kind), of_question, folded.rules.units)
        for one, of_question in zip(asked, sets, strict=True)
    )


def _frozen(asked: Asked, found: Report, sets: Sets, tree: UnitTree) -> PublishedReport:
    question = asked.question
    scope = dict.fromkeys(tree.codes() if question.unit is None else tree.subtree(question.unit))
    rows = tuple(
        _row(
            question, row, sets, place if question.by is Grouping.MONTH else WHOLE, units_of(question, row, scope, tree)
        )
        for place, row in enumerate(found.rows, 1)
    )
    return PublishedReport(
        report=question.definition.report,
        definition=question.definition.name,
        kind=asked.kind,
        policy=question.policy.value,
        rollup=question.rollup.value,
        by=question.by.value,
        unit=question.unit,
        from_=question.period.from_date.isoformat(),
        to=question.period.to_date.isoformat(),
        rows=rows,
        total=_row(question, found.total, sets, WHOLE, scope),
    )


def units_of(question: Question, row: Row, scope: Mapping[str, None], tree: UnitTree) -> Mapping[str, None]:
    """The units whose own cases a row sums."""
    match question.by:
        case Grouping.UNIT if row.unit is not None:
            return {row.unit: None}
        case Grouping.CHILD if row.unit is not None:
            return dict.fromkeys(tree.subtree(row.unit))
        case Grouping.LEVEL:
            return {code: None for code in scope if tree.latest(code).level == row.level}
        case _:
            return scope


def _row(question: Question, row: Row, sets: Sets, part: int, units: Mapping[str, None]) -> PublishedRow:
    period = row.month or question.period
    definition = question.definition

    def numbered(expected: int, names: tuple[str, ...]) -> Number:
        count = sets.count(part, units, names)
        if count != expected:
            raise NumbersApart(f"{names} of {row.unit or row.name}: {expected} in the report, {count} by cases")
        return number(count, sets.cases(part, units, names))

    return PublishedRow(
        unit=row.unit,
        name=row.name,
        level=row.level,
        from_=period.from_date.isoformat(),
        to=period.to_date.isoformat(),
        numerator=numbered(row.numerator, definition.above),
        denominator=numbered(row.denominator, definition.below),
        percent=row.percent,
        counts={name: numbered(getattr(row.counts, name), (name,)) for name in COUNTS},
    )


def definitions_hash(definitions: Iterable[Definition]) -> str:
    """One hash (hexadecimal) of the contents of definitions, whatever their order."""
    return content_hash({one.name: one.version for one in definitions})
