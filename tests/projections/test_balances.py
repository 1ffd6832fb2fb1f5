"""Balances: struck where periods begin and end, and changed by whatever is tallied before them."""

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from projections.balances import Balance, LateChanges, add, add_all, buckets_of, decoded, encoded, midnights
from projections.buckets import Buckets
from projections.measures import expanded
from projections.periods import calendar_month, reporting_month
from projections.tallies import Change

DAYS = st.integers(date(2024, 1, 1).toordinal(), date(2024, 12, 31).toordinal())
UNITS = st.sampled_from(["A", "B"])
CHANGES = st.dictionaries(st.integers(0, 20), st.integers(-3, 3).filter(bool), min_size=1, max_size=4)
CELLS = st.lists(st.tuples(DAYS, UNITS, CHANGES), max_size=20)


def before(cells: list[tuple[int, str, Change]], day: int) -> Balance:
    """All that lies before a day, added up."""
    found: Balance = {}
    for at, unit, change in cells:
        if at < day:
            add(found, unit, expanded(change).items())
    return found


def standing(balance: Balance) -> Balance:
    return {unit: vector for unit, vector in balance.items() if any(vector)}


def test_a_balance_is_struck_wherever_a_month_of_the_calendar_or_of_the_reports_begins() -> None:
    days = range(date(2023, 12, 1).toordinal(), date(2025, 2, 1).toordinal())
    begins = {month(day).begin for day in days for month in (calendar_month, reporting_month)} & {*days[1:]}
    assert begins <= {*midnights(days[0], days[-1])}


@given(DAYS, DAYS)
def test_midnights_lie_behind_the_first_day_up_to_the_last_one_and_no_ten_days_apart(first: int, last: int) -> None:
    days = midnights(first, last)
    assert days == [day for day in range(first + 1, last + 1) if date.fromordinal(day).day in (1, 8, 15, 22)]
    assert all(after - before <= 10 for before, after in pairwise([first, *days, max(first, last)]))


@given(CELLS, CELLS)
def test_balances_and_late_changes_together_are_the_sums_of_all_days_before(
    early: list[tuple[int, str, Change]], late: list[tuple[int, str, Change]]
) -> None:
    days = midnights(date(2024, 2, 10).toordinal(), date(2024, 11, 20).toordinal())
    balances = {day: before(early, day) for day in days}
    changes = LateChanges(days)
    for cell in late:
        changes.add(*cell)
    for day, more in changes.up_to():
        add_all(balances[day], more)
    assert {day: standing(balance) for day, balance in balances.items()} == {
        day: standing(before([*early, *late], day)) for day in days
    }


@given(CELLS, st.lists(DAYS, min_size=1, max_size=5, unique=True))
def test_buckets_of_sums_before_their_bounds_are_those_that_hold_the_cells(
    cells: list[tuple[int, str, Change]], bounds: list[int]
) -> None:
    days = sorted(bounds)
    expected = Buckets(days)
    for day, unit, change in cells:
        if day < days[-1]:
            expected.add(day, unit, change)
    found = buckets_of(days, [before(cells, day) for day in days])
    assert found.units == expected.units
    for buckets in (found, expected):  # and they can be changed as those can
        buckets.add(days[0] - 1, "A", {0: 1})
    assert found.units == expected.units


@given(CELLS)
def test_a_balance_is_kept_as_it_was(cells: list[tuple[int, str, Change]]) -> None:
    balance = before(cells, date(2025, 1, 1).toordinal())
    assert decoded(encoded(balance)) == balance
