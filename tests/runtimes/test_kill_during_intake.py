"""`kill -9` of the service under load: what was acknowledged is there, once; figures are those of a quiet day."""

import asyncio
import json
import os
import random
import signal
from collections import Counter
from collections.abc import Callable

import pytest

from tests.fixtures.processes import Place, Serving, eventually
from tests.fixtures.sample_events import Contents, contents, count_of, sample_events, write_events, write_units
from tests.fixtures.senders import Senders, beside

pytestmark = pytest.mark.slow

SEED = 20_240_115
KILLS_UNDER_LOAD = 9
KILLS_WHILE_STARTING = 2
DELAY_SECONDS_MAX = 0.05
STARTING_SECONDS_MAX = 1.5
GOES_ON_AFTER_EVENTS = 200
WITHIN_SECONDS = 60
OVERDUE_MISSING = "select count(*) from cases where overdue_at < extract(epoch from clock_timestamp()) * 1000000"


class Lives:
    """The lives of one service, one after the other, and how each ended."""

    def __init__(self, place: Place, senders: Senders) -> None:
        self._place = place
        self._senders = senders
        self.begin_another()
        self.ends: list[str] = []

    async def reached(self, acknowledged: int) -> None:
        await eventually(lambda: len(self._senders.acknowledged) >= acknowledged, WITHIN_SECONDS)

    def kill(self, word: str) -> None:
        self.serving.kill()
        self.ends.append(f"{word} {len(self._senders.acknowledged):,}")

    def begin_another(self) -> None:
        self.serving = self._senders.serving = Serving(self._place)

    async def lose_the_database(self) -> None:
        """The embedded server dies; the service starts it again by itself and goes on."""
        os.kill(self._place.postmaster(), signal.SIGKILL)
        acknowledged = len(self._senders.acknowledged)
        await self.reached(acknowledged + GOES_ON_AFTER_EVENTS)
        assert self.serving.process.poll() is None, self.serving.words()
        self.ends.append(f"database killed at {acknowledged:,}")


async def test_what_was_acknowledged_before_a_kill_is_counted_once(
    new_place: Callable[[], Place], tell: Callable[[str], None]
) -> None:
    place, events = new_place(), sample_events()
    place.done("units", "load", write_units(place.root))
    senders = Senders(events, SEED)
    lives = Lives(place, senders)
    await beside(senders, _kill_again_and_again(lives, random.Random(SEED), len(events)))
    tell(
        f"seed {SEED}, {len(lives.ends)} kills, by events acknowledged: {', '.join(lives.ends)}\n"
        f"answers {senders.statuses}, {senders.unanswered} without, the slowest after {senders.slowest_seconds:.2f} s"
    )

    found = await _contents_after_deadlines(place, lives.serving)
    assert "\n0 differences" in place.done("verify")
    assert senders.refused == []
    found.check_counts()
    assert Counter(map(_identity, found.archive.elements())) == dict.fromkeys(map(_identity, senders.acknowledged), 1)
    assert set(senders.acknowledged) == set(events)

    quiet = new_place()
    quiet.done("units", "load", write_units(quiet.root))
    quiet.done("import", write_events(quiet.root, events))
    found.check_same_figures(await _contents_after_deadlines(quiet, Serving(quiet)))


async def _kill_again_and_again(lives: Lives, rng: random.Random, events: int) -> None:
    """Under load means: when so many events were acknowledged, drawn over the whole of the work, or a moment later."""
    moments = sorted(rng.sample(range(events // 50, events * 9 // 10), KILLS_UNDER_LOAD + 1))
    database_dies_at = moments[KILLS_UNDER_LOAD // 2]
    while_starting = rng.sample([one for one in moments if one != database_dies_at], KILLS_WHILE_STARTING)
    for moment in moments:
        await lives.reached(moment)
        await asyncio.sleep(rng.uniform(0, DELAY_SECONDS_MAX))
        if moment == database_dies_at:
            await lives.lose_the_database()
            continue
        lives.kill("at")
        lives.begin_another()
        if moment in while_starting:
            await asyncio.sleep(rng.uniform(0, STARTING_SECONDS_MAX))
            lives.kill("while starting at")
            lives.begin_another()
        await lives.serving.ready()


async def _contents_after_deadlines(place: Place, serving: Serving) -> Contents:
    """What is recorded once the deadlines service has caught up; the service is ended in order."""
    await serving.ready()
    async with asyncio.timeout(WITHIN_SECONDS):
        while await count_of(place.url, OVERDUE_MISSING) != 0:
            assert serving.process.poll() is None, serving.words()
            await asyncio.sleep(0.1)
    found = await contents(place.url)
    assert serving.stop() == 0, serving.words()
    return found


def _identity(body: bytes) -> tuple[str, str, str]:
    message = json.loads(body)
    return message["subject"], message["source"], message["id"]
