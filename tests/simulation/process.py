"""A process that can be stopped, woken and killed."""

import asyncio
from random import Random

from tests.simulation.database import Session


class Process:
    """Whatever a process does between two messages takes it no time; a stopped one does nothing."""

    def __init__(self, name: str, chance: Random) -> None:
        self.name = name
        self._chance = chance
        self._running = asyncio.Event()
        self._running.set()
        self.alive = True

    @property
    def stopped(self) -> bool:
        return not self._running.is_set()

    def stop(self) -> None:
        self._running.clear()

    def wake(self) -> None:
        self._running.set()

    async def sleep(self, seconds: float) -> None:
        """At least so long; the clock goes on for who is stopped."""
        await asyncio.sleep(seconds)
        while self.stopped:
            await self._running.wait()

    def let_go(self, session: Session) -> None:
        """Rolls back; of a process that was killed the server hears a little later, and holds its locks until then."""
        if self.alive:
            session.end()
        else:
            asyncio.get_running_loop().call_later(self._chance.uniform(0, 3), session.end)
