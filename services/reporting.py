"""Reports: reads what a question needs in one snapshot of the database and answers it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from msgspec import Struct

from events.facts import Kind
from events.fold import fold
from events.instants import iso
from projections.batches import StoredCase
from projections.contribution import Rules, entries
from projections.definitions import Definition
from projections.figures import Ahead
from projections.measures import Policy
from projections.periods import Period, PeriodNotBegun, PeriodRefused, parse_period, reporting_year
from projections.reports import Grouping, Question, Report, Rollup, bounds_of, report
from services.clock import Clock
from services.postgres.queries import cases_about, snapshot
from services.postgres.store import PostgresStore, read_buckets, read_checkpoints
from services.store import Checkpoint
from services.version import VERSION


class Answered(Struct, frozen=True):
    """A report with what it depends on."""

    report: Report
    kind: Kind
    time_zone: str
    recorded_at: int
    checkpoints: Sequence[Checkpoint]
    units_version: str

    def as_json(self) -> dict[str, Any]:
        """The shape of `interface.md`, Report JSON."""
        question = self.report.question
        return {
            "report": question.definition.report,
            "definition": question.definition.name,
            "policy": question.policy.value,
            "kind": self.kind,
            "time_zone": self.time_zone,
            "rollup": question.rollup.value,
            "by": question.by.value,
            "from": question.period.from_date.isoformat(),
            "to": question.period.to_date.isoformat(),
            "as_of": {
                "recorded_at": iso(self.recorded_at),
                "positions": {str(one.partition): one.position for one in self.checkpoints},
            },
            "versions": {"units": f"sha256:{self.units_version}", "calendar": None, "code": VERSION},
            "rows": [row.as_json() for row in self.report.rows],
            "total": self.report.total.as_json(),
        }


class Reporting:
    """Answers questions about one database as it is now."""

    def __init__(self, store: PostgresStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    @property
    def store(self) -> PostgresStore:
        return self._store

    def today(self) -> int:
        """The present local day."""
        return self._store.days.day_of(self._clock())

    async def answer(self, question: Question, kind: Kind = "procedure") -> Answered:
        """The report; a period that is not over ends now, one that has not begun is refused."""
        now = self._clock()
        days = self._store.days
        if days.start_of(question.period.begin) > now:
            raise PeriodNotBegun(f"the period begins on {question.period.from_date}, which is yet to come")
        asked, cut = question.period, days.start_of(question.period.end) > now
        if cut:
            question = _until(question, Period(asked.begin, days.day_of(now) + 1))
        async with snapshot(self._store.pool) as connection:
            rules = await self._store.rules_now(connection)
            buckets = await read_buckets(connection, bounds_of(question), kind)
            ahead = ahead_of(await cases_about(connection, now, days, kind), rules, now) if cut else None
            checkpoints = await read_checkpoints(connection)
            version = self._store.units_version
        found = report(question, buckets, rules.units, ahead)
        found = Report(_until(question, asked), found.rows, found.total)
        return Answered(found, kind, days.time_zone, now, checkpoints, version)


def _until(question: Question, period: Period) -> Question:
    return Question(question.definition, period, question.policy, question.by, question.rollup, question.unit)


def ahead_of(cases: Sequence[StoredCase], rules: Rules, instant: int) -> Ahead:
    """What the tallies of an instant's local day hold at or after the instant, by unit and measure."""
    day = rules.days.day_of(instant)
    found: dict[str, dict[int, int]] = {}
    for stored in cases:
        case = fold(kept.fact for kept in stored.kept)
        for at, unit, measure, n in entries(case, rules) if case is not None else ():
            if at >= instant and rules.days.day_of(at) == day:
                sums = found.setdefault(unit, {})
                sums[measure] = sums.get(measure, 0) + n
    return found


def asked_period(today: int, *, period: str | None, begin: date | None, end: date | None) -> Period:
    """The period that options name: by name, by dates (the end exclusive), or the reporting year so far."""
    if period is not None:
        if begin is not None or end is not None:
            raise PeriodRefused("give a period or dates, not both")
        return parse_period(period)
    year = reporting_year(today)
    first = year.begin if begin is None else begin.toordinal()
    last = today + 1 if end is None else end.toordinal()
    if last <= first:
        raise PeriodRefused(f"the period is empty: it ends on {date.fromordinal(last)}, which is not after its begin")
    return Period(first, last)


def question_of(
    definition: Definition, period: Period, policy: Policy, by: Grouping, rollup: Rollup, unit: str | None
) -> Question:
    """What is asked, from the options of command line or HTTP."""
    return Question(definition, period, policy, by, rollup, unit)
