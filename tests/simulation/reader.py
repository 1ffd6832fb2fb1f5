"""Reads the log as `services.kafka.reader` and `services.kafka.transport` do together, from position to position.

Two things that a reader must do, or stories end badly. It asks after every fetch which topic that was: fetches go by
name, and a topic made anew has the same. And now and then it asks again from where to read what brings nothing: a halt
may be lifted, or be lost with the state of the database that knew of it; a database may be put back while all is quiet.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from services.kafka.reader import Fetched
from services.log import LogBatch
from tests.simulation.log import Log, OutOfRange
from tests.simulation.process import Process
from tests.simulation.scene import Scene

POLL_SECONDS: Final = 0.3
ASK_AGAIN_SECONDS: Final = 5.0


class Reader:
    """One per process."""

    def __init__(self, scene: Scene, log: Log, process: Process) -> None:
        self._scene = scene
        self._log = log
        self._process = process
        self._assigned: list[int] = []
        self._positions: dict[int, int] = {}
        self._asked_at: dict[int, float] = {}
        self._topic_id = ""
        self._assignment = 0
        self._fetches = 0

    def assign(self, partitions: Iterable[int]) -> None:
        """A rebalance: every partition is sought anew."""
        self._assignment += 1
        self._assigned = sorted(partitions)
        self._positions.clear()
        self._asked_at.clear()

    async def take(self) -> Fetched:
        """What one fetch brings of all partitions together. Raises `LogAway`."""
        if unsought := [one for one in self._assigned if self._is_unsought(one)]:
            return Fetched(self._fetches, unsought=unsought, assignment=self._assignment)
        assignment, wanted = self._assignment, dict(self._positions)
        await self._process.sleep(self._scene.brief())
        try:
            answers = {one: self._ask(one, position) for one, position in wanted.items()}
        except OutOfRange as error:
            return self._without_lost(error, assignment)
        await self._process.sleep(self._scene.brief() if any(answers.values()) else POLL_SECONDS)
        self._log.require()
        if self._log.topic_id != self._topic_id:
            self.forget()
        if assignment != self._assignment:
            return Fetched(self._fetches)
        self._fetches += 1
        batches = [answer for answer in answers.values() if answer is not None and self._moves(answer)]
        return Fetched(self._fetches, batches)

    def _is_unsought(self, partition: int) -> bool:
        """Nobody said from where to read, or it brought nothing for a while."""
        asked_at = self._asked_at.get(partition)
        return asked_at is None or self._scene.now - asked_at > ASK_AGAIN_SECONDS

    def _ask(self, partition: int, position: int) -> LogBatch | None:
        records_max = self._scene.chance.randint(1, self._scene.weather.fetch_records_max)
        try:
            reached, records = self._log.fetched(partition, position, records_max)
        except OutOfRange:
            raise OutOfRange(partition) from None
        return LogBatch(partition, position, reached, records) if reached > position else None

    def _without_lost(self, error: OutOfRange, assignment: int) -> Fetched:
        """An error takes along what was fetched beside it."""
        [partition] = error.args
        if assignment != self._assignment or partition not in self._positions:
            return Fetched(self._fetches)
        del self._positions[partition], self._asked_at[partition]
        return Fetched(self._fetches, lost=[partition])

    def _moves(self, batch: LogBatch) -> bool:
        """The position goes behind the batch, unless it is elsewhere by now; a batch may be lost after that."""
        if self._positions.get(batch.partition) != batch.start:
            return False
        self._positions[batch.partition] = batch.next
        self._asked_at[batch.partition] = self._scene.now
        return not self._scene.happens(self._scene.weather.lost_batch)

    def seek(self, fetched: Fetched, topic_id: str, positions: Mapping[int, int]) -> None:
        """Reads on from these positions of a topic; what was asked about and has none is not read.

        An answer that comes after a rebalance, or that is about another topic than the rest, is none.
        """
        if fetched.assignment != self._assignment:
            return
        if self._positions and topic_id != self._topic_id:
            self.forget()
            return
        self._topic_id = topic_id
        for partition in fetched.unsought:
            self._asked_at[partition] = self._scene.now
            self._positions.pop(partition, None)
        self._positions.update(positions)

    async def rewind(self, partition: int, position: int) -> int:
        """Reads a partition again from a position. Batches of it up to the fetch in the answer are void."""
        await self._process.sleep(self._scene.brief())
        if partition in self._positions:
            self._positions[partition] = position
        return self._fetches

    def forget(self) -> None:
        """After an error of the log: where to read is asked anew."""
        self.assign(self._assigned)
