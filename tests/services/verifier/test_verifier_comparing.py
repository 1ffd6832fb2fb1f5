"""The first difference, and local days in zones with awkward midnights."""

from datetime import date

import pytest

from services.verifier import Difference, Rules, differences
from services.verifier.local_time import LocalTime
from services.verifier.reading import instant_of


def test_differences_come_in_order_of_key_then_measure():
    expected = {("b",): {"new": 1}, ("a",): {"new": 2, "closed": 1}}
    actual = {("a",): {"new": 3}, ("c",): {"new": 1}}
    assert list(differences(expected, actual)) == [
        Difference(("a",), "closed", 1, 0),
        Difference(("a",), "new", 2, 3),
        Difference(("b",), "new", 1, 0),
        Difference(("c",), "new", 0, 1),
    ]


def test_a_zero_and_a_missing_count_are_the_same():
    assert list(differences({("a",): {"new": 0}}, {("b",): {"closed": 0}})) == []


def test_an_unknown_policy_is_refused():
    with pytest.raises(ValueError, match="unknown policy 'hours'"):
        Rules(time_zone="Asia/Ho_Chi_Minh", policy="hours")


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("Asia/Ho_Chi_Minh", "2024-03-04", "2024-03-03T17:00:00Z"),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"),  # the clock jumps from 00:00 to 01:00
        ("America/Havana", "2023-11-05", "2023-11-05T04:00:00Z"),  # 00:00 happens twice
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"),  # the day before was left out
        ("Asia/Kolkata", "2024-03-04", "2024-03-03T18:30:00Z"),
    ],
)
def test_a_local_day_begins_at_its_midnight(zone, day, begins):
    local, ordinal = LocalTime(zone), date.fromisoformat(day).toordinal()
    midnight = local.midnight(ordinal)
    assert midnight == (ordinal, instant_of(begins))
    assert local.day_of(midnight.instant) == ordinal
    assert local.day_of(midnight.instant - 1) < ordinal


def test_a_shift_by_days_keeps_the_wall_time_over_a_change_of_offset():
    local = LocalTime("Europe/Amsterdam")
    before = instant_of("2024-03-29T17:00:00+01:00")
    assert local.shift_days(before, 3) == instant_of("2024-04-01T17:00:00+02:00")
    assert local.shift_days(before, 0) == before
