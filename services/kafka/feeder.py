"""Gives the projector what was fetched: partitions beside each other, batches of one partition in order."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Final, Protocol

import structlog

from services.kafka.reader import Fetched
from services.log import Hole, LogBatch, LogProjector

log = structlog.get_logger()

REWINDS_ALLOWED: Final = 3
REWIND_PAUSE_SECONDS: Final = 1.0


class Rereading(Protocol):
    """Where batches come from, and can come from again."""

    async def rewind(self, partition: int, position: int) -> int:
        """Reads a partition again from a position; batches of it up to the fetch in the answer are void."""
        ...

    def durable(self, positions: Mapping[int, int]) -> None:
        """These checkpoints are in the database."""
        ...


class Feeder:
    """One per worker."""

    def __init__(self, projector: LogProjector, reading: Rereading) -> None:
        self._projector = projector
        self._reading = reading
        self._void: dict[int, int] = {}
        self._rewinds: Counter[int] = Counter()

    async def feed(self, fetched: Fetched) -> None:
        """Returns when everything is durable, or void and to be read again. Errors of the projector pass."""
        batches = [one for one in fetched.batches if fetched.number > self._void.get(one.partition, 0)]
        tasks = [asyncio.ensure_future(self._project(batch)) for batch in batches]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:  # an error in one ends the worker, and with it the others
                task.cancel()

    async def _project(self, batch: LogBatch) -> None:
        try:
            await self._projector.project(batch)
        except Hole as hole:
            await self._rewind(hole)
        else:
            del self._rewinds[batch.partition]
            self._reading.durable({batch.partition: batch.next})

    async def _rewind(self, hole: Hole) -> None:
        """The database is at an older state than what was read: once is a restored backup, often is a fault."""
        self._rewinds[hole.partition] += 1
        count = self._rewinds[hole.partition]
        facts = {"partition": hole.partition, "checkpoint": hole.position, "start": hole.start, "rewinds": count}
        if count > REWINDS_ALLOWED:
            log.error("log.rewinding_without_progress", **facts)
            await asyncio.sleep(REWIND_PAUSE_SECONDS)
        else:
            log.warning("log.rewound", **facts)
        self._void[hole.partition] = await self._reading.rewind(hole.partition, hole.position)
