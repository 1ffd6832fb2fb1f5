"""Waiting for checkpoints: what lies below them is durable, and counted."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

import asyncpg

from services.composition import Database
from tests.bench.live.processes import Readers

LOOK_SECONDS = 0.02
WITHIN_SECONDS = 900.0

Positions = Mapping[int, int]


class Checkpoints:
    """Looks over a connection of its own."""

    def __init__(self, connection: "asyncpg.Connection", readers: Readers, look_seconds: float) -> None:
        self._connection = connection
        self._readers = readers
        self._look_seconds = look_seconds

    async def positions(self) -> Positions:
        """By partition; those that nobody has begun are left out."""
        return dict(await self._connection.fetch("select partition, position from checkpoints"))

    async def until(self, holds: Callable[[Positions], bool]) -> float:
        """The second at which something was seen to hold; raises where the readers end or it takes too long."""
        deadline = time.perf_counter() + WITHIN_SECONDS
        while not holds(await self.positions()):
            if time.perf_counter() > deadline:
                raise TimeoutError(f"not so within {WITHIN_SECONDS:.0f} s")
            self._readers.require_running()
            await asyncio.sleep(self._look_seconds)
        return time.perf_counter()

    async def until_begun(self, partitions: int) -> float:
        """When every partition has been bound: from then on it is read."""
        return await self.until(lambda positions: len(positions) == partitions)

    async def until_reached(self, ends: Positions) -> float:
        """When everything up to there is durable."""
        return await self.until(lambda positions: all(positions.get(one, 0) >= end for one, end in ends.items()))


@asynccontextmanager
async def checkpoints(
    found: Database, readers: Readers, *, look_seconds: float = LOOK_SECONDS
) -> AsyncIterator[Checkpoints]:
    """Those of a database that some processes write to."""
    connection = await asyncpg.connect(found.settings.database)
    try:
        yield Checkpoints(connection, readers, look_seconds)
    finally:
        await connection.close()
