"""The exporter: figures that move with the clock and with the change feed, and are always those of a full reload."""

import random
from datetime import datetime

import pytest

from events.instants import DAY, MINUTE, SECOND
from projections.batches import read
from projections.measures import Policy
from projections.units import Unit
from services.composition import Database, assemble
from services.exporter.exporter import Exporter
from services.exporter.unit_samples import DEADLINES, FLOW_WINDOWS, FLOWS, SETTLED_WINDOWS, TIMELINESS
from services.postgres.queries import prune_changes
from services.projector import Projector
from services.sample.history import history
from services.sample.units import province_units
from services.units_loading import load_units
from tests.fixtures.databases import UNITS, FixedClock, opened
from tests.fixtures.saying import event, processed, received, records, retracted
from tests.fixtures.scraping import sample, samples
from tests.fixtures.times import local

pytestmark = pytest.mark.database

OLDEST = "duecourse_cases_open_oldest_received_timestamp_seconds"


async def record(found: Database, *events: bytes, partition: int = 0) -> None:
    await Projector(found.store, partition).project(read(records(*events)))


def new_exporter(found: Database) -> Exporter:
    return assemble(found).exporter


async def drawn(exporter: Exporter) -> str:
    await exporter.refresh()
    return exporter.unit_page().decode()


def open_cases(page: str, unit: str = "A") -> dict[str, float]:
    """By deadline, zeros left out."""
    values = {word: sample(page, "duecourse_cases_open", unit=unit, deadline=word) for word in DEADLINES}
    return {word: n for word, n in values.items() if n}


def settled(page: str, unit: str = "A") -> dict[str, float]:
    """All labels together, by window."""
    found: dict[str, float] = {}
    for labels, n in samples(page, "duecourse_cases_settled").items():
        named = dict(labels)
        if named["unit"] == unit:
            found[named["window"]] = found.get(named["window"], 0) + n
    return found


async def test_windows_move_on_at_midnight_without_any_event(database_url: str) -> None:
    clock = FixedClock(local("2024-03-20T23:59:59"))
    async with opened(database_url, clock=clock) as found:
        await record(found, received("c1", "2024-03-20T08:00"), processed("c1", "2024-03-20T09:00"))
        exporter = new_exporter(found)
        assert settled(await drawn(exporter)) == {
            "1d": 1, "7d": 1, "prev_7d": 0, "30d": 1, "month": 1, "year": 1
        }  # fmt: skip
        clock.now += SECOND
        page = await drawn(exporter)
        assert settled(page)["1d"] == 0
        assert sample(page, "duecourse_cases_received", unit="A", window="1d") == 0
        assert sample(page, "duecourse_cases_received", unit="A", window="30d") == 1
        clock.now += 6 * DAY
        assert settled(await drawn(exporter)) == {
            "1d": 0, "7d": 0, "prev_7d": 1, "30d": 1, "month": 1, "year": 1
        }  # fmt: skip
        clock.now += 7 * DAY
        assert settled(await drawn(exporter))["prev_7d"] == 0
        clock.now = local("2024-04-18T23:59")
        assert settled(await drawn(exporter))["30d"] == 1
        clock.now += MINUTE
        assert settled(await drawn(exporter))["30d"] == 0


async def test_the_reporting_month_rolls_over_on_the_fifteenth(database_url: str) -> None:
    clock = FixedClock(local("2024-07-14T23:59"))
    async with opened(database_url, clock=clock) as found:
        await record(found, received("c1", "2024-06-15T00:00"), processed("c1", "2024-06-15T09:00"))
        await record(found, received("c2", "2024-06-01"), processed("c2", "2024-06-14T23:59:59"))
        exporter = new_exporter(found)
        assert settled(await drawn(exporter))["month"] == 1
        clock.now += MINUTE
        page = await drawn(exporter)
        assert (settled(page)["month"], settled(page)["year"]) == (0, 2)


