"""Periods (`domain.md`): the reporting grid, the calendar, months, the period before, series. AC-13."""

from datetime import date

import pytest

from projections.periods import (
    Period,
    PeriodNotBegun,
    PeriodRefused,
    calendar_month,
    months_of,
    parse_period,
    previous,
    reporting_month,
    reporting_year,
    series_warnings,
)

NAMED = {
    "2024": ("2023-12-15", "2024-12-15"),
    "2024-H1": ("2023-12-15", "2024-06-15"),
    "2024-H2": ("2024-06-15", "2024-12-15"),
    "2024-Q1": ("2023-12-15", "2024-03-15"),
    "2024-Q2": ("2024-03-15", "2024-06-15"),
    "2024-Q3": ("2024-06-15", "2024-09-15"),
    "2024-Q4": ("2024-09-15", "2024-12-15"),
    "2024-01": ("2023-12-15", "2024-01-15"),
    "2024-02": ("2024-01-15", "2024-02-15"),
    "2024-03": ("2024-02-15", "2024-03-15"),
    "2024-07": ("2024-06-15", "2024-07-15"),
    "2024-12": ("2024-11-15", "2024-12-15"),
    "calendar:2024": ("2024-01-01", "2025-01-01"),
    "calendar:2024-H2": ("2024-07-01", "2025-01-01"),
    "calendar:2024-Q1": ("2024-01-01", "2024-04-01"),
    "calendar:2024-02": ("2024-02-01", "2024-03-01"),
    "calendar:2024-12": ("2024-12-01", "2025-01-01"),
}
UNREADABLE = [
    *("", "24", "2024-13", "2024-00", "2024-7", "2024-Q0", "2024-Q5", "2024-H3", "2024-q1", "Calendar:2024"),
    *("calendar:", "calendar: 2024", " 2024", "2024\n", "2024-07-01", "2024/07", "this year"),
    *("0000", "0001", "9001", "9999"),
]


def period(begin: str, end: str) -> Period:
    return Period(date.fromisoformat(begin).toordinal(), date.fromisoformat(end).toordinal())


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


@pytest.mark.parametrize(("name", "dates"), NAMED.items(), ids=NAMED)
def test_a_period_has_a_name_on_the_reporting_grid_or_the_calendar(name, dates):
    found = parse_period(name)
    assert found == period(*dates)
    assert (found.from_date.isoformat(), found.to_date.isoformat()) == dates


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_name_that_is_none_is_refused(name):
    with pytest.raises(PeriodRefused, match="period"):
        parse_period(name)


def test_a_period_that_has_not_begun_is_a_refused_period():
    assert issubclass(PeriodNotBegun, PeriodRefused)
    assert issubclass(PeriodRefused, ValueError)


def test_the_reporting_year_2024_has_366_days():
    assert parse_period("2024").days == 366
    assert parse_period("2023").days == 365


def test_20_june_to_21_july_2021_inclusive_is_32_days_and_overlaps_its_neighbours():
    odd = period("2021-06-20", "2021-07-22")
    assert odd.days == 32
    for neighbour, warning in (
        ("2021-06", "[2021-05-15, 2021-06-15) and [2021-06-20, 2021-07-22) leave a gap of 5 days"),
        ("2021-07", "[2021-06-15, 2021-07-15) and [2021-06-20, 2021-07-22) overlap by 25 days"),
        ("2021-08", "[2021-06-20, 2021-07-22) and [2021-07-15, 2021-08-15) overlap by 7 days"),
    ):
        assert series_warnings([odd, parse_period(neighbour)]) == [warning]


def test_a_series_printed_from_the_20th_to_the_21st_overlaps_month_by_month():
    dates = ("2021-05-20", "2021-06-22"), ("2021-06-20", "2021-07-22"), ("2021-07-20", "2021-08-22")
    printed = [period(*both) for both in dates]
    assert [text.split(") ")[-1] for text in series_warnings(printed)] == ["overlap by 2 days"] * 2


