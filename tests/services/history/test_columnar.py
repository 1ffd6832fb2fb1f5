"""`replay --engine columnar`: the same digest and the same report, from a real archive."""

from datetime import datetime
from pathlib import Path

import pytest

from projections.batches import read
from projections.measures import Policy
from projections.units import Unit
from services.composition import Database
from services.history.archive import ArchiveUnreadable
from services.history.replaying import Replayed, replay, replay_columnar
from services.history.when import parse_when
from services.projector import Projector
from services.rules_loading import load_calendar, load_procedures
from services.sample.history import history
from services.sample.units import province_units
from tests.fixtures.databases import fetch, opened
from tests.fixtures.promising import registry_in, shipped
from tests.fixtures.saying import processed, received, records

pytestmark = pytest.mark.database

SAMPLE_UNITS = [Unit(one.code, one.name, one.level, one.parent) for one in province_units()]


async def record(found: Database, *events: bytes, partition: int = 0) -> None:
    await Projector(found.store, partition).project(read(records(*events)))


async def both(found: Database, when: str) -> tuple[Replayed, Replayed]:
    point = parse_when(when, found.founding.time_zone)
    return await replay(found.store, point, found.clock), await replay_columnar(found.store, point, found.clock)


@pytest.mark.slow
@pytest.mark.parametrize("policy", list(Policy))
async def test_columns_give_the_digest_and_the_report_of_rows_at_any_point(database_url: str, policy: Policy) -> None:
    events = list(history(seed=6, cases=500, until=datetime.fromisoformat("2025-06-18T10:30:00+07:00")))
    async with opened(database_url, policy=policy, units=SAMPLE_UNITS) as found:
        for place, begin in enumerate(range(0, len(events), 300)):
            await record(found, *events[begin : begin + 300], partition=place % 2)
        for when in ("0:300,1:450", "0:600,1:600"):
            rows, columns = await both(found, when)
            assert columns.as_json() == rows.as_json()


async def test_promised_dates_count_in_columns_too(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url) as found:
        await load_procedures(found.store, registry_in(tmp_path))
        await load_calendar(found.store, shipped())
        await record(found, *(received(f"c{day}", f"2024-01-{day:02}", procedure="one") for day in range(2, 6)))
        await record(found, *(processed(f"c{day}", f"2024-02-{day:02}") for day in range(2, 6)))
        assert len(await fetch(database_url, "select from promises")) == 4
        rows, columns = await both(found, "0:8")
        assert columns.as_json() == rows.as_json()


async def test_an_empty_archive_has_no_tallies(database_url: str) -> None:
    async with opened(database_url) as found:
        rows, columns = await both(found, "now")
        assert (columns.events, columns.digest, columns.report) == (0, rows.digest, None)


@pytest.mark.parametrize("body", ["x", "{}", "\\xff"])
async def test_an_archived_event_that_is_none_any_more_is_named(database_url: str, body: str) -> None:
    async with opened(database_url) as found:
        await record(found, received("c1", "2024-01-02"), received("c2", "2024-01-02"))
        await fetch(database_url, "update archive set body = $1::text::bytea where position = 1", body)
        with pytest.raises(ArchiveUnreadable, match="0:1"):
            await both(found, "now")
        with pytest.raises(ArchiveUnreadable, match="0:1"):
            await replay_columnar(found.store, parse_when("now", found.founding.time_zone), found.clock)
