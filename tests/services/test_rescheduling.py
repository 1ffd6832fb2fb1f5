"""A newer calendar moves promises only through events, told once."""

from pathlib import Path

import pytest

from events.codec import encode
from events.instants import DAY
from projections.batches import read
from projections.calendar import DayKind
from services.cases import show_case
from services.composition import Database
from services.projector import Projector
from services.rescheduling import moved_promises, reschedule
from services.rules_loading import load_calendar, load_procedures
from services.verifying import verify
from tests.fixtures.databases import FixedClock, fetch, opened
from tests.fixtures.promising import (
    LATER,
    PROCEDURES,
    registry_in,
    rules_loaded,
    shipped,
    with_holiday,
)
from tests.fixtures.saying import event, processed, received, records
from tests.fixtures.times import local

pytestmark = pytest.mark.database

THURSDAY = "2024-03-07T08:00"
FRIDAY_ENDS = local("2024-03-08T23:59:59.999999")
MONDAY_ENDS = FRIDAY_ENDS + 3 * DAY
FRIDAY_OFF = with_holiday(shipped(), "2024-03-08", "2024-03-08")
WHY = "the Friday became a day off"


async def tell(found: Database, *events: bytes) -> None:
    verdicts = await Projector(found.store).project(read(records(*events)))
    assert {one.status for one in verdicts} == {"accepted"}


async def dues(url: str) -> dict[str, int | None]:
    return {row["case_id"]: row["due_date_at"] for row in await fetch(url, "select * from cases")}


async def moved(found: Database) -> dict[str, tuple[int, int]]:
    return {one.case_id: (one.due, one.due_now) for one in (await moved_promises(found)).moved}


async def written(found: Database) -> int:
    done = await reschedule(found, found.projector(), reason=WHY, done_by="somebody")
    return done.written


async def clean(found: Database) -> bool:
    return (await verify(found.store, lambda _: None)).differences == 0


async def test_open_cases_are_listed_then_moved_and_a_second_time_there_is_nothing_left(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url) as found:
        await rules_loaded(found, registry_in(tmp_path), shipped())
        await tell(
            found,
            received("open", THURSDAY, procedure="one"),
            received("ended", THURSDAY, procedure="one"),
            processed("ended", "2024-03-08T08:00"),
            received("given", THURSDAY, procedure="one", due="2024-03-08T17:00"),
            received("elsewhere", "2024-03-18T08:00", procedure="one"),
        )
        assert await moved(found) == {}
        await load_calendar(found.store, FRIDAY_OFF)
        assert await moved(found) == {"open": (FRIDAY_ENDS, MONDAY_ENDS)}
        assert (await dues(database_url))["open"] == FRIDAY_ENDS
        assert await written(found) == 1
        assert (await dues(database_url))["open"] == MONDAY_ENDS
        assert await moved(found) == {}
        assert await written(found) == 0
        notes = await fetch(database_url, "select calendar_version, cases, reason, done_by from calendar_reschedulings")
        assert [tuple(row) for row in notes] == [(FRIDAY_OFF.calendar.version, 1, WHY, "somebody")]
        view = await show_case(found.store, "open", found.clock)
        assert view is not None
        told = [fact for fact in view["timeline"] if fact["type"] == "rescheduled"]
        assert [(one["source"], one["data"]["reason"], one["use"]) for one in told] == [
            ("/duecourse/calendar", "calendar", "used")
        ]
        assert view["promise"]["due"] == "2024-03-08T16:59:59.999999Z"
        assert await clean(found)


async def test_told_twice_before_it_is_read_is_a_repeat(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url) as found:
        await rules_loaded(found, registry_in(tmp_path), shipped())
        await tell(found, received("open", THURSDAY, procedure="one"))
        await load_calendar(found.store, FRIDAY_OFF)
        [first] = (await moved_promises(found)).moved
        await written(found)
        [again] = await Projector(found.store).project(read(records(encode(first.event()))))
        assert again.status == "duplicate"


async def test_a_calendar_taken_back_moves_the_promise_back(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url) as found:
        await rules_loaded(found, registry_in(tmp_path), shipped())
        await tell(found, received("open", THURSDAY, procedure="one"))
        for file, due in ((FRIDAY_OFF, MONDAY_ENDS), (shipped(), FRIDAY_ENDS), (FRIDAY_OFF, MONDAY_ENDS)):
            await load_calendar(found.store, file)
            assert await written(found) == 1
            assert (await dues(database_url))["open"] == due
        assert await clean(found)


async def test_pauses_move_the_new_date_as_they_moved_the_old_one(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url) as found:
        await rules_loaded(found, registry_in(tmp_path), shipped())
        await tell(
            found,
            received("rested", THURSDAY, procedure="one"),
            event("paused", "rested", THURSDAY, reason="supplement"),
            event("resumed", "rested", "2024-03-12T08:00"),
            received("resting", THURSDAY, procedure="one"),
            event("paused", "resting", "2024-03-07T09:00", reason="supplement"),
        )
        assert await dues(database_url) == {"rested": FRIDAY_ENDS + 5 * DAY, "resting": None}
        await load_calendar(found.store, FRIDAY_OFF)
        assert await written(found) == 2
        assert await dues(database_url) == {"rested": MONDAY_ENDS + 5 * DAY, "resting": None}
        assert await clean(found)


async def test_a_date_that_a_sender_set_since_stays(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url) as found:
        await rules_loaded(found, registry_in(tmp_path), shipped())
        await tell(
            found,
            received("set", THURSDAY, procedure="one"),
            event("rescheduled", "set", "2024-03-07T10:00", due="2024-03-20T17:00", reason="correction"),
            received("sorry", THURSDAY, procedure="one"),
            event("rescheduled", "sorry", "2024-03-07T10:00", due="2024-03-20T17:00", reason="apology"),
        )
        await load_calendar(found.store, FRIDAY_OFF)
        assert await moved(found) == {"sorry": (FRIDAY_ENDS, MONDAY_ENDS)}


async def test_a_limit_that_changed_since_moves_nothing(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url) as found:
        await rules_loaded(found, registry_in(tmp_path), shipped())
        await tell(found, received("open", THURSDAY, procedure="one"))
        longer = PROCEDURES.replace("one,Within a day,Permits,1", "one,Within a day,Permits,9")
        await load_procedures(found.store, registry_in(tmp_path, longer))
        assert await moved(found) == {}


async def test_days_count_from_their_publication_on(database_url: str, tmp_path: Path) -> None:
    clock = FixedClock(local("2024-03-07T12:00"))
    async with opened(database_url, clock=clock) as found:
        await rules_loaded(found, registry_in(tmp_path), shipped())
        await tell(found, received("open", THURSDAY, procedure="one"))
        saturday = with_holiday(FRIDAY_OFF, "2024-03-09", "2024-03-10", DayKind.MAKE_UP_WORKING_DAY)
        await load_calendar(found.store, saturday)
        assert await moved(found) == {}
        clock.now = local("2024-03-08T12:00")
        assert await moved(found) == {"open": (FRIDAY_ENDS, MONDAY_ENDS)}
        clock.now = LATER
        assert await moved(found) == {"open": (FRIDAY_ENDS, FRIDAY_ENDS + DAY)}


async def test_without_a_calendar_nothing_moves(database_url: str) -> None:
    async with opened(database_url) as found:
        await tell(found, received("open", THURSDAY, procedure="one"))
        assert (await moved_promises(found)).calendar_version == ""
        assert await written(found) == 0