async def test_the_reporting_year_rolls_over_on_the_fifteenth_of_december(database_url: str) -> None:
    clock = FixedClock(local("2024-12-14T23:59:59"))
    async with opened(database_url, clock=clock) as found:
        await record(found, received("c1", "2023-12-15"), processed("c1", "2024-12-14T22:00"))
        exporter = new_exporter(found)
        page = await drawn(exporter)
        assert (settled(page)["year"], sample(page, "duecourse_cases_received", unit="A", window="year")) == (1, 1)
        clock.now += SECOND
        page = await drawn(exporter)
        assert (settled(page)["month"], settled(page)["year"], settled(page)["7d"]) == (0, 0, 1)
        assert sample(page, "duecourse_cases_received", unit="A", window="year") == 0


async def test_a_case_goes_from_in_time_to_due_soon_to_overdue_as_days_pass(database_url: str) -> None:
    clock = FixedClock(local("2024-03-10T10:00"))
    async with opened(database_url, clock=clock) as found:
        await record(found, received("c1", "2024-03-01", due="2024-03-14T17:00"))
        exporter = new_exporter(found)
        seen = {}
        for day in range(10, 17):
            clock.now = local(f"2024-03-{day}T10:00")
            seen[day] = open_cases(await drawn(exporter))
    assert seen == {
        10: {"in_time": 1},
        **{day: {"due_soon": 1} for day in (11, 12, 13, 14)},
        15: {"overdue": 1},
        16: {"overdue": 1},
    }


async def test_due_soon_reaches_as_far_as_the_setting_says(database_url: str) -> None:
    clock = FixedClock(local("2024-03-10T10:00"))
    async with opened(database_url, clock=clock, due_soon_days=0) as found:
        await record(found, received("c1", "2024-03-01", due="2024-03-11T17:00"))
        exporter = new_exporter(found)
        assert open_cases(await drawn(exporter)) == {"in_time": 1}
        clock.now += DAY
        assert open_cases(await drawn(exporter)) == {"due_soon": 1}


async def test_a_paused_case_is_neither_due_soon_nor_overdue(database_url: str) -> None:
    clock = FixedClock(local("2024-03-13T10:00"))
    async with opened(database_url, clock=clock) as found:
        await record(found, received("c1", "2024-03-01", due="2024-03-14T17:00"))
        await record(found, event("paused", "c1", "2024-03-12", reason="supplement"))
        exporter = new_exporter(found)
        assert open_cases(await drawn(exporter)) == {"paused": 1}
        clock.now += 30 * DAY
        assert open_cases(await drawn(exporter)) == {"paused": 1}


async def test_under_instant_a_case_is_overdue_the_moment_its_due_is_over_without_any_event(database_url: str) -> None:
    clock = FixedClock(local("2024-03-14T16:59:59"))
    async with opened(database_url, clock=clock, policy=Policy.INSTANT) as found:
        await record(
            found,
            received("c1", "2024-03-01", due="2024-03-14T17:00"),
            received("c2", "2024-03-01", due="2024-03-14T18:00"),
            received("c3", "2024-03-01", due="2024-03-20T18:00"),
        )
        exporter = new_exporter(found)
        assert open_cases(await drawn(exporter)) == {"due_soon": 2, "in_time": 1}
        clock.now = local("2024-03-14T17:00")
        assert open_cases(await drawn(exporter)) == {"due_soon": 2, "in_time": 1}, "at the instant it is on time"
        clock.now += 1
        assert open_cases(await drawn(exporter)) == {"due_soon": 1, "overdue": 1, "in_time": 1}
        clock.now = local("2024-03-14T18:00:01")
        assert open_cases(await drawn(exporter)) == {"overdue": 2, "in_time": 1}
        clock.now = local("2024-03-15T00:00")
        assert open_cases(await drawn(exporter)) == {"overdue": 2, "in_time": 1}


