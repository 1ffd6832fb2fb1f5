"""`rebuild`: whatever is wrong with cases and tallies is named and put right, while facts arrive and readers read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from projections.batches import read
from projections.measures import Policy
from projections.units import Unit
from services.composition import Database
from services.exporter.live import LiveFigures
from services.history.archive import ArchiveUnreadable
from services.history.digest import digest_of_live
from services.history.rebuilding import Rebuild, rebuilding
from services.history.rebuilt_comparison import Compared
from services.postgres.queries import snapshot
from services.postgres.upkeep import reset_checkpoint
from services.projector import Projector
from services.rules_loading import load_calendar, load_procedures
from services.sample.history import history
from services.sample.units import province_units
from services.store import StoreUnavailable
from services.units_loading import load_units
from services.verifying import verify
from tests.fixtures.databases import UNITS, fetch, opened
from tests.fixtures.promising import registry_in, shipped
from tests.fixtures.saying import event, processed, received, records, retracted

pytestmark = pytest.mark.database

SAMPLE_UNITS = [Unit(one.code, one.name, one.level, one.parent) for one in province_units()]
FACTS = (
    received("c1", "2024-01-02", due="2024-01-10T17:00"),
    processed("c1", "2024-01-15", id="decided"),
    received("c2", "2024-01-03", unit="B", due="2024-01-10T17:00"),
    event("transferred", "c2", "2024-01-04", unit="C"),
    received("c3", "2024-01-03"),
    b"{",
)
LATE = "update tallies set settled_late = settled_late + 2 where settled_late > 0"
CASES = "select case_id, kind, unit, received_at, ended_at, is_open, facts, counted from cases order by case_id"


async def record(found: Database, *events: bytes, partition: int = 0) -> None:
    await Projector(found.store, partition).project(read(records(*events)))


@asynccontextmanager
async def built(found: Database) -> AsyncIterator[Rebuild]:
    async with rebuilding(found.store) as rebuild:
        await rebuild.build(found.clock, lambda events: None)
        yield rebuild


async def compared(found: Database) -> Compared:
    async with built(found) as rebuild:
        return await rebuild.compare()


async def rebuilt(found: Database) -> Compared:
    async with built(found) as rebuild:
        differences = await rebuild.compare()
        await rebuild.switch("a test")
        return differences


async def live_digest(found: Database) -> str:
    async with snapshot(found.pool) as connection:
        return await digest_of_live(connection)


async def contents(found: Database, url: str) -> tuple[str, list[Any]]:
    return await live_digest(found), [tuple(row) for row in await fetch(url, CASES)]


@pytest.mark.parametrize(
    ("statement", "cases", "figures"),
    [
        (LATE, {}, {"settled_late_date", "settled_late_instant"}),
        ("delete from tallies where new > 0 and unit = 'B'", {}, {"new"}),
        ("insert into tallies (day, unit, kind, shard, closed) values ('2024-01-09', 'A', 'procedure', 7, 1)", {},
         {"closed"}),
        ("delete from problem_tallies where problem = 'due_missing'", {}, {"due_missing"}),
        ("delete from cases where case_id = 'c2'", {"c2": ("missing",)}, set()),
        ("update cases set case_id = 'c0' where case_id = 'c2'", {"c0": ("unknown",), "c2": ("missing",)}, set()),
        ("update cases set unit = 'B', is_open = true where case_id = 'c1'", {"c1": ("unit", "is_open")}, set()),
        ("update cases as c set facts = d.facts from cases as d where c.case_id = 'c1' and d.case_id = 'c3'",
         {"c1": ("facts",)}, set()),
        ("update cases as c set counted = d.counted from cases as d where c.case_id = 'c1' and d.case_id = 'c3'",
         {"c1": ("counted",)}, set()),
    ],
)  # fmt: skip
async def test_what_was_changed_by_hand_is_named_and_put_right(
    database_url: str, statement: str, cases: dict[str, tuple[str, ...]], figures: set[str]
) -> None:
    async with opened(database_url) as found:
        await record(found, *FACTS)
        right = await contents(found, database_url)
        assert await fetch(database_url, f"{statement} returning 1")
        differences = await rebuilt(found)
        assert {one.case_id: one.what for one in differences.cases} == cases
        assert {one.figure[3] for one in differences.figures} == figures
        assert await contents(found, database_url) == right
        assert (await compared(found)).differences == 0
        assert (await verify(found.store, lambda events: None)).differences == 0


async def test_a_figure_that_differs_names_the_cases_behind_it(database_url: str) -> None:
    async with opened(database_url) as found:
        await record(found, *FACTS)
        await fetch(database_url, LATE)
        differences = await compared(found)
        [late] = [one for one in differences.figures if one.figure[3] == "settled_late_date"]
        assert (late.live, late.built, late.by_cases, late.by_itself, late.cases) == (3, 1, 0, -2, ["c1"])


async def test_a_figure_that_is_wrong_with_its_case_is_explained_by_that_case(database_url: str) -> None:
    async with opened(database_url) as found:
        await record(found, *FACTS)
        await fetch(database_url, "update cases set facts = $1 where case_id = 'c1'", b"\x90")
        await record(found, received("c1", "2024-01-05"))  # counted from the facts of the row, which lacks some
        differences = await rebuilt(found)
        [late] = [one for one in differences.figures if one.figure[3] == "settled_late_date"]
        assert (late.live, late.built, late.by_cases, late.by_itself, late.cases) == (0, 1, 1, 0, ["c1"])
        assert (await verify(found.store, lambda events: None)).differences == 0


async def test_facts_that_arrive_while_it_is_built_compared_and_switched_are_in_both(database_url: str) -> None:
    async with opened(database_url) as found:
        await record(found, *FACTS)
        await fetch(database_url, LATE)
        async with built(found) as rebuild:
            await record(found, received("c4", "2024-01-04"), processed("c2", "2024-01-08"))
            assert {one.figure[3] for one in (await rebuild.compare()).figures} == {
                "settled_late_date",
                "settled_late_instant",
            }
            await record(found, retracted("c1", "2024-03-01", "decided"), processed("c1", "2024-01-05"))
            await record(found, received("c5", "2024-01-04"), processed("c4", "2024-01-05"), partition=3)
            await rebuild.switch("a test")
        await record(found, processed("c5", "2024-01-05"))
        assert (await compared(found)).differences == 0
        assert (await verify(found.store, lambda events: None)).differences == 0


async def test_another_unit_tree_put_in_force_meanwhile_counts_in_both(database_url: str) -> None:
    async with opened(database_url) as found:
        await record(found, *FACTS)
        async with built(found) as rebuild:
            heir = Unit("C", "Unit C", "district", "P", valid_to=date(2024, 1, 1).toordinal(), successor="A")
            await load_units(found.store, [*UNITS[:3], heir])
            assert (await rebuild.compare()).differences == 0
            await load_units(found.store, UNITS)
            await fetch(database_url, LATE)
            await rebuild.switch("a test")
        assert (await compared(found)).differences == 0


async def test_an_exporter_shows_what_was_put_in_place_at_its_next_look(database_url: str) -> None:
    async with opened(database_url) as found:
        await record(found, *FACTS)
        await fetch(database_url, "update tallies set new = new + 5")
        live = LiveFigures(found.store, found.clock, due_soon_days=3)
        await live.refresh()
        await rebuilt(found)
        fresh = LiveFigures(found.store, found.clock, due_soon_days=3)
        await live.refresh()
        await fresh.refresh()
        assert [live.values(unit) for unit in live.tree.codes()] == [fresh.values(unit) for unit in live.tree.codes()]


async def test_a_reader_sees_the_old_state_or_the_new_one_whole_and_nobody_waits_for_it(database_url: str) -> None:
    async with opened(database_url) as found:
        await record(found, *FACTS)
        right = await live_digest(found)
        await fetch(database_url, LATE)
        await fetch(database_url, "update cases set unit = 'B' where case_id = 'c1'")
        wrong = await live_digest(found)
        async with snapshot(found.pool) as reader:
            assert await reader.fetchval("select count(*) from settings") == 2  # the moment it looks at is fixed
            await asyncio.wait_for(rebuilt(found), 30)
            assert await reader.fetchval("select unit from cases where case_id = 'c1'") == "B"
            assert await digest_of_live(reader) == wrong
        assert await live_digest(found) == right


async def test_who_rebuilt_is_kept(database_url: str) -> None:
    async with opened(database_url) as found:
        await record(found, *FACTS)
        await rebuilt(found)
        [row] = await fetch(database_url, "select from_position, to_position, done_by from checkpoint_resets")
        assert tuple(row) == (6, 6, "a test")


async def test_an_archive_that_lacks_recorded_events_is_not_built_from(database_url: str) -> None:
    async with opened(database_url) as found:
        await record(found, *FACTS)
        before = await contents(found, database_url)
        await fetch(database_url, "delete from archive where position = 1")
        with pytest.raises(ArchiveUnreadable, match="5 events were recorded, the archive gave 4"):
            await rebuilt(found)
        assert await contents(found, database_url) == before


async def test_facts_behind_a_checkpoint_that_was_moved_back_are_built_too(database_url: str) -> None:
    async with opened(database_url) as found:
        await record(found, *FACTS)
        await reset_checkpoint(found.pool, 0, 0, topic_id="log", reason="read again", done_by="a test")
        assert (await compared(found)).differences == 0


@pytest.mark.slow
async def test_a_second_rebuild_is_sent_away(database_url: str) -> None:
    async with opened(database_url) as found, rebuilding(found.store):
        with pytest.raises(StoreUnavailable, match="another rebuild"):
            await compared(found)


async def test_promised_dates_are_built_as_they_were_given(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url) as found:
        await load_procedures(found.store, registry_in(tmp_path))
        await load_calendar(found.store, shipped())
        await record(found, received("c1", "2024-01-02", procedure="one"))
        assert len(await fetch(database_url, "select from promises")) == 1
        async with built(found) as rebuild:
            await record(found, received("c2", "2024-01-02", procedure="one"))
            assert (await rebuild.compare()).differences == 0


@pytest.mark.slow
@pytest.mark.parametrize("policy", list(Policy))
async def test_a_history_with_all_its_mess_is_built_as_it_was_projected(database_url: str, policy: Policy) -> None:
    events = list(history(seed=5, cases=500, until=datetime.fromisoformat("2025-06-18T10:30:00+07:00")))
    half = len(events) // 2
    async with opened(database_url, policy=policy, units=SAMPLE_UNITS) as found:
        await _record_over_partitions(found, events[:half])
        async with built(found) as rebuild:
            await _record_over_partitions(found, events[half:])
            differences = await rebuild.compare()
            assert (differences.cases, differences.figures) == ([], [])
        assert (await compared(found)).differences == 0


async def _record_over_partitions(found: Database, events: list[bytes]) -> None:
    for place, begin in enumerate(range(0, len(events), 100)):
        await record(found, *events[begin : begin + 100], partition=place % 2)
