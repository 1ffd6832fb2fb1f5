"""`POST /events`: what a sender is told, and what becomes of what it sent."""

import asyncio
import json
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from projections.effect import Record
from services.http.bodies import BATCH, BODY_BYTES_MAX, SINGLE
from services.intake import WAITING_EVENTS_MAX
from tests.fixtures.databases import cut_connections, fetch
from tests.fixtures.saying import processed, received
from tests.fixtures.serving import Serving, serving, statuses

pytestmark = pytest.mark.database

PROBLEM = "application/problem+json"
NAN = b'{"specversion":"1.0","id":"n","data":{"x":NaN}}'
SURROGATE = received("c9", "2024-01-15").replace(b'"c9"', b'"\\ud800"')
TWICE = received("c9", "2024-01-15").replace(b'"specversion"', b'"id":"other","specversion"')
BROKEN = b'{"specversion":"1.0" "id":"b"}'


async def letters(service: Serving) -> list[tuple[str, int]]:
    """Reason and number of bytes of each dead letter, oldest first."""
    found = await service.get("/dead-letters")
    return [(one["reason"], one["bytes"]) for one in reversed(found)]


async def test_one_event_is_recorded_before_it_is_answered(database_url: str) -> None:
    body = received("c1", "2024-01-15T08:00", id="r1")
    async with serving(database_url) as service:
        response = await service.post(body)
        assert (response.status_code, response.json()) == (200, [{"id": "r1", "status": "accepted"}])
        assert [row["body"] for row in await fetch(database_url, "select body from archive")] == [body]
        assert (await service.post(body)).json() == [{"id": "r1", "status": "duplicate"}]


async def test_a_batch_is_answered_event_by_event_in_its_order(database_url: str) -> None:
    async with serving(database_url) as service:
        response = await service.post_batch(
            received("c1", "2024-01-15", id="r1"),
            received("c2", "2024-01-15", id="r2", unit="nowhere"),
            processed("c1", "2024-01-16", id="p1"),
            received("c1", "2024-01-15", id="r1"),
        )
        assert response.status_code == 200
        told = [(one["id"], one["status"], one.get("reason")) for one in response.json()]
        assert told == [
            ("r1", "accepted", None),
            ("r2", "refused", "unknown_unit"),
            ("p1", "accepted", None),
            ("r1", "duplicate", None),
        ]
        assert "nowhere" in response.json()[1]["detail"]


async def test_a_refused_single_event_is_a_problem_with_the_same_array(database_url: str) -> None:
    async with serving(database_url) as service:
        response = await service.post(received("c1", "2024-01-15", id="r1", unit="nowhere"))
        assert (response.status_code, response.headers["content-type"]) == (422, PROBLEM)
        problem = response.json()
        assert (problem["status"], problem["title"]) == (422, "Unprocessable Entity")
        [told] = problem["results"]
        assert (told["id"], told["status"], told["reason"]) == ("r1", "refused", "unknown_unit")
        assert problem["detail"] == told["detail"]


async def test_a_batch_of_one_refused_event_is_a_problem_too(database_url: str) -> None:
    async with serving(database_url) as service:
        response = await service.post_batch(BROKEN)
        assert (response.status_code, response.json()["results"][0]["reason"]) == (422, "not_json")


async def test_an_empty_batch_is_answered_by_an_empty_array(database_url: str) -> None:
    async with serving(database_url) as service:
        response = await service.post_batch()
        assert (response.status_code, response.json()) == (200, [])
        assert await letters(service) == []


@pytest.mark.parametrize("bad", [NAN, SURROGATE, TWICE, BROKEN, b"nonsense", b"", b"[[1],2]", b'"text]"', b"\xff"])
async def test_good_events_beside_a_bad_one_count(database_url: str, bad: bytes) -> None:
    async with serving(database_url) as service:
        response = await service.post_batch(received("c1", "2024-01-15"), bad, received("c2", "2024-01-15"))
        assert response.status_code == 200
        assert statuses(response) == ["accepted", "refused", "accepted"]
        rows = await fetch(database_url, "select body from dead_letters")
        assert [row["body"] for row in rows] == [bad]


