"""The archive folded up to a point: what was counted then, and now what the projector counts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from msgspec import structs

from projections.batches import read
from projections.definitions import BY_REPORT
from projections.measures import Policy
from projections.periods import PeriodNotBegun, parse_period
from projections.reports import Question
from projections.units import Unit
from services.composition import Database
from services.history.archive import ArchiveUnreadable
from services.history.digest import digest_of_live, digest_of_tallies
from services.history.figures import report_at
from services.history.folding import Folded, fold_archive
from services.history.points import Point, point_at
from services.history.when import WhenRefused, parse_when
from services.postgres.queries import snapshot
from services.projector import Projector
from services.sample.history import history
from services.sample.units import province_units
from services.units_loading import load_units
from tests.fixtures.databases import UNITS, fetch, opened
from tests.fixtures.saying import processed, received, records, retracted

pytestmark = pytest.mark.database

SAMPLE_UNITS = [Unit(one.code, one.name, one.level, one.parent) for one in province_units()]
ON_TIME = Question(BY_REPORT["on-time"], parse_period("2024"), Policy.DATE)


async def record(found: Database, *events: bytes, partition: int = 0) -> None:
    await Projector(found.store, partition).project(read(records(*events)))


async def folded_at(found: Database, when: str, chunk_events: int = 1_000) -> Folded:
    async with snapshot(found.pool) as connection:
        point = await point_at(connection, parse_when(when, found.founding.time_zone), found.clock)
        return await fold_archive(connection, found.store, point, chunk_events=chunk_events)


async def point_of(found: Database, when: str) -> Point:
    async with snapshot(found.pool) as connection:
        return await point_at(connection, parse_when(when, found.founding.time_zone), found.clock)


async def live_digest(found: Database) -> str:
    async with snapshot(found.pool) as connection:
        return await digest_of_live(connection)


async def recorded_times(url: str) -> list[Any]:
    rows = await fetch(url, "select to_timestamp(recorded_at / 1e6) as at from archive order by recorded_at")
    return [row["at"].isoformat() for row in rows]


def settled(folded: Folded) -> dict[str, int]:
    counts = structs.asdict(report_at(folded, ON_TIME).total.counts)
    return {name: n for name, n in counts.items() if n}


EARLY = received("c1", "2024-01-02", due="2024-01-10T17:00"), processed("c1", "2024-01-05", id="decided")
LATE = retracted("c1", "2024-03-01", "decided"), processed("c1", "2024-01-15")


async def test_each_point_has_the_figures_of_what_was_recorded_by_then(database_url: str) -> None:
    async with opened(database_url) as found:
        await record(found, *EARLY)
        await record(found, *LATE)
        times = await recorded_times(database_url)
        before, after = (
            {"new": 1, "settled_early": 1, "fell_due": 1, "fell_due_on_time": 1},
            {
                "new": 1,
                "settled_late": 1,
                "fell_due": 1,
            },
        )
        expected: Sequence[tuple[str, dict[str, int]]] = [
            ("now", after),
            ("0:4", after),
            (times[-1], after),
            ("0:2", before),
            (times[0], before),
            ("0:3", {"new": 1, "pending_overdue": 1, "fell_due": 1}),
        ]
        for when, counts in expected:
            assert settled(await folded_at(found, when)) == counts, when


async def test_a_time_between_two_recordings_is_the_positions_between_them(database_url: str) -> None:
    async with opened(database_url) as found:
        await record(found, *EARLY, EARLY[0], b"{")
        await record(found, *EARLY, partition=1)
        await record(found, *LATE, partition=1)
        times = await recorded_times(database_url)
        point = await point_of(found, times[0])
        assert point.positions == {0: 4, 1: 2}
        assert (await point_of(found, "2020-01-01")).positions == {0: 0, 1: 2}
        assert (await point_of(found, "1:4")).positions == {0: 0, 1: 4}


async def test_a_point_that_there_is_not_is_refused(database_url: str) -> None:
    async with opened(database_url) as found:
        await record(found, *EARLY)
        for when, text in (
            ("0:3", "read up to position 2"),
            ("7:1", "no partition 7"),
            ("0:0", "no event"),
            ("9000-01-01", "yet to come"),
            ("0123456789ab", "no publication"),
        ):
            with pytest.raises(WhenRefused, match=text):
                await point_of(found, when)


async def test_a_period_that_had_not_begun_at_the_point_is_refused(database_url: str) -> None:
    async with opened(database_url) as found:
        await record(found, *EARLY)
        folded = await folded_at(found, "now")
        with pytest.raises(PeriodNotBegun):
            report_at(folded, structs.replace(ON_TIME, period=parse_period("8000")))


async def test_the_unit_tree_is_the_one_that_was_known_then(database_url: str) -> None:
    async with opened(database_url) as found:
        await record(found, *EARLY)
        [at] = (await recorded_times(database_url))[:1]
        renamed = [structs.replace(unit, name=f"{unit.name} renamed") for unit in UNITS]
        await load_units(found.store, renamed)
        names = [(await folded_at(found, when)).rules.units.latest("A").name for when in (at, "0:2", "now")]
        assert names == ["Unit A", "Unit A", "Unit A renamed"]


async def test_an_archived_event_that_was_edited_is_named(database_url: str) -> None:
    async with opened(database_url) as found:
        await record(found, *EARLY)
        await fetch(database_url, "update archive set body = 'x' where position = 1")
        with pytest.raises(ArchiveUnreadable, match="0:1"):
            await folded_at(found, "now")


@pytest.mark.slow
@pytest.mark.parametrize("policy", list(Policy))
async def test_now_gives_the_live_tallies_whatever_the_size_of_a_chunk(database_url: str, policy: Policy) -> None:
    events = list(history(seed=4, cases=500, until=datetime.fromisoformat("2025-06-18T10:30:00+07:00")))
    async with opened(database_url, policy=policy, units=SAMPLE_UNITS) as found:
        for place, begin in enumerate(range(0, len(events), 300)):
            await record(found, *events[begin : begin + 300], partition=place % 2)
        live = await live_digest(found)
        digests = {digest_of_tallies((await folded_at(found, "now", chunk)).tallies) for chunk in (1, 7, 5_000)}
        assert digests == {live}
        part = await folded_at(found, "0:300,1:450")
        assert digest_of_tallies(part.tallies) != live
        assert part.cases < (await folded_at(found, "now")).cases
