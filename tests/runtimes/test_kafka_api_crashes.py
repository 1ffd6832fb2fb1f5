"""`kill -9` of the API and the broker under senders: what was acknowledged reaches the figures, once."""

import asyncio
import random
import time
from collections.abc import Callable, Sequence

import pytest

from tests.fixtures.kafka_facts import delivered_facts, identity
from tests.fixtures.kafka_stack import Stack
from tests.fixtures.lengths import either
from tests.fixtures.processes import eventually
from tests.fixtures.senders import Senders, beside
from tests.runtimes.kafka_exactness import check_exact

pytestmark = pytest.mark.slow

SEED = 20_240_116
FACTS = either(6_000, 60_000)
KILLS = either(6, 60)
DELAY_SECONDS_MAX = 0.05
BROKER_EVERY = 3
"""So many kills, and one of them is the broker's."""
WITHIN_SECONDS = 90


class Lives:
    """The lives of one API, and how each ended."""

    def __init__(self, stack: Stack, senders: Senders, rng: random.Random) -> None:
        self._stack = stack
        self._senders = senders
        self._rng = rng
        self.done: list[str] = []

    async def begin(self) -> None:
        self._api = self._stack.listening("api")
        self._senders.serving = self._api
        await self._api.ready()

    async def kill_again_and_again(self) -> None:
        """When so many events were acknowledged, drawn over the whole of the work, or a moment later."""
        events = len(self._senders.events)
        for number, moment in enumerate(sorted(self._rng.sample(range(events // 20, events * 9 // 10), KILLS))):
            await eventually(lambda moment=moment: len(self._senders.acknowledged) >= moment, WITHIN_SECONDS)
            await asyncio.sleep(self._rng.uniform(0, DELAY_SECONDS_MAX))
            if number % BROKER_EVERY == BROKER_EVERY - 1:
                await self._kill_broker()
            else:
                self._api.kill()
                self.done.append(f"API at {len(self._senders.acknowledged):,}")
                await self.begin()

    async def _kill_broker(self) -> None:
        begun = time.monotonic()
        at = len(self._senders.acknowledged)
        await asyncio.to_thread(self._stack.broker.kill)
        await asyncio.to_thread(self._stack.broker.start)
        self.done.append(f"broker at {at:,} {time.monotonic() - begun:.1f} s")
        assert self._api.runs, self._api.words()[-3_000:]


async def test_what_the_api_acknowledged_before_a_kill_is_counted_once(
    stack: Stack, tell: Callable[[str], None]
) -> None:
    facts = delivered_facts(FACTS, SEED)
    senders = Senders(facts, SEED)
    lives = Lives(stack, senders, random.Random(SEED))
    worker = stack.start("worker")
    await lives.begin()
    begun = time.monotonic()
    await beside(senders, lives.kill_again_and_again())
    await stack.settled(WITHIN_SECONDS)
    tell(
        f"seed {SEED}, {len(lives.done)} kills in {time.monotonic() - begun:.0f} s, by events acknowledged: "
        f"{', '.join(lives.done)}\nanswers {senders.statuses}, {senders.unanswered} without, "
        f"the slowest after {senders.slowest_seconds:.2f} s"
    )
    assert senders.refused == []
    assert senders.without_retry_after == 0
    _check_all_acknowledged(senders.acknowledged, facts)
    assert worker.stop() == 0
    await check_exact(stack, facts)


def _check_all_acknowledged(acknowledged: Sequence[bytes], facts: Sequence[bytes]) -> None:
    assert set(map(identity, acknowledged)) == set(map(identity, facts))
