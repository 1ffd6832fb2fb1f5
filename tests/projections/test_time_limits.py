"""Due instants: the acceptance cases, the rules one by one, and time walked minute by minute."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.calendar import Calendar, CalendarDay, DayKind, OfficeHours
from projections.complaints import COMPLAINT_LIMITS, ComplaintStep
from projections.time_limits import LimitUnit, TimeLimit, counted_day, due_of
from projections.zone import LocalDays, date_of
from tests.events.telling import at
from tests.projections.walked_time import (
    Office,
    microseconds,
    utc,
    walk_dates,
    walk_days,
    walk_hours,
)

HANOI = LocalDays("Asia/Ho_Chi_Minh")
WEEK = frozenset(range(5))
HOURS = (OfficeHours(450, 690), OfficeHours(780, 1020))
THREE = 15 * 60


def entries(*holidays: str, worked: tuple[str, ...] = ()) -> tuple[CalendarDay, ...]:
    given = [(one, DayKind.HOLIDAY) for one in holidays] + [(one, DayKind.MAKE_UP_WORKING_DAY) for one in worked]
    return tuple(CalendarDay(date.fromisoformat(one).toordinal(), kind, "", 0) for one, kind in given)


CALENDAR = Calendar(
    WEEK,
    HOURS,
    entries(
        *(f"2026-02-{number}" for number in range(16, 21)),
        *("2025-04-30", "2025-05-01", "2025-05-02", "2026-08-31", "2026-09-01", "2026-09-02"),
        worked=("2025-04-26", "2026-08-22"),
    ),
)


def due(
    received: str, amount: int, unit: str = "working_days", *, cutoff: int | None = None, calendar: Calendar = CALENDAR
) -> datetime:
    found = due_of(at(received), TimeLimit(amount, LimitUnit(unit)), calendar, HANOI, cutoff)
    return utc(found).astimezone(ZoneInfo("Asia/Ho_Chi_Minh")).replace(tzinfo=None)


def due_date(received: str, amount: int, unit: str = "working_days", *, cutoff: int | None = None) -> str:
    return str(due(received, amount, unit, cutoff=cutoff).date())


def test_ac_19_five_working_days_over_tet() -> None:
    assert due_date("2026-02-12", 5) == "2026-02-26"


def test_ac_20_a_make_up_saturday_is_a_working_day() -> None:
    assert due_date("2026-08-20", 2) == "2026-08-22"


@pytest.mark.parametrize(("received", "expected"), [("2025-04-29", "2025-05-05"), ("2025-04-25", "2025-04-26")])
def test_ac_21_one_working_day_around_30_april(received: str, expected: str) -> None:
    assert due_date(received, 1) == expected


def test_a_legal_day_ends_with_its_last_microsecond() -> None:
    assert due("2026-03-02", 1).isoformat() == "2026-03-03T23:59:59.999999"
    assert due("2026-03-02", 1, "calendar_days").isoformat() == "2026-03-03T23:59:59.999999"


def test_no_day_at_all_ends_on_the_day_of_reception() -> None:
    assert due_date("2026-03-02 08:00", 0) == "2026-03-02"
    assert due_date("2026-03-02 15:01", 0, cutoff=THREE) == "2026-03-03"


@pytest.mark.parametrize("received", ["2026-03-07 09:00", "2026-03-08 00:00", "2026-03-08 23:59", "2026-03-06 17:01"])
def test_received_at_the_weekend_counts_as_received_on_monday(received: str) -> None:
    assert str(date_of(counted_day(at(received), CALENDAR, HANOI))) == "2026-03-09"
    assert due_date(received, 1) == "2026-03-10"


@pytest.mark.parametrize(
    ("received", "cutoff", "expected"),
    [
        ("2026-03-03T00:00:00+07:00", None, "2026-03-03"),
        ("2026-03-03T06:00:00+07:00", None, "2026-03-03"),
        ("2026-03-03T12:00:00+07:00", None, "2026-03-03"),
        ("2026-03-03T17:00:00+07:00", None, "2026-03-03"),
        ("2026-03-03T17:00:00.000001+07:00", None, "2026-03-04"),
        ("2026-03-03T15:00:00+07:00", THREE, "2026-03-03"),
        ("2026-03-03T15:00:00.000001+07:00", THREE, "2026-03-04"),
        ("2026-03-03T17:30:00+07:00", 18 * 60, "2026-03-04"),
        ("2026-03-06T16:00:00+07:00", THREE, "2026-03-09"),
    ],
)
def test_after_the_close_or_the_cut_off_counts_as_the_next_working_day(
    received: str, cutoff: int | None, expected: str
) -> None:
    assert str(date_of(counted_day(at(received), CALENDAR, HANOI, cutoff))) == expected


def test_calendar_days_that_end_on_a_day_off_end_on_the_next_working_day() -> None:
    assert due_date("2026-02-10", 3, "calendar_days") == "2026-02-13"
    assert due_date("2026-02-10", 4, "calendar_days") == "2026-02-23"
    assert due_date("2026-08-20", 2, "calendar_days") == "2026-08-22"
    assert due_date("2026-03-07", 2, "calendar_days") == "2026-03-11"


@pytest.mark.parametrize(
    ("received", "hours", "expected"),
    [
        ("2026-03-03 07:30", 8, "2026-03-03T17:00"),
        ("2026-03-03 06:00", 8, "2026-03-03T17:00"),
        ("2026-03-03 09:00", 8, "2026-03-04T09:00"),
        ("2026-03-03 12:00", 1, "2026-03-03T14:00"),
        ("2026-03-03 07:30", 4, "2026-03-03T11:30"),
        ("2026-03-03 17:00", 8, "2026-03-04T17:00"),
        ("2026-03-03 17:01", 1, "2026-03-04T08:30"),
        ("2026-03-06 16:00", 2, "2026-03-09T08:30"),
        ("2026-02-13 16:00", 2, "2026-02-23T08:30"),
        ("2026-03-08 10:00", 1, "2026-03-09T08:30"),
    ],
)
def test_hours_are_those_in_which_the_offices_are_open(received: str, hours: int, expected: str) -> None:
    assert due(received, hours, "hours") == datetime.fromisoformat(expected)


def test_hours_after_the_cut_off_begin_when_the_offices_open_next() -> None:
    assert due("2026-03-03 15:30", 1, "hours", cutoff=THREE).isoformat() == "2026-03-04T08:30:00"


def test_the_seconds_of_a_reception_count_for_hours() -> None:
    assert due("2026-03-03T16:59:59.5+07:00", 1, "hours").isoformat() == "2026-03-04T08:29:59.500000"


def test_a_calendar_that_changes_after_reception_changes_nothing_where_it_is_asked_as_known() -> None:
    published = at("2025-12-25T00:00:00+07:00")
    swap = CalendarDay(date(2026, 1, 2).toordinal(), DayKind.HOLIDAY, "", published)
    calendar = Calendar(WEEK, HOURS, (*entries("2026-01-01"), swap))
    before = calendar.as_known_at(at("2025-12-19"))
    assert (due("2025-12-19", 10, calendar=before).day, due("2025-12-19", 10, calendar=calendar).day) == (5, 6)


def test_a_date_that_a_country_left_out_is_no_day() -> None:
    apia = LocalDays("Pacific/Apia")
    thursday = at("2011-12-29T10:00:00-10:00")
    found = due_of(thursday, TimeLimit(1, LimitUnit.WORKING_DAYS), Calendar(WEEK, HOURS), apia)
    assert date_of(apia.day_of(found)) == date(2012, 1, 2)
    found = due_of(thursday, TimeLimit(1, LimitUnit.CALENDAR_DAYS), Calendar(WEEK, HOURS), apia)
    assert date_of(apia.day_of(found)) == date(2012, 1, 2)
    assert date_of(apia.day_of(at("2012-01-02T10:00:00+14:00"))) == date(2012, 1, 2)


def test_a_day_whose_clocks_change_ends_with_its_own_midnight() -> None:
    amsterdam = LocalDays("Europe/Amsterdam")
    friday = at("2024-03-29T10:00:00+01:00")
    worked = Calendar(frozenset(range(7)), HOURS)
    found = due_of(friday, TimeLimit(2, LimitUnit.WORKING_DAYS), worked, amsterdam)
    assert found == at("2024-03-31T23:59:59.999999+02:00")


def test_an_office_that_never_closes_takes_in_until_midnight() -> None:
    always = Calendar(frozenset(range(7)), (OfficeHours(0, 1440),))
    late = at("2026-03-03T23:59:59.999999+07:00")
    assert date_of(counted_day(late, always, HANOI)) == date(2026, 3, 3)
    limit = TimeLimit(24, LimitUnit.HOURS)
    assert due_of(at("2026-03-03T10:00:00+07:00"), limit, always, HANOI) == at("2026-03-04T10:00:00+07:00")


def test_each_step_of_a_complaint_has_its_limit() -> None:
    known = {step.value: (limit.amount, limit.unit.value) for step, limit in COMPLAINT_LIMITS.items()}
    expected = {"refuse": 2, "ask": 5, "answer": 15, "publish": 2}
    assert known == {step: (amount, "working_days") for step, amount in expected.items()}
    assert set(COMPLAINT_LIMITS) == set(ComplaintStep)


# Time walked naively. Offices are open at hours in which clocks do not change.

ZONES = ("Asia/Ho_Chi_Minh", "Europe/Amsterdam", "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu")
KNOWN = {zone: LocalDays(zone) for zone in ZONES}
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
LAST_DAY = 366

minutes = st.integers(6 * 60, 22 * 60)
nearby = st.dates(date(2024, 1, 1), date(2025, 2, 10))


@st.composite
def offices(draw: st.DrawFn) -> tuple[Calendar, Office, LocalDays]:
    zone = draw(st.sampled_from(ZONES))
    week = draw(st.frozensets(st.integers(0, 6), min_size=3))
    edges = sorted(draw(st.lists(minutes, min_size=4, max_size=4, unique=True)))
    hours = ((edges[0], edges[1]), (edges[2], max(edges[3], edges[2] + 60)))
    off = draw(st.frozensets(nearby, max_size=40))
    worked = draw(st.frozensets(nearby, max_size=10)) - off
    calendar = Calendar(
        week,
        tuple(OfficeHours(*one) for one in hours),
        entries(*map(str, off), worked=tuple(map(str, worked))),
    )
    return calendar, Office(ZoneInfo(zone), week, hours, off, worked), KNOWN[zone]


moments = st.builds(
    lambda day, second, tick: FIRST + timedelta(days=day, seconds=second, microseconds=tick),
    st.integers(0, LAST_DAY),
    st.integers(0, 86_399),
    st.sampled_from([0, 0, 1, 500_000, 999_999]),
)
cutoffs = st.none() | minutes


@given(offices(), moments, st.integers(0, 5), cutoffs)
def test_working_days_agree_with_minutes_walked(made, received, amount, cutoff) -> None:
    calendar, office, days = made
    found = due_of(microseconds(received), TimeLimit(amount, LimitUnit.WORKING_DAYS), calendar, days, cutoff)
    assert utc(found) == walk_days(received, amount, office, cutoff, working=True)


@given(offices(), moments, st.integers(0, 9), cutoffs)
def test_calendar_days_agree_with_minutes_walked(made, received, amount, cutoff) -> None:
    calendar, office, days = made
    found = due_of(microseconds(received), TimeLimit(amount, LimitUnit.CALENDAR_DAYS), calendar, days, cutoff)
    assert utc(found) == walk_days(received, amount, office, cutoff, working=False)


@given(offices(), moments, st.integers(1, 20), cutoffs)
def test_working_hours_agree_with_minutes_walked(made, received, hours, cutoff) -> None:
    calendar, office, days = made
    received = received.replace(second=0, microsecond=0)
    found = due_of(microseconds(received), TimeLimit(hours, LimitUnit.HOURS), calendar, days, cutoff)
    assert utc(found) == walk_hours(received, hours, office, cutoff)


@given(offices(), moments, st.integers(0, 90), cutoffs)
def test_many_working_days_agree_with_dates_walked(made, received, amount, cutoff) -> None:
    calendar, office, days = made
    found = due_of(microseconds(received), TimeLimit(amount, LimitUnit.WORKING_DAYS), calendar, days, cutoff)
    assert date_of(days.day_of(found)) == walk_dates(received, amount, office, cutoff)
    assert days.last_of(days.day_of(found)) == found


@given(offices(), moments, moments, st.integers(1, 30), st.sampled_from(LimitUnit), cutoffs)
def test_received_later_is_never_due_earlier(made, one, other, amount, unit, cutoff) -> None:
    calendar, _, days = made
    first, second = sorted(map(microseconds, (one, other)))
    limit = TimeLimit(amount, unit)
    assert due_of(first, limit, calendar, days, cutoff) <= due_of(second, limit, calendar, days, cutoff)


@given(offices(), moments, st.integers(1, 30), st.sampled_from(LimitUnit), nearby)
def test_one_more_day_off_never_brings_a_due_date_forward(made, received, amount, unit, day) -> None:
    calendar, _, days = made
    more = Calendar(calendar.working_week, calendar.office_hours, (*calendar.entries, *late_entry(day)))
    limit = TimeLimit(amount, unit)
    instant = microseconds(received)
    assert due_of(instant, limit, calendar, days) <= due_of(instant, limit, more, days)


def late_entry(day: date) -> tuple[CalendarDay]:
    """A day off published after everything else, so that it counts."""
    return (CalendarDay(day.toordinal(), DayKind.HOLIDAY, "", 1),)
