"""AC-09: the rate of cases that fell due, which a unit cannot better by leaving late cases lying."""

import pytest

from services.sample.published_counts import PUBLISHED_DUE
from services.sample.published_year import published_events
from tests.fixtures.reporting_in_memory import answer, memory_store, province, tell

NEW, CARRIED_OVER, FELL_DUE, ON_TIME = 17_413, 664, 17_612, 16_325


@pytest.mark.slow
async def test_ac_09_the_rate_of_cases_fallen_due_is_92_69() -> None:
    store = memory_store(province())
    statuses = await tell(store, published_events(PUBLISHED_DUE, seed=1))
    assert statuses["duplicate"] > 0
    assert "refused" not in statuses

    total = (await answer(store, "on-time-due", "2024")).total
    counts = total.counts
    assert (counts.new, counts.carried_over) == (NEW, CARRIED_OVER)
    assert (total.denominator, total.numerator) == (FELL_DUE, ON_TIME)
    assert total.percent == "92.69"
    assert counts.new + counts.carried_over - counts.fell_due == 465  # not yet due
    handled = (await answer(store, "on-time-handled", "2024")).total
    assert handled.denominator == 18_077
