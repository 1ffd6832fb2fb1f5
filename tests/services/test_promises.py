"""A promise is made once, when a fact is recorded, and kept whatever is loaded, told again or counted anew."""

from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path

import pytest

from events.instants import DAY
from projections.batches import read
from projections.units import Unit
from services.cases import show_case
from services.composition import Database
from services.history.digest import digest_of_live
from services.history.replaying import replay
from services.history.when import Now
from services.postgres.connection import connected
from services.postgres.rule_tables import read_calendar, read_procedures
from services.projector import Projector
from services.reference_files import ReferenceRefused
from services.rules_loading import load_calendar, load_procedures
from services.units_loading import load_units
from services.verifying import verify
from tests.fixtures.databases import UNITS, fetch, opened
from tests.fixtures.promising import (
    PROCEDURES,
    registry_in,
    rules_loaded,
    shipped,
    through_the_log,
    with_holiday,
)
from tests.fixtures.saying import event, processed, received, records, retracted
from tests.fixtures.times import local

THURSDAY = "2024-03-07T08:00"
FRIDAY_ENDS = local("2024-03-08T23:59:59.999999")
MONDAY_ENDS = FRIDAY_ENDS + 3 * DAY
ONE = received("c1", THURSDAY, procedure="one", id="r1")
RECORDED = local("2024-03-07T08:01")

pytestmark = pytest.mark.database
Feed = Callable[[Database, int, bytes], Awaitable[None]]


async def embedded(found: Database, place: int, body: bytes) -> None:
    del place
    await Projector(found.store).project(read(records(body)))


async def log(found: Database, place: int, body: bytes) -> None:
    await through_the_log(found.store, body, start=place, recorded_at=RECORDED + 10 * DAY)


async def dues(url: str) -> dict[str, int | None]:
    return {row["case_id"]: row["due_date_at"] for row in await fetch(url, "select * from cases")}


async def counts(url: str) -> tuple[int, int, int]:
    """Applied, duplicate, dead."""
    [row] = await fetch(url, "select applied, duplicate, dead from checkpoints")
    return row["applied"], row["duplicate"], row["dead"]


async def differences(found: Database) -> list[str]:
    return [str(one) for one in (await verify(found.store, lambda _: None)).findings]


async def test_versions_come_back_from_the_database_as_they_were_loaded(database_url: str, tmp_path: Path) -> None:
    registry, file = registry_in(tmp_path), shipped()
    async with opened(database_url) as found:
        first = [await load_procedures(found.store, registry), await load_calendar(found.store, file)]
        assert [one.changed for one in first] == [True, True]
        assert [one.missing for one in first] == ["calendar", ""]
        again = [await load_procedures(found.store, registry), await load_calendar(found.store, file)]
        assert [one.changed for one in again] == [False, False]
        async with connected(found.pool) as connection:
            kept = await read_procedures(connection, registry.version)
            assert kept is not None
            assert kept.procedures == registry.procedures
            assert kept.version == registry.version
            days = await read_calendar(connection, file.calendar.version)
            assert days == file.calendar
            assert days.version == file.calendar.version
        rules = await found.rules()
        assert rules.procedures is not None
        assert rules.same_versions(await found.rules())


async def test_a_calendar_of_another_time_zone_is_refused(database_url: str) -> None:
    async with opened(database_url, time_zone="Europe/Amsterdam") as found:
        with pytest.raises(ReferenceRefused, match="Asia/Ho_Chi_Minh, this database counts days in Europe/Amsterdam"):
            await load_calendar(found.store, shipped())
        assert (await found.rules()).calendar is None


@pytest.mark.parametrize("feed", [embedded, log])
async def test_a_promise_is_kept_with_its_versions(database_url: str, tmp_path: Path, feed: Feed) -> None:
    registry, file = registry_in(tmp_path), shipped()
    async with opened(database_url) as found:
        await rules_loaded(found, registry, file)
        await feed(found, 0, ONE)
        rows = await fetch(database_url, "select * from promises")
        versions = registry.version, file.calendar.version
        assert [tuple(row) for row in rows] == [(0, 0, "c1", FRIDAY_ENDS, *versions)]
        assert await dues(database_url) == {"c1": FRIDAY_ENDS}
        view = await show_case(found.store, "c1", found.clock)
        assert view is not None
        assert view["promise"] == {
            "due": "2024-03-08T16:59:59.999999Z",
            "procedures": versions[0],
            "calendar": versions[1],
        }
        assert "due" not in view["timeline"][0]["data"]
        assert await differences(found) == []


