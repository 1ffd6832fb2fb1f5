"""Local days against `zoneinfo`, which is slow and right."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.instants import DAY, instant_of, moment_of
from projections.zone import LocalDays, date_of, day_number, local_date
from tests.events.telling import at

ZONES = ("Asia/Ho_Chi_Minh", "Europe/Amsterdam", "America/Santiago", "Pacific/Apia", "Asia/Kolkata")
HOUR = DAY // 24
FIRST, LAST = at("1900-01-03T00:00:00+00:00"), at("2125-01-01T00:00:00+00:00")

instants = st.integers(FIRST, LAST)
days_ahead = st.integers(-800, 800)
KNOWN = {zone: LocalDays(zone) for zone in ZONES}
"""Kept between examples, so that what is remembered is used."""


def wall(instant: int, zone: str) -> datetime:
    return moment_of(instant).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def exists(moment: datetime, zone: str) -> bool:
    """Whether clocks ever showed this wall time."""
    return wall(instant_of(moment.replace(tzinfo=ZoneInfo(zone))), zone) == moment


@pytest.mark.parametrize("zone", ZONES)
@given(instant=instants)
def test_the_day_of_an_instant_is_its_local_date(zone, instant):
    expected = wall(instant, zone).date()
    assert date_of(KNOWN[zone].day_of(instant)) == expected
    assert local_date(moment_of(instant), LocalDays(zone)) == expected


@pytest.mark.parametrize("zone", ZONES)
@given(instant=instants)
def test_a_day_starts_at_the_first_instant_that_lies_in_it(zone, instant):
    days = KNOWN[zone]
    day = days.day_of(instant)
    start = days.start_of(day)
    assert days.day_of(start - 1) < day == days.day_of(start)
    assert start <= instant <= days.last_of(day)
    assert days.last_of(day) + 1 == days.start_of(day + 1)


@pytest.mark.parametrize("zone", ZONES)
@given(instant=instants)
def test_a_day_starts_at_local_midnight_where_there_is_one(zone, instant):
    day = KNOWN[zone].day_of(instant)
    midnight = datetime.combine(date_of(day), datetime.min.time())
    if exists(midnight, zone):
        assert wall(KNOWN[zone].start_of(day), zone) == midnight


@pytest.mark.parametrize("zone", ZONES)
@given(instant=instants, days=days_ahead)
def test_a_shift_by_days_keeps_the_wall_time_where_there_is_one(zone, instant, days):
    wanted = wall(instant, zone) + timedelta(days=days)
    shifted = KNOWN[zone].shift(instant, days)
    if days == 0:
        assert shifted == instant
    elif exists(wanted, zone):
        assert wall(shifted, zone) == wanted
        assert KNOWN[zone].day_of(shifted) == KNOWN[zone].day_of(instant) + days
    else:
        assert wall(shifted, zone) > wanted


def test_a_midnight_left_out_by_the_clocks_gives_way_to_the_first_instant_after_it():
    santiago = LocalDays("America/Santiago")
    sunday = day_number(date(2024, 9, 8))
    assert santiago.start_of(sunday) == at("2024-09-08T01:00:00-03:00")
    assert santiago.last_of(sunday - 1) == at("2024-09-07T23:59:59.999999-04:00")
    assert santiago.last_of(sunday) - santiago.start_of(sunday) + 1 == 23 * HOUR
    assert santiago.shift(at("2024-09-07T00:00:00-04:00"), 1) == santiago.start_of(sunday)


def test_an_hour_repeated_before_midnight_belongs_to_its_day_both_times():
    santiago = LocalDays("America/Santiago")
    saturday = day_number(date(2024, 4, 6))
    assert santiago.day_of(at("2024-04-06T23:30:00-03:00")) == santiago.day_of(at("2024-04-06T23:30:00-04:00"))
    assert santiago.start_of(saturday + 1) == at("2024-04-07T00:00:00-04:00")
    assert santiago.last_of(saturday) - santiago.start_of(saturday) + 1 == 25 * HOUR


def test_days_in_which_clocks_change_have_23_and_25_hours():
    amsterdam = LocalDays("Europe/Amsterdam")
    for day, hours in ((date(2024, 3, 31), 23), (date(2024, 10, 27), 25), (date(2024, 6, 1), 24)):
        start = amsterdam.start_of(day_number(day))
        assert amsterdam.start_of(day_number(day) + 1) - start == hours * HOUR


def test_a_day_that_a_country_left_out_is_empty():
    apia = LocalDays("Pacific/Apia")
    left_out = day_number(date(2011, 12, 30))
    assert apia.start_of(left_out) == apia.start_of(left_out + 1)
    assert apia.day_of(apia.last_of(left_out)) == left_out - 1


def test_a_wall_time_that_is_left_out_is_taken_as_before_the_change():
    amsterdam = LocalDays("Europe/Amsterdam")
    shifted = amsterdam.shift(at("2024-03-30T02:30:00+01:00"), 1)
    assert shifted == at("2024-03-31T03:30:00+02:00")


def test_a_wall_time_that_happens_twice_is_the_first_of_the_two():
    amsterdam = LocalDays("Europe/Amsterdam")
    assert amsterdam.shift(at("2024-10-26T02:30:00+02:00"), 1) == at("2024-10-27T02:30:00+02:00")


def test_a_shift_by_no_days_keeps_the_second_of_two_equal_wall_times():
    amsterdam = LocalDays("Europe/Amsterdam")
    second = at("2024-10-27T02:30:00+01:00")
    assert amsterdam.shift(second, 0) == second


def test_a_local_day_of_vietnam_begins_at_17_00_utc():
    hanoi = LocalDays("Asia/Ho_Chi_Minh")
    assert hanoi.start_of(day_number(date(2024, 7, 1))) == at("2024-06-30T17:00:00+00:00")
    assert hanoi.day_of(at("2024-06-30T16:59:59.999999+00:00")) == day_number(date(2024, 6, 30))
