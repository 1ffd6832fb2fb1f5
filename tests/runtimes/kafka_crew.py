"""Workers that come, go, die and sleep, as a test or whoever looks after processes wants it."""

import asyncio
import random
import time

from tests.fixtures.kafka_roles import RoleProcess
from tests.fixtures.kafka_stack import Stack
from tests.fixtures.processes import eventually

STOPPED_WITHIN_SECONDS = 5.0
WORKERS_MAX = 3
READS_WITHIN_SECONDS = 60


class Crew:
    """Three workers, seldom fewer.

    `stops` are the seconds that each end in order took. A worker that finds nobody while it starts may end and be
    started again (`not_started`); one that has begun to read stays, whatever goes away (`gave_up`: its last words).
    """

    def __init__(self, stack: Stack, rng: random.Random) -> None:
        self._stack = stack
        self._rng = rng
        self.workers: list[RoleProcess] = []
        self.stops: list[float] = []
        self.not_started = 0
        self.gave_up: list[str] = []

    def join(self) -> RoleProcess:
        """One more."""
        self.workers.append(self._stack.start("worker"))
        return self.workers[-1]

    def fill_up(self) -> None:
        """Takes away those that are dead, and starts others in their places."""
        for worker in [one for one in self.workers if not one.runs]:
            self.workers.remove(worker)
            if worker.partitions:
                self.gave_up.append(worker.words()[-3_000:])
            else:
                self.not_started += 1
        while len(self.workers) < WORKERS_MAX:
            self.join()

    def kill(self, worker: RoleProcess) -> None:
        self.workers.remove(worker)
        worker.kill()

    def any(self) -> RoleProcess:
        return self._rng.choice(self.workers)

    async def one_that_reads(self) -> RoleProcess:
        """A worker with partitions, once all of them have some."""
        for worker in self.workers:
            await eventually(lambda worker=worker: bool(worker.partitions), READS_WITHIN_SECONDS)
        return self.any()

    async def leave(self, worker: RoleProcess) -> None:
        """SIGTERM, whatever it is doing: it ends soon and in order."""
        await worker.ready()  # before that it is Python that loads modules, and a signal is the end of it
        self.workers.remove(worker)
        begun = time.monotonic()
        worker.ask_to_stop()
        await eventually(lambda: not worker.runs, 2 * STOPPED_WITHIN_SECONDS)
        self.stops.append(time.monotonic() - begun)
        assert worker.process.returncode == 0, worker.words()[-3_000:]

    async def all_leave(self) -> None:
        await asyncio.gather(*[self.leave(one) for one in list(self.workers)])
