"""Publishes facts by the door of the log, no faster than a test allows, and again until the broker has taken them."""

import asyncio
from collections.abc import Sequence

from projections.batches import read
from projections.effect import Record
from services.kafka.publisher import Publisher
from services.store import StoreUnavailable
from tests.fixtures.kafka_stack import Stack

SLICE_FACTS = 200
LOOK_SECONDS = 0.01
AGAIN_SECONDS = 0.2


class Publishing:
    """`published` counts the facts that the broker has, `allowed` those that it may be given by now."""

    def __init__(self, stack: Stack, facts: Sequence[bytes]) -> None:
        self._stack = stack
        self._facts = facts
        self.published = 0
        self.allowed = 0
        self.tries_failed = 0

    async def run(self) -> None:
        """Returns when the broker has all facts."""
        publisher = Publisher(self._stack.connection, self._stack.topic_name)
        try:
            while self.published < len(self._facts):
                end = min(self.published + SLICE_FACTS, self.allowed, len(self._facts))
                if end <= self.published:
                    await asyncio.sleep(LOOK_SECONDS)
                    continue
                await self._taken(publisher, self._facts[self.published : end])
                self.published = end
        finally:
            await publisher.close()

    async def _taken(self, publisher: Publisher, facts: Sequence[bytes]) -> None:
        reading = read([Record(one) for one in facts])
        while True:
            try:
                await publisher.project(reading)
            except StoreUnavailable:
                self.tries_failed += 1
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                return


async def publish(stack: Stack, facts: Sequence[bytes]) -> None:
    """All of them, now."""
    publishing = Publishing(stack, facts)
    publishing.allowed = len(facts)
    await publishing.run()