@pytest.mark.parametrize("body", [b"{}", b"", b"[", b"[}", b'[{"id":"1"]', b'[{"a":"never ends]', b"[1] [2]", b"\xff"])
async def test_a_batch_that_is_no_array_is_one_dead_letter(database_url: str, body: bytes) -> None:
    async with serving(database_url) as service:
        response = await service.post(body, BATCH)
        assert response.status_code == 422
        assert [one["reason"] for one in response.json()["results"]] == ["not_json"]
        rows = await fetch(database_url, "select reason, body from dead_letters")
        assert [(row["reason"], row["body"]) for row in rows] == [("not_json", body)]
        assert (await service.post(received("c1", "2024-01-15"))).status_code == 200


async def test_a_batch_may_have_white_space_and_marks_inside_strings(database_url: str) -> None:
    tricky = received("c],[{\\", "2024-01-15", id='"[{')
    pretty = json.dumps(json.loads(received("c2", "2024-01-15")), indent=2).encode()
    async with serving(database_url) as service:
        response = await service.post(b" [\n" + tricky + b" ,\n" + BROKEN + b"\n,\t" + pretty + b"\n]\n", BATCH)
        assert statuses(response) == ["accepted", "refused", "accepted"]
        rows = await fetch(database_url, "select body from archive order by position")
        assert [row["body"] for row in rows] == [tricky, pretty]


async def test_a_thousand_events_are_taken_and_one_more_is_too_many(database_url: str) -> None:
    events = [received(f"c{number}", "2024-01-15") for number in range(1_001)]
    async with serving(database_url) as service:
        response = await service.post_batch(*events)
        assert (response.status_code, response.headers["content-type"]) == (413, PROBLEM)
        assert "1,001" in response.json()["detail"]
        assert await fetch(database_url, "select * from archive") == []
        assert statuses(await service.post_batch(*events[:1_000])) == ["accepted"] * 1_000


async def test_an_event_over_one_mebibyte_is_too_large_and_kept(database_url: str) -> None:
    body = received("c1", "2024-01-15", note="x" * 1_048_576)
    async with serving(database_url) as service:
        response = await service.post(body)
        assert (response.status_code, response.json()["results"][0]["reason"]) == (413, "too_large")
        assert await letters(service) == [("too_large", len(body))]


@pytest.mark.parametrize("chunk_bytes", [65_536, BODY_BYTES_MAX + 1])
async def test_a_body_over_32_mebibytes_is_not_read_to_its_end(database_url: str, chunk_bytes: int) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 2 * BODY_BYTES_MAX:
            sent += chunk_bytes
            yield b"x" * chunk_bytes

    async with serving(database_url) as service:
        response = await service.http.post("/events", content=chunks(), headers={"content-type": BATCH})
        assert (response.status_code, response.headers["content-type"]) == (413, PROBLEM)
        assert await letters(service) == [("too_large", 1_048_576)]
        assert sent <= BODY_BYTES_MAX + chunk_bytes
        assert (await service.post(received("c1", "2024-01-15"))).status_code == 200


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/cloudevents+xml", ""])
async def test_another_content_type_is_a_dead_letter(database_url: str, content_type: str) -> None:
    body = received("c1", "2024-01-15")
    async with serving(database_url) as service:
        response = await service.post(body, content_type)
        assert (response.status_code, response.headers["content-type"]) == (415, PROBLEM)
        assert SINGLE in response.json()["detail"]
        assert await letters(service) == [("content_type", len(body))]


@pytest.mark.parametrize("content_type", [f"{SINGLE}; charset=utf-8", "Application/CloudEvents+JSON"])
async def test_a_content_type_may_have_parameters_and_capitals(database_url: str, content_type: str) -> None:
    async with serving(database_url) as service:
        assert (await service.post(received("c1", "2024-01-15"), content_type)).status_code == 200


