"""Reports of a day that is not over: instants are compared with now, due days with today (`domain.md`, Periods)."""

from collections import defaultdict
from datetime import date, datetime

import pytest
from msgspec import structs

from events.instants import DAY, MINUTE, instant_of
from projections.batches import read
from projections.definitions import BY_REPORT
from projections.measures import Policy
from projections.periods import Period, PeriodNotBegun, PeriodRefused, parse_period
from projections.reports import Grouping, Question, UnitUnknown
from projections.units import Unit
from services.composition import Database
from services.reporting import asked_period
from services.sample.history import history
from services.sample.units import province_units
from services.verifier import ArchivedEvent, UnitRow
from services.verifier import figures as second
from services.verifier.history import clear
from services.verifier.judgement import JudgedCase, judge
from services.verifier.local_time import LocalTime, Midnight
from services.verifier.unit_directory import UnitDirectory
from tests.fixtures.databases import FixedClock, fetch, opened
from tests.fixtures.saying import event, processed, received, records
from tests.fixtures.times import local

ON_TIME = BY_REPORT["on-time"]
UNTIL = datetime.fromisoformat("2025-06-18T10:30:00+07:00")
SAMPLE_UNITS = tuple(Unit(one.code, one.name, one.level, one.parent) for one in province_units())
LOCAL = LocalTime("Asia/Ho_Chi_Minh")

Rows = dict[str, dict[str, int]]


async def record(found: Database, *events: bytes) -> None:
    await found.projector().project(read(records(*events)))


async def reported(found: Database, period: Period, policy: Policy) -> Rows:
    """Figures by unit, zeros left out."""
    answered = await found.reporting().answer(Question(ON_TIME, period, policy))
    rows = {row.unit or "": structs.asdict(row.counts) for row in answered.report.rows}
    named = {unit: {name: n for name, n in counts.items() if n} for unit, counts in rows.items()}
    return {unit: counts for unit, counts in named.items() if counts}


async def total(found: Database, period: Period, policy: Policy = Policy.DATE) -> dict[str, int]:
    answered = await found.reporting().answer(Question(ON_TIME, period, policy))
    return {name: n for name, n in structs.asdict(answered.report.total.counts).items() if n}


async def judged_cases(url: str) -> list[JudgedCase]:
    by_case: dict[str, list[ArchivedEvent]] = defaultdict(list)
    for row in await fetch(url, "select case_id, partition, position, body from archive"):
        by_case[row["case_id"]].append(ArchivedEvent(row["partition"], row["position"], row["body"]))
    directory = UnitDirectory(
        [UnitRow(one.code, one.name, one.level, one.parent, None, None, "") for one in SAMPLE_UNITS]
    )
    walks = [clear(events) for events in by_case.values()]
    judged = [judge(walk, overdue_policy="date", units=directory, local=LOCAL) for walk in walks if walk]
    return [case for case in judged if isinstance(case, JudgedCase) and case.kind == "procedure"]


def counted_directly(cases: list[JudgedCase], period: Period, policy: Policy, now: int) -> Rows:
    """Case by case by the second implementation, the period cut at an instant."""
    stop = min(LOCAL.midnight(period.end), Midnight(LOCAL.day_of(now), now), key=lambda edge: edge.instant)
    cut = second.Period(LOCAL.midnight(period.begin), stop)
    rows: Rows = defaultdict(lambda: defaultdict(int))
    for case in cases:
        for deadline in case.deadlines:
            if deadline.policy == policy.value:
                for unit, figure in second.count(case, deadline, cut, LOCAL):
                    rows[unit][figure] += 1
    return {unit: dict(figures) for unit, figures in rows.items()}


PERIODS = (
    parse_period("2025"),
    parse_period("2024"),
    parse_period("2025-07"),
    parse_period("calendar:2025-06"),
    Period(date(2025, 6, 18).toordinal(), date(2025, 6, 19).toordinal()),
    Period(date(2025, 6, 10).toordinal(), date(2025, 6, 18).toordinal()),
)


@pytest.mark.slow
@pytest.mark.database
async def test_a_report_as_of_any_moment_of_a_day_is_what_a_direct_count_of_the_cases_gives(database_url: str) -> None:
    """Also where facts lie after that moment, and for periods that are over, run, or have just begun."""
    clock = FixedClock(0)
    async with opened(database_url, clock=clock, units=SAMPLE_UNITS) as found:
        await record(found, *history(seed=21, cases=800, until=UNTIL))
        cases = await judged_cases(database_url)
        begun = compared = 0
        for back in (0, 5 * MINUTE, 100 * MINUTE, 150 * MINUTE, 10 * 60 * MINUTE, DAY + 17 * 60 * MINUTE):
            clock.now = instant_of(UNTIL) - back
            for period in PERIODS:
                if LOCAL.midnight(period.begin).instant > clock.now:
                    continue
                begun += 1
                for policy in Policy:
                    expected = counted_directly(cases, period, policy, clock.now)
                    assert await reported(found, period, policy) == expected, (back, period, policy)
                    compared += sum(map(len, expected.values()))
        assert begun > 30
        assert compared > 3_000


TODAY = Period(date(2024, 3, 20).toordinal(), date(2024, 3, 21).toordinal())


