"""A worker process: reader, feeder and projector as `duecourse worker` puts them together."""

import asyncio
from collections.abc import Mapping
from typing import Final

from projections.effect import Dead
from services.kafka.feeder import Feeder
from services.kafka.reader import Fetched
from services.log_projector import StoreLogProjector
from tests.simulation.client import Client
from tests.simulation.database import Database
from tests.simulation.log import Log, LogAway
from tests.simulation.process import Process
from tests.simulation.reader import Reader
from tests.simulation.scene import Scene
from tests.simulation.watch import Watch

TOPIC: Final = "case-events"
RETRY_SECONDS: Final = 1.0


class Worker:
    """Between its start and its end one incarnation; a restart is another worker with another name."""

    def __init__(self, scene: Scene, name: str, log: Log, database: Database, watch: Watch) -> None:
        self._scene = scene
        self._log = log
        self._database = database
        self._watch = watch
        self.process = Process(name, scene.chance)
        self.reader = Reader(scene, log, self.process)
        store = Client(scene, database, self.process)
        self._projector = StoreLogProjector(store, TOPIC, sleep=self.process.sleep, buried=self._buried)
        self._feeder = Feeder(self._projector, self)
        self._fetched: asyncio.Queue[Fetched] = asyncio.Queue(maxsize=1)
        self._tasks = [asyncio.ensure_future(self._read()), asyncio.ensure_future(self._feed())]
        for task in self._tasks:
            task.add_done_callback(self._ended)

    @property
    def name(self) -> str:
        return self.process.name

    def kill(self) -> None:
        """`kill -9`: nothing of it happens any more but what is on its way."""
        self.process.alive = False
        for task in self._tasks:
            task.cancel()

    def _ended(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._scene.accuse(f"{self.name} ended by itself: {error!r}")

    async def _read(self) -> None:
        while True:
            try:
                fetched = await self._taken()
            except LogAway:
                self.reader.forget()
                await self.process.sleep(RETRY_SECONDS)
                continue
            if fetched.batches:
                await self._fetched.put(fetched)

    async def _taken(self) -> Fetched:
        self._log.require()
        fetched = await self.reader.take()
        if fetched.unsought:
            await self._seek(fetched)
        elif not fetched.batches:
            await self.process.sleep(self._scene.brief())
        for partition in fetched.lost:
            await self._lose(partition)
        return fetched

    async def _seek(self, fetched: Fetched) -> None:
        """The id is asked for last, as `services.kafka.source` does."""
        await self.process.sleep(self._scene.brief())
        spans = self._log.spans()
        await self.process.sleep(self._scene.brief())
        self._log.require()
        topic_id = self._log.topic_id
        asked = {one: spans[one] for one in fetched.unsought if one in spans}
        await self.process.sleep(self._scene.brief())
        halted, restores = self._halted(), self._database.restores
        positions = await self._projector.positions(topic_id, asked)
        if restores == self._database.restores and (wrong := [one for one in halted if one in positions]):
            self._scene.accuse(f"{self.name} is to read {wrong}, which were halted before it asked")
        self._scene.tell(f"{self.name} reads {dict(positions)} of {sorted(asked)}, {topic_id}")
        self.reader.seek(fetched, topic_id, positions)

    def _halted(self) -> list[int]:
        return [number for number, one in self._database.tables.positions.items() if one.halted]

    async def _lose(self, partition: int) -> None:
        """Tells the projector, and asks it again from where to read: it may know that nothing is missing."""
        await self.process.sleep(self._scene.brief())
        span = self._log.spans()[partition]
        await self.process.sleep(self._scene.brief())
        self._scene.tell(f"{self.name} misses records of partition {partition}, which has {span}")
        self._log.require()
        topic_id = self._log.topic_id
        await self.process.sleep(self._scene.brief())
        await self._projector.lost(topic_id, partition, span)

    async def _feed(self) -> None:
        while True:
            fetched = await self._fetched.get()
            await self._feeder.feed(fetched)

    async def rewind(self, partition: int, position: int) -> int:
        """For the feeder: it caught a hole, which was counted before."""
        self._watch.goes_back(self.name, partition)
        return await self.reader.rewind(partition, position)

    def durable(self, positions: Mapping[int, int]) -> None:
        """For the feeder: what it believes to be in the database must be there."""
        tables = self._database.tables
        for partition, position in positions.items():
            found = tables.positions.get(partition)
            if self._database.restores == 0 and (found is None or found.position < position):
                self._scene.accuse(f"{self.name} believes that {position} of partition {partition} is durable: {found}")

    def _buried(self, partition: int, dead: list[Dead]) -> None:
        """For the projector: a dead letter is told of when it is in the database, not before."""
        letters = self._database.tables.dead_letters
        missing = [one.position for one in dead if (partition, one.position) not in letters]
        if missing and self._database.restores == 0:
            self._scene.accuse(f"{self.name} tells of dead letters of partition {partition} too early: {missing}")
