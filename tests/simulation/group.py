"""Who reads which partitions: members that are late, that are missed, and that do not know yet that they are not."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final

from tests.simulation.log import Log
from tests.simulation.scene import Scene
from tests.simulation.worker import Worker

SESSION_SECONDS: Final = 10.0
NEWS_SECONDS: Final = 2.0
"""Within so long everybody hears of a rebalance, each at another time: meanwhile two may read the same partition."""


class Group:
    """`members` are those that the group believes to be alive."""

    def __init__(self, scene: Scene, log: Log) -> None:
        self._scene = scene
        self._log = log
        self.members: list[Worker] = []
        self._generation = 0

    def join(self, worker: Worker) -> None:
        if worker not in self.members and worker.process.alive:
            self.members.append(worker)
            self.rebalance()

    def leave(self, worker: Worker) -> None:
        if worker in self.members:
            self.members.remove(worker)
            worker.reader.assign([])
            self.rebalance()

    def rebalance(self) -> None:
        """Every partition to one member; each hears it in its own time."""
        self._generation += 1
        members = self._scene.chance.sample(self.members, len(self.members))
        partitions = range(len(self._log.partitions))
        for place, worker in enumerate(members):
            mine = [one for one in partitions if one % len(members) == place]
            self._later(NEWS_SECONDS, partial(self._tell, worker, mine, self._generation))

    def _later(self, seconds_max: float, what: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(self._scene.chance.uniform(0, seconds_max), what)

    def _tell(self, worker: Worker, partitions: list[int], generation: int) -> None:
        """A stopped process hears nothing; news that newer ones have overtaken are none."""
        if worker.process.alive and not worker.process.stopped and generation == self._generation:
            self._scene.tell(f"{worker.name} is given {partitions}")
            worker.reader.assign(partitions)

    def topic_gone(self) -> None:
        """Whoever is awake sees that there is no such topic, and then that there is one again."""
        for worker in self.members:
            if not worker.process.stopped:
                worker.reader.assign([])
        self.rebalance()

    def stop(self, worker: Worker, seconds: float) -> None:
        """SIGSTOP, and SIGCONT later. Beyond its session it is a member no more, and learns that after it woke."""
        self._scene.tell(f"{worker.name} is stopped for {seconds:.1f} s")
        worker.process.stop()
        loop = asyncio.get_running_loop()
        if seconds > SESSION_SECONDS:
            loop.call_later(SESSION_SECONDS, self._miss, worker)
        loop.call_later(seconds, self.wake, worker)

    def wake(self, worker: Worker) -> None:
        if worker.process.stopped:
            self._scene.tell(f"{worker.name} wakes")
            worker.process.wake()
            self._later(NEWS_SECONDS, partial(self._come_back, worker))

    def _come_back(self, worker: Worker) -> None:
        if not worker.process.alive or worker.process.stopped:
            return
        worker.reader.assign([])
        if worker in self.members:
            self.rebalance()
        else:
            self.join(worker)

    def miss(self, worker: Worker) -> None:
        """Killed: the group finds out when the session runs out."""
        asyncio.get_running_loop().call_later(SESSION_SECONDS, self._miss, worker)

    def _miss(self, worker: Worker) -> None:
        if worker in self.members and (worker.process.stopped or not worker.process.alive):
            self.members.remove(worker)
            self.rebalance()
