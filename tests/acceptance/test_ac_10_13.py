"""AC-10 to AC-13: change to the period before, the simple mean, late and on time, the grid of periods."""

from datetime import date
from fractions import Fraction

import pytest

from projections.definitions import BY_REPORT
from projections.figures import Counts
from projections.periods import Period, parse_period, series_warnings
from projections.reports import Grouping, Rollup
from projections.units import Unit
from services.memory.store import MemoryStore
from tests.fixtures.figures_in_memory import decided, document
from tests.fixtures.reporting_in_memory import memory_store, tell

UNITS = [
    Unit("P", "Province", "province"),
    *(Unit(code, f"Unit {code}", f"level {code}", "P") for code in "ABCD"),
]


async def store_with(*cases: tuple[str, int, int, str]) -> MemoryStore:
    """Cases due in a month: unit, how many, how many on time, the month."""
    store = memory_store(UNITS)
    for unit, count, on_time, month in cases:
        events = decided(unit, count, on_time, received=f"{month}-01", due=f"{month}-08", late=f"{month}-12")
        await tell(store, events)
    return store


@pytest.mark.slow
async def test_ac_10_the_rate_is_3_48_percentage_points_above_the_period_before() -> None:
    store = await store_with(("A", 10_000, 8_921, "2024-02"), ("A", 17_612, 16_325, "2024-03"))
    found = await document(store, "ranking", "2024-03", figure="on-time-due")
    [first, *_] = found.json["rows"]
    assert (first["percent"], first["percent_before"], first["change"]) == ("92.69", "89.21", "+3.48")
    exact = Fraction(16_325, 17_612) - Fraction(8_921, 10_000)
    assert first["change_exact"] == {"numerator": exact.numerator, "denominator": exact.denominator}


@pytest.mark.slow
async def test_ac_11_the_simple_mean_of_the_levels_is_98_01() -> None:
    store = await store_with(
        ("A", 10_000, 9_987, "2024-03"),
        ("B", 10_000, 9_861, "2024-03"),
        ("C", 500, 471, "2024-03"),
        ("D", 625, 621, "2024-03"),
    )
    found = await document(store, "on-time", "2024", by=Grouping.LEVEL, rollup=Rollup.SIMPLE_MEAN)
    assert [row["percent"] for row in found.json["rows"]] == ["99.87", "98.61", "94.20", "99.36"]
    assert found.json["total"]["percent"] == "98.01"
    weighted = await document(store, "on-time", "2024", by=Grouping.LEVEL)
    assert weighted.json["total"]["percent"] != "98.01", "the two roll-ups differ, and each has its name"


@pytest.mark.parametrize(("count", "on_time"), [(7, 7), (7, 0), (9, 4), (695, 659)])
async def test_ac_12_late_is_one_less_on_time_before_rounding(count: int, on_time: int) -> None:
    store = await store_with(("A", count, on_time, "2024-03"))
    rates = [(await document(store, name, "2024")).answered.report.total.rate for name in ("on-time", "late-settled")]
    assert rates[0] is not None
    assert rates == [Fraction(on_time, count), 1 - rates[0]]


def test_ac_13_the_year_2024_has_366_days_and_an_inclusive_end_overlaps() -> None:
    assert parse_period("2024").days == 366
    inclusive = Period(date(2021, 6, 20).toordinal(), date(2021, 7, 22).toordinal())
    assert inclusive.days == 32
    before = Period(date(2021, 5, 20).toordinal(), date(2021, 6, 21).toordinal())
    after = Period(date(2021, 7, 21).toordinal(), date(2021, 8, 22).toordinal())
    assert [warning.partition("overlap by ")[2] for warning in series_warnings([before, inclusive, after])] == [
        "1 days",
        "1 days",
    ]


def test_ac_12_holds_for_a_unit_without_cases_too() -> None:
    assert BY_REPORT["on-time"].rate(Counts()) is BY_REPORT["late-settled"].rate(Counts()) is None
