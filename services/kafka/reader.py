"""Reads partitions of a topic from position to position, and hands over whole fetches.

A batch and the position behind it are taken in one step of the event loop. Whatever is lost between here and the
projector therefore leaves a gap that the checkpoint sees, never a batch that claims records it does not have.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError
from aiokafka.structs import ConsumerRecord, OffsetAndMetadata
from msgspec import Struct

from services.log import REFUSAL_HEADER, LogBatch, LogRecord
from services.tracing import HEADER as TRACE_HEADER

CONTENT_TYPE: Final = "content-type"
HINT_SECONDS: Final = 0.9
ASK_AGAIN_SECONDS: Final = 5.0
"""So often where to read is asked for anew: a checkpoint may be moved by hand or go back with a restored database, a
halt may be lifted, and nothing of that shows in the log."""


class Fetched(Struct, frozen=True, gc=False):
    """What one fetch brought, of all partitions together. `number` counts the fetches of a reader from 1.

    `unsought`: partitions for which to ask from where to read, in the reader's `assignment`; nothing is fetched before
    that. `lost`: partitions whose next record the log does not have (any more); they are read no more.
    """

    number: int
    batches: Sequence[LogBatch] = ()
    unsought: Collection[int] = ()
    lost: Collection[int] = ()
    assignment: int = 0


def log_record(record: ConsumerRecord) -> LogRecord:
    """A record as it came. The broker stamps milliseconds."""
    headers = dict(reversed(record.headers))  # of several by one name the first counts
    content_type, refusal, trace = headers.get(CONTENT_TYPE), headers.get(REFUSAL_HEADER), headers.get(TRACE_HEADER)
    return LogRecord(record.offset, record.timestamp * 1_000, record.key, record.value, content_type, refusal, trace)


class Reader:
    """The positions of one consumer, between two rebalances. Belongs to the event loop of that consumer."""

    def __init__(self, consumer: AIOKafkaConsumer, topic: str) -> None:
        self._consumer = consumer
        self._topic = topic
        self._positions: dict[int, int] = {}
        self._halted: set[int] = set()
        self._assignment = 0
        self._fetches = 0
        self._asked_at = 0.0

    def forget(self) -> None:
        """What was handed over may never arrive, and the partitions may be others': every one is sought anew."""
        self._assignment += 1
        self._positions.clear()
        self._halted.clear()

    async def take(self, partitions: Collection[int], timeout_seconds: float) -> Fetched:
        """What is there of these partitions; waits for it at most so long. Raises `KafkaError`."""
        if unsought := self._unsought(partitions):
            return Fetched(self._fetches, unsought=unsought, assignment=self._assignment)
        wanted = [self._named(partition) for partition in partitions if partition in self._positions]
        if not wanted:  # to aiokafka, none named means all
            await asyncio.sleep(timeout_seconds)
            return Fetched(self._fetches)
        assignment = self._assignment
        try:
            taken = await self._consumer.getmany(*wanted, timeout_ms=int(timeout_seconds * 1_000))
        except KafkaError as error:
            self._put_back()
            if assignment != self._assignment:  # a rebalance came between; aiokafka looked for positions of its own
                return Fetched(self._fetches)
            if isinstance(error, OffsetOutOfRangeError):
                return Fetched(self._fetches, lost=self._lose({named.partition for named in error.args[0]}))
            raise
        self._fetches += 1
        return Fetched(self._fetches, [batch for named in wanted if (batch := await self._batch(named, taken))])

    def _unsought(self, partitions: Collection[int]) -> set[int]:
        """Those that nobody said from where to read; now and then all of them."""
        now = asyncio.get_running_loop().time()
        if now - self._asked_at > ASK_AGAIN_SECONDS:
            self._asked_at = now
            return set(partitions)
        return set(partitions) - self._positions.keys() - self._halted

    async def _batch(
        self, named: TopicPartition, taken: Mapping[TopicPartition, Sequence[ConsumerRecord]]
    ) -> LogBatch | None:
        """From the last position to the present one, None where it did not move or a rebalance came between."""
        start = self._positions.get(named.partition)
        if start is None or named not in self._consumer.assignment():
            return None
        position: int = await self._consumer.position(named)  # at once: a partition that was sought has a position
        if position == start or self._positions.get(named.partition) != start:
            return None
        self._positions[named.partition] = position
        return LogBatch(named.partition, start, position, [log_record(one) for one in taken.get(named, ())])

    def _put_back(self) -> None:
        """An error takes along what was fetched beside it, with the positions moved already: read it again."""
        for partition, position in self._positions.items():
            self._consumer.seek(self._named(partition), position)

    def _lose(self, partitions: Collection[int]) -> set[int]:
        """Those of the partitions that were read until now; they are not any more."""
        lost = self._positions.keys() & partitions
        for partition in lost:
            self._halt(partition)
        return lost

    def _halt(self, partition: int) -> None:
        """Reads a partition no more. A position, any, lets aiokafka be at peace; the pause keeps it from fetching."""
        named = self._named(partition)
        self._positions.pop(partition, None)
        self._halted.add(partition)
        self._consumer.seek(named, 0)
        self._consumer.pause(named)

    async def seek(
        self, assignment: int, asked: Collection[int], positions: Mapping[int, int], known: Mapping[int, int]
    ) -> dict[int, int]:
        """Reads on from these positions; of the partitions asked about, those without one are halted.

        `known`: what the positions were taken for before they were asked for. A partition that is read and whose
        position is as known is read on where it is, ahead of it. An answer to the question of an earlier assignment is
        dropped. Returns the positions of the partitions that are read from elsewhere than before.
        """
        assigned = {named.partition for named in self._consumer.assignment()}
        if assignment != self._assignment or not assigned.issuperset(asked):
            return {}
        moved = {}
        for partition in asked:
            if partition not in positions:
                self._halt(partition)
            elif partition not in self._positions or positions[partition] != known.get(partition):
                self._place(partition, positions[partition])
                moved[partition] = positions[partition]
        return moved

    async def rewind(self, partition: int, position: int) -> int:
        """Reads a partition again from a position. Batches of it up to the fetch in the answer are void."""
        if partition in self._positions:
            self._place(partition, position)
        return self._fetches

    def _place(self, partition: int, position: int) -> None:
        named = self._named(partition)
        self._consumer.seek(named, position)
        self._consumer.resume(named)  # it may have been halted before in this assignment
        self._halted.discard(partition)
        self._positions[partition] = position

    async def hint(self, positions: Mapping[int, int]) -> None:
        """Tells lag tools how far the checkpoints are. Raises `KafkaError` or `TimeoutError`; nothing depends on it."""
        offsets = {
            self._named(partition): OffsetAndMetadata(position, "")
            for partition, position in positions.items()
            if partition in self._positions
        }
        if offsets:
            await asyncio.wait_for(self._consumer.commit(offsets), HINT_SECONDS)

    def _named(self, partition: int) -> TopicPartition:
        return TopicPartition(self._topic, partition)
