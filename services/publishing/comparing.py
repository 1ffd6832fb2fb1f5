"""`diff`: two publications or points of the history, every difference by class."""

from collections.abc import Sequence
from typing import Any, Final

from msgspec import Struct, structs

from projections.definitions import BY_REPORT
from projections.periods import Period, reporting_year
from projections.reports import Grouping, Question
from services.clock import Clock
from services.evidence.manifest import Publication, PublishedReport, PublishedRow, Versions
from services.history.archive import cases_at
from services.history.points import Point, point_at, rules_at
from services.history.when import AtPublication, When, WhenRefused
from services.postgres.connection import Connection
from services.postgres.queries import snapshot
from services.postgres.store import PostgresStore
from services.publishing.differences import MEASURES, Class, Differences, Side
from services.publishing.freezing import Asked
from services.publishing.log_keeping import EvidencePlace
from services.publishing.publishing import versions_of
from services.publishing.questions import asked_again
from services.publishing.reading import publication_of

ON_TIME: Final = BY_REPORT["on-time"]


class Compared(Struct, frozen=True):
    """One side as it was named: its point, and its publication where it is one."""

    side: Side
    publication: Publication | None


async def diff(
    store: PostgresStore, place: EvidencePlace, a: When, b: When, clock: Clock, period: Period | None = None
) -> list[dict[str, Any]]:
    """Rows of `{report, from, to, unit, measure, difference, classes, cases}`, without those that do not change.

    Compared is what both publications report, or what the one does; of two points the on-time report over `period`, or
    over the reporting year of the later one. Raises `WhenRefused`, `PeriodNotBegun`, `EvidenceError`.
    """
    async with snapshot(store.pool) as connection:
        first = await _compared(connection, store, place, a, clock)
        second = await _compared(connection, store, place, b, clock)
        asked = _asked(store, first, second, period)
        found = [Differences(one, first.side, second.side) for one in asked]
        async for recorded in cases_at(connection, _both(first.side.point, second.side.point)):
            for one in found:
                one.add(recorded)
    rows: list[dict[str, Any]] = []
    for question, differences in zip(asked, found, strict=True):
        _add_published(differences, question, first, sign=-1)
        _add_published(differences, question, second, sign=1)
        rows += _named(question, differences)
    return rows


async def _compared(
    connection: Connection, store: PostgresStore, place: EvidencePlace, when: When, clock: Clock
) -> Compared:
    point = await point_at(connection, when, clock)
    publication = await publication_of(store.pool, place, when.id) if isinstance(when, AtPublication) else None
    return Compared(Side(point, await rules_at(connection, store, point)), publication)


def _both(first: Point, second: Point) -> Point:
    """Everything that either point knows."""
    partitions = first.positions.keys() | second.positions.keys()
    whole = {one: max(first.positions.get(one, 0), second.positions.get(one, 0)) for one in partitions}
    return structs.replace(second, positions=whole)


def _asked(store: PostgresStore, first: Compared, second: Compared, period: Period | None) -> Sequence[Asked]:
    published = [
        [asked_again(one) for one in side.publication.manifest.reports]
        for side in (first, second)
        if side.publication is not None
    ]
    if not published:
        later = max(first.side.point.recorded_at, second.side.point.recorded_at)
        span = period or reporting_year(store.days.day_of(later))
        return [Asked(Question(ON_TIME, span, store.policy, Grouping.UNIT))]
    common = [one for one in published[0] if all(one in other for other in published)]
    if not common:
        raise WhenRefused("these publications have no report of the same period, policy and units in common")
    return common


def _add_published(found: Differences, asked: Asked, side: Compared, *, sign: int) -> None:
    """What was published beyond what this release computes of the same facts: another definition, or other code."""
    if side.publication is None:
        return
    manifest = side.publication.manifest
    report = next(one for one in manifest.reports if asked_again(one) == asked)
    cause = _cause(manifest.versions, versions_of(side.side.point, [one.report for one in manifest.reports]))
    computed = found.before if sign < 0 else found.after
    whole = {measure: sum(n for (_, name), n in computed.items() if name == measure) for measure in MEASURES}
    if asked.question.by is Grouping.UNIT:
        for unit, row in _own_rows(report):
            for measure in MEASURES:
                found.note(unit, measure, cause, sign * (_published(row, measure) - computed.get((unit, measure), 0)))
    for measure in MEASURES:
        found.note(None, measure, cause, sign * (_published(report.total, measure) - whole[measure]))


def _cause(then: Versions, now: Versions) -> Class:
    """Why what was published is not what is computed now."""
    if then.definitions != now.definitions:
        return "definition_change"
    return "code_change" if then.code != now.code else "unexplained"


def _own_rows(report: PublishedReport) -> Sequence[tuple[str, PublishedRow]]:
    return [(row.unit, row) for row in report.rows if row.unit is not None]


def _published(row: PublishedRow, measure: str) -> int:
    if measure in ("numerator", "denominator"):
        return row.numerator.count if measure == "numerator" else row.denominator.count
    return row.counts[measure].count if measure in row.counts else 0


def _named(asked: Asked, found: Differences) -> list[dict[str, Any]]:
    question = asked.question
    heading = {
        "report": question.definition.report,
        "from": question.period.from_date.isoformat(),
        "to": question.period.to_date.isoformat(),
    }
    return [heading | row for row in found.rows()]
