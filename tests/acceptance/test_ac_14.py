"""AC-14: twelve chained months: what came in is what went out and what stayed; what stayed is carried over."""

import asyncio
from itertools import pairwise

import pytest
from msgspec import structs

from projections.figures import Counts, total
from projections.measures import POLICIES, Policy
from projections.periods import Period, months_of, parse_period
from projections.reports import Grouping, Report
from services.memory.store import MemoryStore
from services.sample.published_counts import PUBLISHED_YEAR
from services.sample.published_year import published_events
from tests.fixtures.reporting_in_memory import answer, memory_store, province, tell

ONE_IN = 300
STATES = {"carried_over", "pending_in_time", "pending_overdue", "pending_paused"}
"""Counts that hold at an edge of a period; the others happen within it and add up."""


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    """A year with pauses, transfers, re-openings, retractions, repeats and late entries."""
    found = memory_store(province())
    asyncio.run(tell(found, published_events([volume.one_in(ONE_IN) for volume in PUBLISHED_YEAR], seed=14)))
    return found


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("year", ["2024", "calendar:2024"])
async def test_ac_14_twelve_months_of_the_province_chain(store: MemoryStore, policy: Policy, year: str) -> None:
    months = await _months(store, policy, year)
    assert len(months) == 12
    _check_chain(months)
    assert months[0].carried_over > 0
    assert all(month.new and month.settled for month in months)
    assert all(month.transferred_in == month.transferred_out for month in months)
    # Within the province nothing comes from elsewhere: N + C = S + X + P.
    assert all(one.new + one.carried_over == one.settled + one.closed + one.pending for one in months)


@pytest.mark.parametrize("policy", POLICIES)
async def test_ac_14_twelve_months_of_every_unit_chain_and_make_up_the_year(store: MemoryStore, policy: Policy) -> None:
    year = parse_period("2024")
    by_month = [await answer(store, "on-time", month, policy=policy) for month in months_of(year)]
    whole = _by_unit(await answer(store, "on-time", year, policy=policy))
    tables = [_by_unit(month) for month in by_month]
    for unit, counts in whole.items():
        months = [table.get(unit, Counts()) for table in tables]
        _check_chain(months)
        assert _flows(total(months)) == _flows(counts)
    assert any(counts.transferred_in for counts in whole.values())


async def _months(store: MemoryStore, policy: Policy, year: str) -> list[Counts]:
    found = await answer(store, "on-time", year, by=Grouping.MONTH, policy=policy)
    assert [row.month for row in found.rows] == list(months_of(parse_period(year)))
    return [row.counts for row in found.rows]


def _check_chain(months: list[Counts]) -> None:
    assert all(month.entered == month.left for month in months)
    assert all(later.carried_over == month.pending for month, later in pairwise(months))


def _by_unit(found: Report) -> dict[str | None, Counts]:
    return {row.unit: row.counts for row in found.rows}


def _flows(counts: Counts) -> dict[str, int]:
    return {name: n for name, n in structs.asdict(counts).items() if name not in STATES}


def test_twelve_months_leave_no_gap() -> None:
    year = parse_period("2024")
    months = list(months_of(year))
    assert (months[0].begin, months[-1].end) == (year.begin, year.end)
    assert all(month.end == later.begin for month, later in pairwise(months))
    assert sum(month.days for month in months) == Period(year.begin, year.end).days == 366