def test_a_series_without_gaps_and_overlaps_has_no_warning_in_any_order():
    months = list(months_of(parse_period("2024")))
    assert series_warnings(months) == series_warnings(months[::-1]) == []
    assert series_warnings(months[:1]) == series_warnings([]) == []


@pytest.mark.parametrize("name", ["2024", "2023", "calendar:2024", "calendar:2023"])
def test_months_quarters_and_halves_follow_the_same_grid(name):
    def parts(of):
        return [parse_period(f"{name}-{part}") for part in of]

    year = parse_period(name)
    months = parts(f"{month:02}" for month in range(1, 13))
    for series in (months, parts(["Q1", "Q2", "Q3", "Q4"]), parts(["H1", "H2"])):
        assert series_warnings(series) == []
        assert (series[0].begin, series[-1].end) == (year.begin, year.end)
    assert list(months_of(year)) == months
    assert list(months_of(parse_period(f"{name}-Q2"))) == months[3:6]
    assert list(months_of(months[6])) == [months[6]]


def test_the_months_of_any_interval_are_cut_at_its_edges():
    found = list(months_of(period("2024-01-20", "2024-03-16")))
    assert found == [
        period("2024-01-20", "2024-02-15"),
        period("2024-02-15", "2024-03-15"),
        period("2024-03-15", "2024-03-16"),
    ]
    found = list(months_of(period("2024-01-01", "2024-02-10")))
    assert found == [period("2024-01-01", "2024-02-01"), period("2024-02-01", "2024-02-10")]


@pytest.mark.parametrize(
    ("text", "year", "month"),
    [
        ("2023-12-14", "2023", "2023-12"),
        ("2023-12-15", "2024", "2024-01"),
        ("2023-12-31", "2024", "2024-01"),
        ("2024-01-01", "2024", "2024-01"),
        ("2024-01-14", "2024", "2024-01"),
        ("2024-01-15", "2024", "2024-02"),
        ("2024-02-29", "2024", "2024-03"),
        ("2024-12-14", "2024", "2024-12"),
    ],
)
def test_a_day_lies_in_a_reporting_year_and_month(text, year, month):
    assert reporting_year(day(text)) == parse_period(year)
    assert reporting_month(day(text)) == parse_period(month)
    assert calendar_month(day(text)) == parse_period(f"calendar:{text[:7]}")


@pytest.mark.parametrize(
    ("name", "before"),
    [
        ("2024-07", "2024-06"),
        ("2024-01", "2023-12"),
        ("2024-03", "2024-02"),
        ("2024", "2023"),
        ("2025", "2024"),
        ("calendar:2024-03", "calendar:2024-02"),
        ("calendar:2024-01", "calendar:2023-12"),
    ],
)
def test_the_period_before_a_month_or_a_reporting_year_is_the_one_of_that_name(name, before):
    assert previous(parse_period(name)) == parse_period(before)


def test_the_period_before_any_other_interval_has_the_same_length():
    assert previous(period("2024-03-01", "2024-03-08")) == period("2024-02-23", "2024-03-01")


@pytest.mark.parametrize(
    ("name", "before"),
    [
        ("2024-Q2", "2024-Q1"),
        ("2024-Q1", "2023-Q4"),
        ("2024-H2", "2024-H1"),
        ("2025-H1", "2024-H2"),
        ("calendar:2024", "calendar:2023"),
        ("calendar:2024-Q2", "calendar:2024-Q1"),
        ("calendar:2024-H2", "calendar:2024-H1"),
        ("calendar:2025-Q1", "calendar:2024-Q4"),
    ],
)
def test_the_period_before_a_quarter_a_half_or_a_calendar_year_is_the_one_of_that_name(name: str, before: str) -> None:
    assert previous(parse_period(name)) == parse_period(before)
