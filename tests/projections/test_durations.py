"""Working time and return lag, exact in days."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.facts import Closed, Paused, Processed, Resumed, Returned, Transferred
from events.instants import DAY
from projections.durations import RETURN_LAG, WORKING_TIME, durations_table, length_of, mean, median
from projections.groups import Group
from projections.periods import parse_period
from tests.events.telling import received, said, told
from tests.projections.tallying import DATE, HANOI, rules

MARCH = parse_period("calendar:2024-03")
BEGIN, END = HANOI.start_of(MARCH.begin), HANOI.start_of(MARCH.end)


def days_of(duration, *facts):
    found = length_of(duration, told(*facts), rules(), DATE, BEGIN, END)
    return None if found is None else (found[0], Fraction(found[1], DAY))


def test_working_time_runs_from_reception_to_decision_at_the_last_holder():
    facts = received("03-04 10:00"), said("03-05", Transferred("B")), said("03-06 22:00", Processed())
    assert days_of(WORKING_TIME, *facts) == ("B", Fraction(5, 2))


def test_pauses_that_count_are_left_out_of_working_time():
    facts = received("03-04 10:00"), said("03-05 10:00", Paused("supplement")), said("03-07 10:00", Resumed())
    assert days_of(WORKING_TIME, *facts, said("03-08 10:00", Processed())) == ("A", 2)


def test_a_pause_for_a_fee_stays_in_working_time():
    facts = received("03-04 10:00"), said("03-05 10:00", Paused("payment")), said("03-07 10:00", Resumed())
    assert days_of(WORKING_TIME, *facts, said("03-08 10:00", Processed())) == ("A", 4)


def test_a_case_decided_before_its_reception_took_no_time():
    assert days_of(WORKING_TIME, received("03-04 10:00"), said("03-02", Processed())) == ("A", 0)


def test_open_and_closed_cases_and_those_settled_in_another_period_have_no_length():
    assert days_of(WORKING_TIME, received("03-04")) is None
    assert days_of(WORKING_TIME, received("03-04"), said("03-05", Closed("withdrawn"))) is None
    assert days_of(WORKING_TIME, received("02-27", due="03-01"), said("02-28", Processed())) is None


def test_the_return_lag_runs_from_decision_to_hand_over():
    facts = received("03-04"), said("03-07 10:00", Processed())
    assert days_of(RETURN_LAG, *facts) is None
    assert days_of(RETURN_LAG, *facts, said("03-08 16:00", Returned())) == ("A", Fraction(5, 4))
    assert days_of(RETURN_LAG, *facts, said("03-06 10:00", Returned())) == ("A", 0), "handed over before: no wait"


@pytest.mark.parametrize(
    ("lengths", "middle"),
    [([], None), ([3], 3), ([1, 4], Fraction(5, 2)), ([9, 1, 2], 2), ([1, 1, 2, 9], Fraction(3, 2))],
)
def test_the_median_is_the_middle_or_halfway_between_two(lengths, middle):
    assert median([length * DAY for length in lengths]) == middle


@given(st.lists(st.integers(0, 400 * DAY), min_size=1))
def test_mean_and_median_lie_between_the_shortest_and_the_longest(lengths):
    low, high = Fraction(min(lengths), DAY), Fraction(max(lengths), DAY)
    for figure in (mean(lengths), median(lengths)):
        assert figure is not None
        assert low <= figure <= high
    assert mean(lengths) == Fraction(sum(lengths), len(lengths)) / DAY


def test_a_row_sums_the_lengths_of_its_units_and_has_no_mean_without_cases():
    groups = [
        Group("A", "Unit A", "", ("A",)),
        Group("B", "Unit B", "", ("B",)),
        Group(None, "x", "x", ("B",), always=False),
    ]
    table = durations_table(WORKING_TIME, {"A": [DAY, 3 * DAY, 5 * DAY]}, groups, Group(None, "Total", "", ("A", "B")))
    assert table.rows == (("A", "Unit A", 3, 3, 3), ("B", "Unit B", 0, None, None))
    assert table.total is not None
    assert table.total[2:] == (3, 3, 3)
