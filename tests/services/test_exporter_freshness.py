"""Old figures are never served as those of now: an exporter that is cut off says so, and in the end serves none."""

import asyncio
from dataclasses import replace

import httpx
import pytest

from events.instants import SECOND
from projections.batches import read
from projections.units import Unit
from services.composition import assemble
from services.exporter.exporter import Exporter
from services.version import VERSION
from tests.fixtures.databases import FixedClock, opened
from tests.fixtures.saying import received, records
from tests.fixtures.scraping import sample, samples
from tests.fixtures.serving import client
from tests.fixtures.times import local

pytestmark = pytest.mark.database

SNAPSHOT = "duecourse_projection_snapshot_timestamp_seconds"
NOW = "2024-03-20T10:00"


class Stopwatch:
    """Monotonic time that a test moves, in seconds."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


async def test_the_page_says_of_when_its_figures_are_and_drops_them_when_they_are_too_old(database_url: str) -> None:
    clock, watch = FixedClock(local(NOW)), Stopwatch()
    async with opened(database_url, clock=clock) as found:
        live = assemble(found).live
        exporter = Exporter(
            live, clock, version=VERSION, policy="date", time_zone="UTC", age_seconds_max=30, monotonic=watch
        )
        await exporter.refresh()
        fresh = exporter.unit_page()
        assert sample(fresh, SNAPSHOT) == clock.now / 1_000_000
        watch.now += 30
        assert exporter.unit_page() == fresh
        watch.now += 1
        old = exporter.unit_page()
        assert not samples(old, "duecourse_unit_info")
        assert not samples(old, "duecourse_cases_open")
        assert sample(old, SNAPSHOT) == sample(fresh, SNAPSHOT)
        assert samples(old, "duecourse_projection_position") == samples(fresh, "duecourse_projection_position")
        assert "31 s old and no longer served; at most 30 s" in (exporter.withheld() or "")
        await exporter.refresh()
        assert exporter.unit_page() == fresh


@pytest.mark.parametrize("changed", [20, 600])
async def test_a_scrape_while_figures_are_drawn_gets_the_page_before_or_the_next_one_whole(
    database_url: str, changed: int
) -> None:
    units = [Unit("P", "Province", "province"), *(Unit(f"U{n}", f"Unit {n}", "commune", "P") for n in range(600))]
    clock = FixedClock(local(NOW))
    async with opened(database_url, clock=clock, units=units) as found:
        exporter = assemble(found).exporter
        await exporter.refresh()
        before = exporter.unit_page()
        facts = [received(f"c{n}", "2024-03-20T09:00", unit=f"U{n}") for n in range(changed)]
        await found.projector().project(read(records(*facts)))
        clock.now += SECOND
        refreshing = asyncio.create_task(exporter.refresh())
        seen = set()
        while not refreshing.done():
            seen.add(exporter.unit_page())
            await asyncio.sleep(0)
        await refreshing
        after = exporter.unit_page()
        assert seen <= {before, after}
        assert sum(samples(after, "duecourse_cases_open").values()) == changed
        assert sample(after, SNAPSHOT) == clock.now / SECOND


async def test_readiness_says_that_figures_are_withheld_and_process_metrics_go_on(database_url: str) -> None:
    clock, watch = FixedClock(local(NOW)), Stopwatch()
    async with opened(database_url, clock=clock) as found:
        parts = assemble(found)
        exporter = Exporter(
            parts.live, clock, version=VERSION, policy="date", time_zone="UTC", age_seconds_max=5, monotonic=watch
        )
        parts = replace(parts, exporter=exporter)
        await exporter.refresh()
        async with client(parts) as http:
            assert (await http.get("/metrics")).text.count("duecourse_unit_info{")
            watch.now += 6
            unready = await http.get("/health/ready")
            assert unready.status_code == httpx.codes.SERVICE_UNAVAILABLE
            assert "no longer served" in unready.json()["detail"]
            page = (await http.get("/metrics")).text
            assert "duecourse_unit_info{" not in page
            assert "process_resident_memory_bytes" in page


async def test_an_exporter_whose_database_goes_away_keeps_running_and_serves_no_figures_after_the_age(
    database_url: str,
) -> None:
    async with opened(database_url, figures_age_seconds_max=0.5) as found:
        exporter = assemble(found).exporter
        await exporter.refresh()
        assert samples(exporter.unit_page(), "duecourse_unit_info")
        await found.pool.close()
        running = asyncio.ensure_future(exporter.run())
        try:
            async with asyncio.timeout(20):
                while samples(exporter.unit_page(), "duecourse_unit_info"):
                    await asyncio.sleep(0.05)
            assert exporter.error is not None
            assert "PostgreSQL" in (exporter.trouble() or "")
            assert not running.done()
        finally:
            running.cancel()
        assert await asyncio.gather(running, return_exceptions=True)
