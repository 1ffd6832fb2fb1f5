"""`GET /changes`: figures as they change, over a real connection, and what ends it."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn

from services.exporter.changes import LISTENERS_MAX, Changes
from services.http.app import application
from services.http.changes import stream
from tests.fixtures.saying import received
from tests.fixtures.serving import Serving, serving

pytestmark = pytest.mark.database

WITHIN_SECONDS = 20


def events(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and data of each event."""
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        if "event" in fields:
            yield fields["event"], json.loads(fields["data"])


async def arriving(response: httpx.Response) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """Events as they come over the wire."""
    text = ""
    async for part in response.aiter_text():
        *whole, text = (text + part).split("\n\n")
        for block in whole:
            for one in events(block):
                yield one


@asynccontextmanager
async def listening(service: Serving) -> AsyncIterator[tuple[str, uvicorn.Server]]:
    """The service on a real port."""
    server = uvicorn.Server(uvicorn.Config(application(service.parts), log_level="warning", lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as bound:
        running = asyncio.ensure_future(server.serve([bound]))
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}", server
        finally:
            service.parts.exporter.changes.close()
            server.should_exit = True
            await running


async def test_a_unit_is_told_at_once_and_again_when_its_figures_change_and_the_stream_ends_with_the_service(
    database_url: str,
) -> None:
    async with (
        asyncio.timeout(WITHIN_SECONDS),
        serving(database_url) as service,
        listening(service) as (address, _),
        httpx.AsyncClient(base_url=address) as http,
        http.stream("GET", "/changes", params={"unit": "A"}) as response,
    ):
        assert response.headers["content-type"].startswith("text/event-stream")
        told = arriving(response)
        assert (await anext(told))[0] == "heartbeat"
        name, figures = await anext(told)
        assert (name, figures["unit"], sum(figures["open"].values())) == ("unit", "A", 0)
        await service.post(received("b1", "2024-03-18T08:00", unit="B"))
        await service.post(received("a1", "2024-03-18T08:00", unit="A", due="2024-03-20"))
        name, figures = await anext(told)
        assert (name, figures["unit"], figures["open"]["overdue"]) == ("unit", "A", 1)
        service.parts.exporter.changes.close()
        assert [one async for one in told] == []


async def test_a_unit_that_is_not_registered_is_not_found(database_url: str) -> None:
    async with serving(database_url, run=False) as service:
        assert (await service.http.get("/changes", params={"unit": ["A", "X"]})).status_code == 404


async def test_without_units_every_change_is_told_and_a_reload_is_said_once(database_url: str) -> None:
    async with serving(database_url, run=False) as service:
        exporter = service.parts.exporter
        with exporter.changes.listening() as listener:
            told = stream(exporter, listener, (), heartbeat_seconds=0.01)
            assert b"retry" in await anext(told)
            assert b"event: heartbeat" in await anext(told)
            listener.tell({"A"})
            listener.tell({"B"})
            assert [name for name, _ in events((await anext(told) + await anext(told)).decode())] == ["unit", "unit"]
            listener.tell(None)
            listener.tell({"A"})
            assert b"event: reload" in await anext(told)
            assert b"event: heartbeat" in await anext(told)
            listener.close()
            assert [one async for one in told] == []


async def test_figures_that_are_as_they_were_are_not_told_again(database_url: str) -> None:
    async with serving(database_url, run=False) as service:
        exporter = service.parts.exporter
        with exporter.changes.listening() as listener:
            told = stream(exporter, listener, ("A",), heartbeat_seconds=0.01)
            first = [await anext(told) for _ in range(3)]
            assert b"event: unit" in first[2]
            listener.tell({"A"})
            assert b"event: heartbeat" in await anext(told)


async def test_there_is_a_limit_to_listeners_and_who_leaves_makes_room() -> None:
    changes = Changes()
    kept = [changes.listening() for _ in range(LISTENERS_MAX)]
    for one in kept:
        one.__enter__()
    assert "already listen" in str(changes.full())
    kept[0].__exit__(None, None, None)
    assert changes.full() is None
    with changes.listening() as listener:
        changes.close()
        assert listener.closed
