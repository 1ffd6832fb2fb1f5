"""AC-15: competition ranks. AC-16: a case settled on the first day of a period is carried over and settled."""

from projections.definitions import BY_REPORT
from projections.units import Unit
from tests.fixtures.figures_in_memory import decided, document
from tests.fixtures.reporting_in_memory import memory_store, tell
from tests.fixtures.saying import processed, received

UNITS = [
    Unit("P", "Province", "province"),
    *(Unit(code, f"Unit {code}", "department", "P") for code in ("A", "B", "C", "D", "E", "F")),
]


async def test_ac_15_equal_rates_share_a_rank_and_units_with_too_few_cases_are_listed_unranked() -> None:
    store = memory_store(UNITS)
    for unit, count, on_time in (("A", 10, 8), ("B", 10, 10), ("C", 20, 16), ("D", 10, 5), ("E", 4, 4)):
        await tell(store, decided(unit, count, on_time, received="2024-03-01", due="2024-03-08", late="2024-03-12"))
    found = await document(store, "ranking", "2024")
    assert [(row["rank"], row["unit"], row["percent"]) for row in found.json["rows"]] == [
        (1, "B", "100.00"),
        (2, "A", "80.00"),
        (2, "C", "80.00"),
        (4, "D", "50.00"),
        (None, "E", "100.00"),
        (None, "F", None),
    ]
    low = await document(store, "ranking", "2024", minimum_cases=4)
    assert [(row["rank"], row["unit"]) for row in low.json["rows"]][:2] == [(1, "B"), (1, "E")]


async def test_ac_16_a_case_settled_on_the_first_day_of_a_period_is_carried_over_and_settled() -> None:
    """A field system that asks for cases open *after* the first day loses it."""
    store = memory_store(UNITS)
    facts = [received("c1", "2024-01-10T08:00", due="2024-01-20T17:00"), processed("c1", "2024-01-15T00:00")]
    await tell(store, facts)
    found = await document(store, "on-time", "2024-02")
    counts = found.answered.report.total.counts
    assert found.json["from"] == "2024-01-15"
    assert (counts.carried_over, counts.settled_early, counts.pending, counts.new) == (1, 1, 0, 0)
    form = (await document(store, "ii06a", "2024-02")).json["total"]
    assert (form["received"], form["carried_over"], form["settled"], form["pending"]) == (1, 1, 1, 0)


async def test_a_unit_without_cases_has_no_rate_in_any_report() -> None:
    """A field system printed 100 % for it."""
    store = memory_store(UNITS)
    for name in BY_REPORT:
        found = await document(store, name, "2024")
        assert {row["percent"] for row in (*found.json["rows"], found.json["total"])} == {None}


async def test_an_end_of_the_period_in_the_future_counts_nothing_that_is_yet_to_come() -> None:
    """A field system took the requested end for the present: cases not yet due counted as overdue."""
    store = memory_store(UNITS)
    await tell(store, [received("c1", "2026-05-30T08:00", due="2026-06-10T17:00")])
    counts = (await document(store, "on-time", "2026")).answered.report.total.counts
    assert (counts.pending_in_time, counts.pending_overdue, counts.fell_due) == (1, 0, 0)