async def test_the_oldest_open_case_is_followed_and_gone_when_none_is_open(database_url: str) -> None:
    async with opened(database_url, clock=FixedClock(local("2024-03-20T10:00"))) as found:
        exporter = new_exporter(found)
        assert samples(await drawn(exporter), OLDEST) == {}
        await record(found, received("c1", "2024-03-02T08:00:00.999999"), received("c2", "2024-03-05T08:00"))
        assert sample(await drawn(exporter), OLDEST, unit="A") == local("2024-03-02T08:00") // SECOND
        await record(found, processed("c1", "2024-03-10"))
        assert sample(await drawn(exporter), OLDEST, unit="A") == local("2024-03-05T08:00") // SECOND
        await record(found, event("transferred", "c2", "2024-03-11", unit="B"))
        page = await drawn(exporter)
        assert sample(page, OLDEST, unit="A") is None
        assert sample(page, OLDEST, unit="B") == local("2024-03-05T08:00") // SECOND
        await record(found, event("closed", "c2", "2024-03-12", reason="withdrawn"))
        assert samples(await drawn(exporter), OLDEST) == {}
        await record(found, event("reopened", "c2", "2024-03-13"))
        assert sample(await drawn(exporter), OLDEST, unit="B") == local("2024-03-05T08:00") // SECOND


async def test_the_oldest_case_follows_a_reception_that_moves_within_its_day(database_url: str) -> None:
    """No tally changes by it; the change feed names the unit all the same."""
    async with opened(database_url, clock=FixedClock(local("2024-03-20T10:00"))) as found:
        exporter = new_exporter(found)
        for hour, name in ((10, "r1"), (9, "r2"), (8, "r3")):
            await record(found, received("c1", f"2024-03-05T{hour:02}:00", id=name, due="2024-03-25"))
            assert sample(await drawn(exporter), OLDEST, unit="A") == local(f"2024-03-05T{hour:02}:00") // SECOND
        await record(found, retracted("c1", "2024-03-06", "r3"))
        assert sample(await drawn(exporter), OLDEST, unit="A") == local("2024-03-05T09:00") // SECOND


async def test_data_quality_is_shown_only_where_there_is_something_to_show(database_url: str) -> None:
    family = "duecourse_data_quality_cases"
    async with opened(database_url, clock=FixedClock(local("2024-03-20T10:00"))) as found:
        exporter = new_exporter(found)
        assert samples(await drawn(exporter), family) == {}
        await record(
            found,
            received("c1", "2024-03-05", id="r1"),
            received("c1", "2024-03-06", id="r2"),
            processed("c2", "2024-03-05"),
        )
        assert {tuple(dict(labels).values()): n for labels, n in samples(await drawn(exporter), family).items()} == {
            ("due_missing", "A"): 1,
            ("received_twice", "A"): 1,
            ("never_received", ""): 1,
        }
        await record(found, retracted("c1", "2024-03-07", "r2"), received("c2", "2024-03-04", due="2024-03-09"))
        assert {tuple(dict(labels).values()): n for labels, n in samples(await drawn(exporter), family).items()} == {
            ("due_missing", "A"): 1
        }


async def test_zeros_are_shown_for_every_unit_window_timeliness_and_deadline(database_url: str) -> None:
    async with opened(database_url) as found:
        page = await drawn(new_exporter(found))
    units = len(UNITS)
    assert len(samples(page, "duecourse_cases_open")) == units * len(DEADLINES)
    assert len(samples(page, "duecourse_cases_settled")) == units * len(SETTLED_WINDOWS) * len(TIMELINESS)
    for family in FLOWS:
        found_samples = samples(page, family)
        assert len(found_samples) == units * len(FLOW_WINDOWS)
        assert set(found_samples.values()) == {0}
    assert set(samples(page, "duecourse_cases_settled").values()) == {0}