@pytest.mark.database
@pytest.mark.parametrize(
    ("policy", "clock", "expected"),
    [
        (Policy.DATE, "16:00", {"carried_over": 1, "pending_in_time": 1}),
        (Policy.DATE, "18:00", {"carried_over": 1, "pending_in_time": 1}),
        (Policy.INSTANT, "16:00", {"carried_over": 1, "pending_in_time": 1}),
        (Policy.INSTANT, "17:00", {"carried_over": 1, "pending_in_time": 1}),
        (Policy.INSTANT, "18:00", {"carried_over": 1, "pending_overdue": 1, "fell_due": 1}),
    ],
)
async def test_what_is_due_today_is_overdue_only_by_the_instant(
    database_url: str, policy: Policy, clock: str, expected: dict[str, int]
) -> None:
    async with opened(database_url, clock=FixedClock(local(f"2024-03-20T{clock}"))) as found:
        await record(found, received("c1", "2024-03-01", due="2024-03-20T17:00"))
        assert await total(found, TODAY, policy) == expected


@pytest.mark.database
async def test_what_lies_after_now_is_not_in_the_figures_of_today(database_url: str) -> None:
    clock = FixedClock(local("2024-03-20T10:00"))
    async with opened(database_url, clock=clock) as found:
        await record(found, received("c1", "2024-03-20T09:00", due="2024-03-25"), processed("c1", "2024-03-20T10:00"))
        await record(found, received("c2", "2024-03-20T10:00:00.000001", due="2024-03-25"))
        await record(found, event("transferred", "c2", "2024-03-20T11:00", unit="B"))
        assert await total(found, TODAY) == {"new": 1, "pending_in_time": 1}
        clock.now += 1
        assert await total(found, TODAY) == {"new": 1, "settled_early": 1}
        clock.now += 1
        assert await total(found, TODAY) == {"new": 2, "settled_early": 1, "pending_in_time": 1}
        clock.now += 2 * 60 * MINUTE
        moved = {"transferred_in": 1, "transferred_out": 1}
        assert await total(found, TODAY) == {"new": 2, "settled_early": 1, "pending_in_time": 1} | moved


@pytest.mark.database
async def test_the_day_that_is_not_over_is_cut_in_rows_by_month_too(database_url: str) -> None:
    async with opened(database_url, clock=FixedClock(local("2024-03-20T10:00"))) as found:
        await record(found, received("c1", "2024-03-14T09:00"), received("c2", "2024-03-20T11:00"))
        question = Question(ON_TIME, parse_period("2024"), Policy.DATE, by=Grouping.MONTH)
        answered = await found.reporting().answer(question)
        months = {str(row.month.to_date): row.counts.new for row in answered.report.rows if row.month}
        assert {month: n for month, n in months.items() if n} == {"2024-03-15": 1}
        assert answered.report.total.counts.new == 1
        assert (answered.report.question.period, answered.recorded_at) == (
            parse_period("2024"),
            local("2024-03-20T10:00"),
        )


@pytest.mark.database
async def test_a_period_that_has_not_begun_is_refused_up_to_its_first_instant(database_url: str) -> None:
    clock = FixedClock(local("2024-03-20T00:00") - 1)
    async with opened(database_url, clock=clock) as found:
        with pytest.raises(PeriodNotBegun, match="2024-03-20"):
            await total(found, TODAY)
        clock.now += 1
        assert await total(found, TODAY) == {}


@pytest.mark.database
async def test_a_unit_that_is_not_registered_is_refused(database_url: str) -> None:
    async with opened(database_url) as found:
        with pytest.raises(UnitUnknown):
            await found.reporting().answer(Question(ON_TIME, TODAY, Policy.DATE, unit="nowhere"))


@pytest.mark.database
async def test_an_answer_says_what_it_depends_on(database_url: str) -> None:
    async with opened(database_url, clock=FixedClock(local("2024-03-20T10:00"))) as found:
        await record(found, received("c1", "2024-03-14T09:00"), b"{")
        answered = await found.reporting().answer(Question(ON_TIME, TODAY, Policy.INSTANT), "complaint")
        [row] = await fetch(database_url, "select version from reference_versions")
        assert (answered.kind, answered.time_zone) == ("complaint", "Asia/Ho_Chi_Minh")
        assert answered.units_version == row["version"]
        assert [(one.partition, one.position) for one in answered.checkpoints] == [(0, 2)]


DAY_ASKED = date(2024, 3, 20).toordinal()


def test_without_options_the_reporting_year_so_far_is_asked_for() -> None:
    found = asked_period(DAY_ASKED, period=None, begin=None, end=None)
    assert (str(found.from_date), str(found.to_date)) == ("2023-12-15", "2024-03-21")


def test_one_date_alone_is_completed() -> None:
    found = asked_period(DAY_ASKED, period=None, begin=date(2024, 3, 1), end=None)
    assert (str(found.from_date), str(found.to_date)) == ("2024-03-01", "2024-03-21")
    found = asked_period(DAY_ASKED, period=None, begin=None, end=date(2024, 3, 1))
    assert (str(found.from_date), str(found.to_date)) == ("2023-12-15", "2024-03-01")


def test_a_name_and_dates_together_or_an_empty_period_are_refused() -> None:
    with pytest.raises(PeriodRefused, match="not both"):
        asked_period(DAY_ASKED, period="2024", begin=date(2024, 3, 1), end=None)
    with pytest.raises(PeriodRefused, match="empty"):
        asked_period(DAY_ASKED, period=None, begin=date(2024, 3, 1), end=date(2024, 3, 1))
