"""The published year: every count comes out as it was asked for, whatever the seed, and always the same bytes."""

import itertools

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from projections.figures import Counts, total
from projections.reports import Report
from services.sample.published_counts import (
    PUBLISHED_DUE,
    PUBLISHED_YEAR,
    Volume,
    VolumeImpossible,
    plan_of,
)
from services.sample.published_year import published_events
from tests.fixtures.reporting_in_memory import answer, memory_store, province, tell

pytestmark = pytest.mark.slow

_few = st.integers(0, 60)


@st.composite
def volumes(draw: st.DrawFn) -> Volume:
    """Counts that some set of cases has."""
    in_time, late, closed, overdue, pending = (draw(_few) for _ in range(5))
    cases = in_time + late + closed + overdue + pending
    carried_over = draw(st.integers(0, (in_time + late) // 2))
    volume = Volume(
        draw(st.sampled_from(("department", "district", "commune"))),
        cases - carried_over,
        in_time + late,
        in_time,
        carried_over,
        closed,
        overdue,
        due_always=draw(st.booleans()),
    )
    try:
        plan_of(volume)
    except VolumeImpossible:
        assume(False)
    return volume


@settings(max_examples=40)
@given(volumes(), st.integers(0, 1_000))
@example(PUBLISHED_DUE[0].one_in(40), 9)
@example(PUBLISHED_YEAR[0].one_in(1_000), 1)
async def test_any_counts_come_out_exactly(volume: Volume, seed: int) -> None:
    store = memory_store(province())
    statuses = await tell(store, published_events([volume], seed=seed))
    assert "refused" not in statuses
    counts = _of_level(await answer(store, "on-time", "2024"), volume.level)
    assert (counts.new, counts.carried_over) == (volume.received, volume.carried_over)
    assert (counts.settled, counts.settled_in_time) == (volume.settled, volume.in_time)
    assert (counts.closed, counts.pending_overdue) == (volume.closed, volume.overdue)
    assert counts.pending_in_time + counts.pending_paused == volume.pending
    if volume.due_always:
        assert counts.fell_due == volume.received + volume.carried_over - volume.closed - volume.pending
        assert counts.fell_due_on_time == volume.in_time


def _of_level(found: Report, level: str) -> Counts:
    return total(row.counts for row in found.rows if row.level == level)


def test_equal_arguments_give_equal_bytes_and_another_seed_other_cases() -> None:
    small = [volume.one_in(2_000) for volume in PUBLISHED_YEAR]
    first = list(published_events(small, seed=3))
    assert list(published_events(small, seed=3)) == first
    assert not set(published_events(small, seed=4)) & set(first)


def test_the_published_counts_are_those_of_the_newspapers() -> None:
    assert sum(volume.received for volume in PUBLISHED_YEAR) == 552_634
    assert sum(volume.settled for volume in PUBLISHED_YEAR) == 519_180
    assert sum(volume.in_time for volume in PUBLISHED_YEAR) == 504_225


async def test_the_year_is_as_messy_as_senders_are() -> None:
    store = memory_store(province())
    statuses = await tell(store, published_events([volume.one_in(100) for volume in PUBLISHED_YEAR], seed=1))
    assert statuses["duplicate"] > 100
    types = {one.type for one in store.archive.values()}
    assert types >= {"received", "processed", "paused", "resumed", "transferred", "reopened", "retracted", "closed"}
    problems = {problem for _, problem in await store.problems("procedure")}
    assert problems >= {"received_twice", "returned_without_processed", "due_missing"}
    positions = sorted(store.archive)
    times = [store.archive[position].occurred_at for position in positions]
    assert sum(later < earlier for earlier, later in itertools.pairwise(times)) > 1_000