async def test_complaints_are_no_part_of_the_figures(database_url: str) -> None:
    async with opened(database_url, clock=FixedClock(local("2024-03-20T10:00"))) as found:
        exporter = new_exporter(found)
        await exporter.refresh()
        await record(found, received("c1", "2024-03-20", kind="complaint"))
        page = await drawn(exporter)
        assert open_cases(page) == {}
        assert samples(page, OLDEST) == samples(page, "duecourse_data_quality_cases") == {}


NOW = datetime.fromisoformat("2025-06-18T10:30:00+07:00")
SAMPLE_UNITS = tuple(Unit(one.code, one.name, one.level, one.parent) for one in province_units())


@pytest.mark.slow
@pytest.mark.parametrize("policy", list(Policy))
async def test_following_the_change_feed_gives_the_page_of_a_full_reload(database_url: str, policy: Policy) -> None:
    """At every step, over two shards, with the clock moving over midnight and the deadlines service at work."""
    events = list(history(seed=9, cases=500, until=NOW))
    random.Random(1).shuffle(events)
    clock = FixedClock(local("2025-06-17T21:30"))
    async with opened(database_url, clock=clock, policy=policy, units=SAMPLE_UNITS) as found:
        follower = new_exporter(found)
        for place, begin in enumerate(range(0, len(events), 200)):
            await record(found, *events[begin : begin + 200], partition=place % 2)
            if place % 3 == 1:
                await assemble(found).deadlines.catch_up()
            clock.now += 50 * MINUTE
            followed, reloaded = await drawn(follower), await drawn(new_exporter(found))
            assert lines(followed) == lines(reloaded)


def lines(page: str) -> set[str]:
    return set(page.splitlines())


async def test_two_exporters_show_the_same_page(database_url: str) -> None:
    clock = FixedClock(local("2024-03-20T10:00"))
    async with opened(database_url, clock=clock) as found:
        eager, lazy = new_exporter(found), new_exporter(found)
        await lazy.refresh()
        for day in range(1, 10):
            await record(found, received(f"c{day}", f"2024-03-0{day}", due=f"2024-03-1{day}"))
            await drawn(eager)
        assert lines(await drawn(eager)) == lines(await drawn(lazy))


async def test_a_reader_that_comes_back_after_the_feed_was_pruned_loads_anew(database_url: str) -> None:
    clock = FixedClock(local("2024-03-20T10:00"))
    async with opened(database_url, clock=clock) as found:
        exporter = new_exporter(found)
        await exporter.refresh()
        await record(found, received("c1", "2024-03-20T08:00", due="2024-03-30"))
        assert await prune_changes(found.pool, 1 << 60) == 1
        clock.now += 3_601 * SECOND
        assert lines(await drawn(exporter)) == lines(await drawn(new_exporter(found)))
        assert open_cases(exporter.unit_page().decode()) == {"in_time": 1}


async def test_a_new_version_of_the_units_is_shown_at_once(database_url: str) -> None:
    async with opened(database_url, clock=FixedClock(local("2024-03-20T10:00"))) as found:
        exporter = new_exporter(found)
        await record(found, received("c1", "2024-03-20T08:00", unit="B"))
        await exporter.refresh()
        await load_units(found.store, [*UNITS[:2], Unit("B", "New name", "district", "A"), Unit("D", "D", "x", "A")])
        page = await drawn(exporter)
    infos = {dict(labels)["unit"]: dict(labels) for labels in samples(page, "duecourse_unit_info")}
    assert set(infos) == {"P", "A", "B", "D"}
    assert infos["B"] == {"unit": "B", "name": "New name", "level": "district", "parent": "A", "province": "P"}
    assert open_cases(page, "B") == {"in_time": 1}
    assert sample(page, "duecourse_cases_open", unit="C", deadline="in_time") is None


async def test_a_label_value_may_hold_anything(database_url: str) -> None:
    name = 'Sở "Nội vụ" \\ 1\nTổ 2'
    async with opened(database_url, units=[Unit("P", name, "province")]) as found:
        page = await drawn(new_exporter(found))
    [labels] = samples(page, "duecourse_unit_info")
    assert dict(labels)["name"] == name
