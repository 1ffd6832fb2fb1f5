"""The exporter follows a feed that breaks off, or that somebody cuts: its figures are those of one that begins now."""

import asyncio

import pytest

from projections.batches import read
from services.composition import Database
from services.exporter.live import LiveFigures
from services.postgres.upkeep import reset_checkpoint
from services.projector import Projector
from services.store import StoreUnavailable
from tests.fixtures.databases import fetch, opened
from tests.fixtures.saying import processed, received, records

pytestmark = pytest.mark.database

WITHIN_SECONDS = 30
SLOW = (
    "alter table changes rename to changes_kept",
    "create view changes as select * from changes_kept where shard <> 1 or pg_sleep(30) is not null",
)
AS_BEFORE = ("drop view changes", "alter table changes_kept rename to changes")
SLEEPING = "select pid from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'"


async def test_a_refresh_that_breaks_off_in_the_middle_of_the_feed_leaves_no_trace_in_the_figures(
    database_url: str,
) -> None:
    async with opened(database_url) as found:
        live = LiveFigures(found.store, found.clock, due_soon_days=3)
        await live.refresh()
        await _record_on_two_partitions(found)
        await _break_off(live, database_url)
        await _check_up_to_date(live, found)


async def test_a_checkpoint_moved_on_by_hand_leaves_no_exporter_behind_that_had_not_read_the_feed(
    database_url: str,
) -> None:
    async with opened(database_url) as found:
        live = LiveFigures(found.store, found.clock, due_soon_days=3)
        await live.refresh()
        await _record_on_two_partitions(found)
        await reset_checkpoint(found.pool, 1, 9, topic_id="log", reason="records were lost", done_by="operator")
        await _check_up_to_date(live, found)


async def _record_on_two_partitions(found: Database) -> None:
    for partition in range(2):
        case = f"c{partition}"
        facts = received(case, "2024-01-15"), received(f"{case}-done", "2024-01-15")
        done = processed(f"{case}-done", "2024-01-16")
        await Projector(found.store, partition).project(read(records(*facts, done)))


async def _check_up_to_date(live: LiveFigures, found: Database) -> None:
    fresh = LiveFigures(found.store, found.clock, due_soon_days=3)
    await live.refresh()
    await fresh.refresh()
    assert _figures(live) == _figures(fresh)


async def _break_off(live: LiveFigures, url: str) -> None:
    """The session ends between the rows of the first partition and those of the second."""
    for statement in SLOW:
        await fetch(url, statement)
    refreshing = asyncio.create_task(live.refresh())
    async with asyncio.timeout(WITHIN_SECONDS):
        while not (sleeping := await fetch(url, SLEEPING)):
            await asyncio.sleep(0.01)
    await fetch(url, "select pg_terminate_backend($1)", sleeping[0]["pid"])
    with pytest.raises(StoreUnavailable):
        await refreshing
    for statement in AS_BEFORE:
        await fetch(url, statement)


def _figures(live: LiveFigures) -> dict[str, list[int]]:
    return {unit: live.values(unit) for unit in live.tree.codes()}
