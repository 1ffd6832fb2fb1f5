"""The deadlines service: an overdue fact for every case that was open when its due date passed, whenever it looks."""

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit

import pytest
from structlog.testing import capture_logs

from events.facts import DEADLINES_SOURCE
from events.identity import overdue_id
from events.instants import DAY, MINUTE
from projections.batches import read
from projections.measures import Policy
from services.composition import Database, assemble
from services.deadlines import BATCH_CASES_MAX
from tests.fixtures.databases import FixedClock, cut_connections, fetch, opened
from tests.fixtures.saying import event, processed, received, records, retracted
from tests.fixtures.times import local

pytestmark = pytest.mark.database

POLL_SECONDS = 0.1
POLLS = 100
DUE = "2024-01-22T17:00"
MIDNIGHT = local("2024-01-23T00:00")


async def record(found: Database, *events: bytes) -> None:
    verdicts = await found.projector().project(read(records(*events)))
    assert {verdict.status for verdict in verdicts} <= {"accepted"}


async def look(found: Database) -> int:
    """One look of the service; how many facts it wrote."""
    return await assemble(found).deadlines.catch_up()


async def overdue_facts(url: str) -> list[tuple[str, str]]:
    """Case and time of every overdue fact, in the order of the log."""
    rows = await fetch(url, "select case_id, body from archive where type = 'overdue' order by partition, position")
    return [(row["case_id"], json.loads(row["body"])["time"]) for row in rows]


async def became_overdue(url: str) -> dict[str, int]:
    rows = await fetch(
        url, "select day, unit, sum(became_overdue) as n from tallies group by 1, 2 having sum(became_overdue) <> 0"
    )
    return {f"{row['day']} {row['unit']}": row["n"] for row in rows}


async def test_a_case_is_overdue_when_the_day_after_its_due_day_begins(database_url: str) -> None:
    clock = FixedClock(MIDNIGHT - 1)
    async with opened(database_url, clock=clock) as found:
        await record(found, received("c1", "2024-01-15", due=DUE))
        assert await look(found) == 0
        clock.now = MIDNIGHT + 1
        assert await look(found) == 1
        assert await look(found) == 0
        assert await overdue_facts(database_url) == [("c1", "2024-01-22T17:00:00Z")]
        assert await became_overdue(database_url) == {"2024-01-23 A": 1}


async def test_under_instant_it_is_overdue_when_the_due_instant_is_over(database_url: str) -> None:
    clock = FixedClock(local(DUE))
    async with opened(database_url, clock=clock, policy=Policy.INSTANT) as found:
        await record(found, received("c1", "2024-01-15", due=DUE), received("c2", "2024-01-15", due=DUE))
        await record(found, processed("c2", DUE))
        assert await look(found) == 0
        clock.now += 1
        assert await look(found) == 1
        assert await overdue_facts(database_url) == [("c1", "2024-01-22T10:00:00Z")]
        assert await became_overdue(database_url) == {"2024-01-22 A": 1}


async def test_a_fact_says_who_wrote_it_and_has_an_id_made_of_case_and_due(database_url: str) -> None:
    async with opened(database_url, clock=FixedClock(MIDNIGHT + 1)) as found:
        await record(found, received("c1", "2024-01-15", due=DUE))
        await look(found)
    [row] = await fetch(database_url, "select body from archive where type = 'overdue'")
    fact = json.loads(row["body"])
    assert (fact["source"], fact["id"]) == (DEADLINES_SOURCE, overdue_id("c1", local(DUE)))
    assert fact["data"] == {"due": "2024-01-22T10:00:00Z"}


LIVES: Sequence[bytes] = (
    *(received(f"open {day}", "2024-01-02", due=f"2024-01-{day:02}T17:00") for day in (8, 9, 10, 11, 12)),
    received("in time", "2024-01-02", due="2024-01-09T17:00"),
    processed("in time", "2024-01-09T23:59"),
    received("late", "2024-01-02", due="2024-01-09T17:00"),
    processed("late", "2024-01-11"),
    received("reopened", "2024-01-02", due="2024-01-10T17:00"),
    processed("reopened", "2024-01-05"),
    event("reopened", "reopened", "2024-01-06"),
    received("moved", "2024-01-02", due="2024-01-09T17:00"),
    event("transferred", "moved", "2024-01-09T18:00", unit="B"),
    received("paused", "2024-01-02", due="2024-01-09T17:00"),
    event("paused", "paused", "2024-01-08", reason="supplement"),
    event("resumed", "paused", "2024-01-10"),
    received("given up", "2024-01-02", due="2024-01-09T17:00"),
    event("closed", "given up", "2024-01-12", reason="withdrawn"),
    received("due before it came", "2024-01-09", due="2024-01-03T17:00"),
)


