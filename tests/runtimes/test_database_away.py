"""The database stops or freezes under load: senders are told at once, nothing acknowledged is lost, and all recovers.

With `DUECOURSE_LONG=1` it is away for a minute.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
import psutil
import pytest

from tests.fixtures.processes import Place, Serving, eventually, stood_still
from tests.fixtures.sample_events import contents, sample_events, write_units
from tests.fixtures.senders import Senders, beside

pytestmark = pytest.mark.slow

AWAY_SECONDS = 60.0 if os.environ.get("DUECOURSE_LONG") else 5.0
ANSWERED_WITHIN_SECONDS = 2.0
UNREADY_WITHIN_SECONDS = 4.0
RECOVERED_WITHIN_SECONDS = 20.0
GONE_WITHIN_SECONDS = 10.0
EVENTS = 8_000
GOES_AWAY_AFTER_EVENTS = 2_000
SEED = 20_240_115

Absence = Callable[[Place], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def stopped(place: Place) -> AsyncIterator[None]:
    """As `pg_ctl stop -m immediate` does: all backends end without a checkpoint; then it is started again."""
    server = psutil.Process(place.postmaster())
    server.send_signal(signal.SIGQUIT)
    await asyncio.to_thread(server.wait, GONE_WITHIN_SECONDS)
    yield
    await asyncio.to_thread(place.start_database_again)


@asynccontextmanager
async def frozen(place: Place) -> AsyncIterator[None]:
    """As a host that hangs: connections stay, and nobody answers."""
    with stood_still(place.postmaster()):
        yield


@pytest.mark.parametrize("absence", [stopped, frozen])
async def test_while_the_database_is_away_senders_are_told_so_and_nothing_is_lost(
    place: Place, absence: Absence, tell: Callable[[str], None]
) -> None:
    events = sample_events()[:EVENTS]
    place.done("units", "load", write_units(place.root))
    with place.joined() as url:
        serving = Serving(place, "--database", url)
        await serving.ready()
        senders = Senders(events, SEED, serving)
        seen = _Seen()
        await beside(senders, _take_away(place, absence, serving, senders, seen))
        tell(
            f"{absence.__name__} for {AWAY_SECONDS:g} s: answers {senders.statuses}, "
            f"the slowest after {senders.slowest_seconds:.2f} s; {seen}"
        )
        assert serving.process.poll() is None
        found = await contents(url)
        assert serving.stop() == 0, serving.words()
        assert "\n0 differences" in place.done("verify", "--database", url)
    assert senders.unanswered == 0
    assert set(senders.statuses) == {httpx.codes.OK, httpx.codes.SERVICE_UNAVAILABLE}
    assert senders.without_retry_after == 0
    assert senders.slowest_seconds <= ANSWERED_WITHIN_SECONDS
    assert senders.refused == []
    found.check_counts()
    assert set(found.archive) == set(events)
    assert set(found.archive.values()) == {1}


class _Seen:
    """What /health/ready said."""

    def __init__(self) -> None:
        self.unready_after_seconds = 0.0
        self.detail = ""
        self.recovered_after_seconds = 0.0

    def __str__(self) -> str:
        return (
            f"unready after {self.unready_after_seconds:.2f} s ({self.detail}), "
            f"recovered after {self.recovered_after_seconds:.2f} s"
        )


async def _take_away(place: Place, absence: Absence, serving: Serving, senders: Senders, seen: _Seen) -> None:
    loop = asyncio.get_running_loop()
    await eventually(lambda: len(senders.acknowledged) >= GOES_AWAY_AFTER_EVENTS, RECOVERED_WITHIN_SECONDS)
    begun = loop.time()
    async with absence(place):
        await _until_ready_is(httpx.codes.SERVICE_UNAVAILABLE, serving, seen, UNREADY_WITHIN_SECONDS)
        seen.unready_after_seconds = loop.time() - begun
        before = len(senders.acknowledged)
        await asyncio.sleep(AWAY_SECONDS - seen.unready_after_seconds)
        assert len(senders.acknowledged) == before
    back = loop.time()
    await eventually(lambda: len(senders.acknowledged) > before, RECOVERED_WITHIN_SECONDS)
    await _until_ready_is(httpx.codes.OK, serving, seen, RECOVERED_WITHIN_SECONDS)
    seen.recovered_after_seconds = loop.time() - back


async def _until_ready_is(status: int, serving: Serving, seen: _Seen, within_seconds: float) -> None:
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(within_seconds), httpx.AsyncClient(timeout=10) as http:
        while True:
            begun = loop.time()
            response = await http.get(f"{serving.address}/health/ready")
            assert loop.time() - begun <= ANSWERED_WITHIN_SECONDS
            if response.status_code == status:
                break
            await asyncio.sleep(0.05)
    if status != httpx.codes.OK:
        seen.detail = response.json()["detail"]
        assert "database" in seen.detail
        assert "retry-after" in response.headers
