"""Copies of dead letters in a topic of their own: a courtesy to whoever watches Kafka; the rows are the truth."""

import asyncio
from collections import deque
from typing import Final

import structlog

from projections.effect import Dead
from services.kafka.publisher import Publisher
from services.store import StoreUnavailable

log = structlog.get_logger()

WAITING_MAX: Final = 1_000
BATCH_MAX: Final = 200


class DeadLetterCopies:
    """Publishes what it is told, in the background; where Kafka is slow the oldest are left out and that is said."""

    def __init__(self, publisher: Publisher, topic: str) -> None:
        self._publisher = publisher
        self._topic = topic
        self._waiting: deque[tuple[int, Dead]] = deque(maxlen=WAITING_MAX)
        self._arrived = asyncio.Event()

    def add(self, partition: int, dead: list[Dead]) -> None:
        """Takes note; never waits."""
        left_out = len(self._waiting) + len(dead) - WAITING_MAX
        if left_out > 0:
            log.warning("dead_letters.not_copied", letters=left_out, topic=self._topic)
        self._waiting.extend((partition, one) for one in dead)
        self._arrived.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(BATCH_MAX, len(self._waiting)))]
                try:
                    await self._publisher.copy(self._topic, batch)
                except StoreUnavailable as error:
                    log.warning("dead_letters.not_copied", letters=len(batch), topic=self._topic, error=str(error))