async def test_after_an_outage_of_any_length_the_facts_are_those_of_a_service_that_never_stopped(
    database_url: str, another_database_url: str
) -> None:
    async def lived(url: str, looks: Sequence[int]) -> Any:
        clock = FixedClock(0)
        async with opened(url, clock=clock) as found:
            await record(found, *LIVES)
            for clock.now in looks:
                await look(found)
        rows = await fetch(url, "select case_id, body from archive where type = 'overdue' order by 1, 2")
        return [tuple(row) for row in rows], await became_overdue(url)

    end = local("2024-01-20")
    every_hour = await lived(database_url, range(local("2024-01-02"), end, 60 * MINUTE))
    assert await lived(another_database_url, [end]) == every_hour
    assert {case for case, _ in every_hour[0]} == {
        *(f"open {day}" for day in (8, 9, 10, 11, 12)),
        *("late", "reopened", "moved", "paused", "given up", "due before it came"),
    }
    assert every_hour[1]["2024-01-10 B"] == 1, "the unit that held it when the day was over"


async def test_facts_are_written_in_due_order(database_url: str) -> None:
    days = (19, 3, 11, 7, 15, 5, 17, 9, 13)
    async with opened(database_url, clock=FixedClock(local("2024-02-20"))) as found:
        await record(found, *(received(f"c{day}", "2024-01-02", due=f"2024-01-{day:02}T17:00") for day in days))
        assert await look(found) == len(days)
    assert [case for case, _ in await overdue_facts(database_url)] == [f"c{day}" for day in sorted(days)]


BATCHES = "select count(*) as n from archive where type = 'overdue' group by recorded_at order by min(position)"


@pytest.mark.slow
async def test_many_facts_are_written_in_bounded_batches(database_url: str) -> None:
    cases = 2 * BATCH_CASES_MAX + 300
    async with opened(database_url, clock=FixedClock(local("2024-02-20"))) as found:
        await record(found, *(received(f"c{number}", "2024-01-02", due=DUE) for number in range(cases)))
        assert await look(found) == cases
    rows = await fetch(
        database_url,
        "select count(*) as n from archive where type = 'overdue' group by recorded_at order by min(position)",
    )
    assert [row["n"] for row in rows] == [BATCH_CASES_MAX, BATCH_CASES_MAX, 300]


async def test_two_services_at_once_write_each_fact_once(database_url: str) -> None:
    cases = 400
    async with AsyncExitStack() as stack:
        clock = FixedClock(local("2024-02-20"))
        first, second = [await stack.enter_async_context(opened(database_url, clock=clock)) for _ in range(2)]
        await record(first, *(received(f"c{number}", "2024-01-02", due=DUE) for number in range(cases)))
        written = await asyncio.gather(look(first), look(second))
        assert sum(written) == cases
        [checkpoint] = await first.store.checkpoints()
        assert checkpoint.applied == 2 * cases
        assert checkpoint.dead == 0
    assert len(await overdue_facts(database_url)) == cases
    assert await became_overdue(database_url) == {"2024-01-23 A": cases}


async def test_a_late_settlement_that_is_known_before_the_service_looks_still_became_overdue(database_url: str) -> None:
    async with opened(database_url, clock=FixedClock(local("2024-02-20"))) as found:
        await record(found, received("late", "2024-01-15", due=DUE), processed("late", "2024-01-24"))
        await record(found, received("just", "2024-01-15", due=DUE), processed("just", "2024-01-22T23:59:59"))
        assert await look(found) == 1
    assert await overdue_facts(database_url) == [("late", "2024-01-22T17:00:00Z")]
    assert await became_overdue(database_url) == {"2024-01-23 A": 1}


async def test_a_settlement_reported_afterwards_takes_the_count_back_but_not_the_fact(database_url: str) -> None:
    async with opened(database_url, clock=FixedClock(local("2024-02-20"))) as found:
        await record(found, received("c1", "2024-01-15", due=DUE))
        assert await look(found) == 1
        await record(found, processed("c1", "2024-01-20"))
        assert await look(found) == 0
    assert len(await overdue_facts(database_url)) == 1
    assert await became_overdue(database_url) == {}


async def test_a_case_is_not_overdue_while_it_waits_for_somebody_else(database_url: str) -> None:
    clock = FixedClock(local("2024-02-20"))
    async with opened(database_url, clock=clock) as found:
        await record(found, received("c1", "2024-01-15", due=DUE))
        await record(found, event("paused", "c1", "2024-01-20", reason="verification"))
        assert await look(found) == 0
        await record(found, event("resumed", "c1", "2024-02-19"))
        assert await look(found) == 0, "due again on 21 February, thirty days later"
        clock.now = local("2024-02-22T00:01")
        assert await look(found) == 1
    assert await overdue_facts(database_url) == [("c1", "2024-02-21T17:00:00Z")]


@pytest.mark.parametrize("reason", ["payment", "other"])
async def test_a_wait_that_does_not_stop_the_clock_does_not_help(database_url: str, reason: str) -> None:
    async with opened(database_url, clock=FixedClock(MIDNIGHT + 1)) as found:
        await record(found, received("c1", "2024-01-15", due=DUE))
        await record(found, event("paused", "c1", "2024-01-20", reason=reason))
        assert await look(found) == 1