@pytest.mark.parametrize("feed", [embedded, log])
async def test_what_is_loaded_later_changes_no_promise(database_url: str, tmp_path: Path, feed: Feed) -> None:
    async with opened(database_url) as found:
        await rules_loaded(found, registry_in(tmp_path), shipped())
        await feed(found, 0, ONE)
        await load_calendar(found.store, with_holiday(shipped(), "2024-03-08", "2024-03-01"))
        await load_procedures(
            found.store, registry_in(tmp_path, PROCEDURES.replace("one,Within a day,Permits,1", "one,Two,P,2"))
        )
        await feed(found, 1, received("c2", THURSDAY, procedure="one"))
        await feed(found, 2, event("paused", "c1", "2024-03-08T09:00", reason="other"))
        assert await dues(database_url) == {"c1": FRIDAY_ENDS, "c2": MONDAY_ENDS + DAY}
        moved = (*UNITS[:1], Unit("A", "A", "x", "P", valid_to=date(2024, 3, 1).toordinal(), successor="B"), *UNITS[2:])
        assert (await load_units(found.store, moved)).recounted == 2
        assert await dues(database_url) == {"c1": FRIDAY_ENDS, "c2": MONDAY_ENDS + DAY}
        assert await differences(found) == []


@pytest.mark.parametrize("feed", [embedded, log])
async def test_a_promised_fact_told_again_is_a_repeat_and_with_a_due_date_another_body(
    database_url: str, tmp_path: Path, feed: Feed
) -> None:
    async with opened(database_url) as found:
        await rules_loaded(found, registry_in(tmp_path), shipped())
        await feed(found, 0, ONE)
        await load_calendar(found.store, with_holiday(shipped(), "2024-03-08", "2024-03-01"))
        await feed(found, 1, ONE)
        same_date = received("c1", THURSDAY, procedure="one", id="r1", due="2024-03-08T23:59:59.999999")
        assert await counts(database_url) == (1, 1, 0)
        await feed(found, 2, same_date)
        assert await counts(database_url) == (1, 1, 1)
        assert len(await fetch(database_url, "select * from promises")) == 1
        assert await dues(database_url) == {"c1": FRIDAY_ENDS}


async def test_a_retracted_fact_takes_its_promise_with_it(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url) as found:
        await rules_loaded(found, registry_in(tmp_path), shipped())
        for body in (ONE, received("c1", "2024-03-08T08:00", procedure="two"), retracted("c1", "2024-03-09", "r1")):
            await embedded(found, 0, body)
        assert await dues(database_url) == {"c1": FRIDAY_ENDS + 4 * DAY}
        assert await differences(found) == []


async def test_a_replay_folds_what_was_promised_not_what_would_be_today(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url) as found:
        await rules_loaded(found, registry_in(tmp_path), shipped())
        await embedded(found, 0, ONE)
        await embedded(found, 1, processed("c1", "2024-03-11T08:00"))
        await load_calendar(found.store, with_holiday(shipped(), "2024-03-08", "2024-03-01"))
        replayed = await replay(found.store, Now(), found.clock)
        async with connected(found.pool) as connection:
            assert replayed.digest == await digest_of_live(connection)


TAMPERINGS = {
    "date": "update promises set due = due + 86400000000",
    "another-case": "update promises set case_id = 'c9'",
    "another-place": "update promises set position = 7",
    "version": "update promises set calendar_version = 'gone'",
}


@pytest.mark.parametrize("edit", TAMPERINGS)
async def test_a_wrong_promise_is_a_difference_named_by_case(database_url: str, tmp_path: Path, edit: str) -> None:
    async with opened(database_url) as found:
        await rules_loaded(found, registry_in(tmp_path), shipped())
        await embedded(found, 0, ONE)
        await fetch(database_url, TAMPERINGS[edit])
        first = (await differences(found))[0]
        assert first.startswith(f"promise {'c9' if edit == 'another-case' else 'c1'}, due: ")


async def test_a_promise_that_was_taken_away_is_a_difference(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url) as found:
        await rules_loaded(found, registry_in(tmp_path), shipped())
        await embedded(found, 0, ONE)
        await fetch(database_url, "delete from promises")
        assert await differences(found) != []