async def test_more_than_may_wait_is_turned_away_until_there_is_room(database_url: str) -> None:
    async with serving(database_url, run=False) as service:
        intake = service.parts.intake
        waiting = asyncio.ensure_future(intake.submit([Record(b"x")] * WAITING_EVENTS_MAX))
        await asyncio.sleep(0)
        response = await service.post(received("c1", "2024-01-15"))
        assert (response.status_code, response.headers["content-type"]) == (429, PROBLEM)
        assert int(response.headers["retry-after"]) > 0
        working = asyncio.ensure_future(intake.run())
        waiting.cancel()
        assert await accepted_in_the_end(service, received("c1", "2024-01-15", id="r1")) == ["accepted"]
        working.cancel()
        await asyncio.wait([working, waiting])


async def accepted_in_the_end(service: Serving, body: bytes) -> list[str]:
    """As a sender does that obeys `Retry-After`, only less patient."""
    for _ in range(200):
        response = await service.post(body)
        if response.status_code == 200:
            return statuses(response)
        assert response.status_code in (429, 503), response.text
        assert int(response.headers["retry-after"]) > 0
        await asyncio.sleep(0.1)
    raise AssertionError("never accepted")


async def test_a_database_that_does_not_answer_in_time_is_503_and_the_same_event_again_is_harmless(
    database_url: str,
) -> None:
    body = received("c1", "2024-01-15", id="r1")
    async with serving(database_url, database_wait_seconds=0.3) as service:
        await service.post(received("c0", "2024-01-15"))
        async with service.parts.database.pool.acquire() as other, other.transaction():
            await other.execute("select 1 from checkpoints for update")
            response = await service.post(body)
            assert (response.status_code, response.headers["content-type"]) == (503, PROBLEM)
            assert int(response.headers["retry-after"]) > 0
            assert "send again" in response.json()["detail"]
        await accepted_in_the_end(service, body)
        rows = await fetch(database_url, "select body from archive where case_id = 'c1'")
        assert [row["body"] for row in rows] == [body]


async def test_a_read_only_database_is_503_that_says_so_and_taking_goes_on_afterwards(
    database_url: str, postgres_url: str
) -> None:
    name = urlsplit(database_url).path.removeprefix("/")
    body = received("c1", "2024-01-15", id="r1")
    async with serving(database_url) as service:
        await fetch(postgres_url, f'alter database "{name}" set default_transaction_read_only = on')
        await cut_connections(postgres_url, name)
        details = []
        while "read-only" not in (details or [""])[-1]:
            response = await service.post(body)
            assert response.status_code == 503
            assert int(response.headers["retry-after"]) > 0
            details.append(response.json()["detail"])
            assert len(details) < 20, details  # one or two while the cut connections are noticed
        await fetch(postgres_url, f'alter database "{name}" reset all')
        await cut_connections(postgres_url, name)
        assert await accepted_in_the_end(service, body) == ["accepted"]


async def test_connections_that_are_cut_again_and_again_do_not_end_the_service(
    database_url: str, postgres_url: str
) -> None:
    """Each event is sent until it is accepted, as senders do; all are recorded, once."""
    name = urlsplit(database_url).path.removeprefix("/")
    async with serving(database_url) as service:
        for number in range(12):
            await cut_connections(postgres_url, name)
            await accepted_in_the_end(service, received(f"c{number}", "2024-01-15", id=f"r{number}"))
        total = (await service.get("/reports/on-time", period="2024"))["total"]
        assert total["counts"]["new"] == 12


async def test_many_senders_at_once_are_written_together_and_each_gets_its_own_answer(database_url: str) -> None:
    async with serving(database_url) as service:
        bodies = [received(f"c{number}", "2024-01-15", id=f"r{number}") for number in range(60)]
        responses = await asyncio.gather(*(service.post(body) for body in bodies))
        assert [response.json()[0]["id"] for response in responses] == [f"r{number}" for number in range(60)]
        [row] = await fetch(database_url, "select count(distinct recorded_at) as transactions from archive")
        assert row["transactions"] < 30


async def test_an_answer_in_time_is_given_also_where_the_service_stops(database_url: str) -> None:
    """What was taken in when the service is told to stop is still written, and answered."""
    async with serving(database_url) as service:
        task = asyncio.ensure_future(service.post(received("c1", "2024-01-15")))
        while not task.done() and not service.parts.intake._waiting:
            await asyncio.sleep(0)
    assert (await task).status_code == 200
    assert len(await fetch(database_url, "select * from archive")) == 1