async def test_a_case_with_a_new_date_becomes_overdue_anew_and_counts_for_the_date_that_stands(
    database_url: str,
) -> None:
    clock = FixedClock(local("2024-01-24"))
    async with opened(database_url, clock=clock) as found:
        await record(found, received("c1", "2024-01-15", due=DUE))
        assert await look(found) == 1
        await record(found, event("rescheduled", "c1", "2024-01-20", due="2024-01-29T17:00", reason="correction"))
        assert await became_overdue(database_url) == {}
        assert await look(found) == 0
        clock.now = local("2024-02-01")
        assert await look(found) == 1
    assert [time for _, time in await overdue_facts(database_url)] == ["2024-01-22T17:00:00Z", "2024-01-29T17:00:00Z"]
    assert await became_overdue(database_url) == {"2024-01-30 A": 1}


async def test_an_apology_moves_nothing(database_url: str) -> None:
    async with opened(database_url, clock=FixedClock(local("2024-01-24"))) as found:
        await record(found, received("c1", "2024-01-15", due=DUE))
        await record(found, event("rescheduled", "c1", "2024-01-20", due="2024-01-29T17:00", reason="apology"))
        assert await look(found) == 1


async def test_a_case_received_after_its_due_date_is_overdue_from_then_on(database_url: str) -> None:
    async with opened(database_url, clock=FixedClock(local("2024-02-20"))) as found:
        await record(found, received("c1", "2024-02-01T08:00", due=DUE))
        assert await look(found) == 1
    assert await overdue_facts(database_url) == [("c1", "2024-02-01T01:00:00Z")]


async def test_cases_without_a_date_without_a_reception_or_closed_in_time_are_left_alone(database_url: str) -> None:
    async with opened(database_url, clock=FixedClock(local("2024-02-20"))) as found:
        await record(found, received("no date", "2024-01-15"), event("returned", "never received", "2024-01-15"))
        await record(found, received("closed", "2024-01-15", due=DUE))
        await record(found, event("closed", "closed", "2024-01-20", reason="stopped"))
        assert await look(found) == 0


async def test_an_overdue_fact_that_was_retracted_is_not_written_again_and_again(database_url: str) -> None:
    clock = FixedClock(local("2024-01-24"))
    async with opened(database_url, clock=clock) as found:
        await record(found, received("c1", "2024-01-15", due=DUE), received("c2", "2024-01-15", due="2024-01-30"))
        assert await look(found) == 1
        target = overdue_id("c1", local(DUE))
        await record(found, retracted("c1", "2024-01-24", target, of_source=DEADLINES_SOURCE))
        assert await look(found) == 0
        assert await became_overdue(database_url) == {}
        clock.now += 30 * DAY
        assert await look(found) == 1, "and others are found behind it"
    assert [case for case, _ in await overdue_facts(database_url)] == ["c1", "c2"]


async def test_a_retraction_that_came_before_the_fact_does_not_make_it_loop_either(database_url: str) -> None:
    async with opened(database_url, clock=FixedClock(local("2024-01-24"))) as found:
        target = overdue_id("c1", local(DUE))
        await record(found, received("c1", "2024-01-15", due=DUE))
        await record(found, retracted("c1", "2024-01-20", target, of_source=DEADLINES_SOURCE))
        assert await look(found) == 1
        assert await look(found) == 0
        assert await became_overdue(database_url) == {}


async def test_a_sender_that_reports_a_case_overdue_does_not_keep_the_service_from_it(database_url: str) -> None:
    async with opened(database_url, clock=FixedClock(MIDNIGHT + 1)) as found:
        await record(found, received("c1", "2024-01-15", due=DUE), event("overdue", "c1", "2024-01-23", due=DUE))
        assert await look(found) == 1
        assert await became_overdue(database_url) == {"2024-01-23 A": 1}
        assert await found.store.problems("procedure") == {("A", "overdue_from_sender"): 1}


@pytest.mark.slow
async def test_it_waits_while_the_database_refuses_and_goes_on_afterwards(database_url: str, postgres_url: str) -> None:
    name = urlsplit(database_url).path.removeprefix("/")
    async with opened(database_url, clock=FixedClock(MIDNIGHT + 1), deadlines_poll_seconds=0.02) as found:
        await record(found, received("c1", "2024-01-15", due=DUE))
        await fetch(postgres_url, f'alter database "{name}" set default_transaction_read_only = on')
        await cut_connections(postgres_url, name)
        with capture_logs() as said:
            running = asyncio.ensure_future(assemble(found).deadlines.run())
            await until(lambda: any("read-only" in str(line.get("error")) for line in said))
        await fetch(postgres_url, f'alter database "{name}" reset all')
        await cut_connections(postgres_url, name)
        for _ in range(POLLS):
            if await overdue_facts(database_url):
                break
            await asyncio.sleep(POLL_SECONDS)
        assert not running.done()
        running.cancel()
        await asyncio.wait([running])
    assert [case for case, _ in await overdue_facts(database_url)] == ["c1"]


async def until(found: Callable[[], bool]) -> None:
    for _ in range(POLLS):
        if found():
            return
        await asyncio.sleep(POLL_SECONDS)
    raise AssertionError("waited in vain")
