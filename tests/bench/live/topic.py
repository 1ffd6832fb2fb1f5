"""Facts into a topic: all at once, or at a steady rate."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from itertools import islice

from aiokafka import AIOKafkaProducer
from aiokafka.structs import RecordMetadata

from services.kafka.connection import Connection
from services.kafka.topics import apply, spans, wanted_topics
from services.settings import Settings
from tests.bench.live.facts import HEADERS, PARTITIONS, key_of, partition_of

BATCH_BYTES = 256 << 10
TICK_SECONDS = 0.005


async def make_topic(connection: Connection, name: str) -> None:
    """As `duecourse topics apply` makes it, with the one for dead letters."""
    settings = Settings(kafka_topic=name, kafka_dead_letters_topic=f"{name}.dead-letters", kafka_partitions=PARTITIONS)
    await apply(connection, wanted_topics(settings))


async def fill(connection: Connection, topic: str, facts: Sequence[bytes]) -> None:
    """Appends the facts in their order, whole batches at a time."""
    sorted_out: list[list[tuple[bytes, bytes]]] = [[] for _ in range(PARTITIONS)]
    for body in facts:
        key = key_of(body)
        sorted_out[partition_of(key)].append((key, body))
    async with AIOKafkaProducer(**connection.client_arguments(), acks="all", max_batch_size=BATCH_BYTES) as producer:
        await asyncio.gather(*(_fill_one(producer, topic, *numbered) for numbered in enumerate(sorted_out)))


async def _fill_one(
    producer: AIOKafkaProducer, topic: str, partition: int, records: Sequence[tuple[bytes, bytes]]
) -> None:
    batch = producer.create_batch()
    for key, body in records:
        if batch.append(key=key, value=body, timestamp=None, headers=HEADERS) is None:
            await (await producer.send_batch(batch, topic, partition=partition))
            batch = producer.create_batch()
            batch.append(key=key, value=body, timestamp=None, headers=HEADERS)
    if batch.record_count():
        await (await producer.send_batch(batch, topic, partition=partition))


async def ends_of(connection: Connection, topic: str) -> dict[int, int]:
    """Where the log ends, by partition."""
    return {partition: span.end for partition, span in (await spans(connection, topic)).items()}


class Arrivals:
    """What was sent at a steady rate: `ends` of the log, and per partition `(offset, second of sending)` not yet seen
    by whoever takes them off.
    """

    def __init__(self, ends: Mapping[int, int]) -> None:
        self.ends = dict(ends)
        self.sent: dict[int, deque[tuple[int, float]]] = {partition: deque() for partition in ends}
        self.failed = 0

    def lag(self, positions: Mapping[int, int]) -> int:
        """Facts in the log that are not in the database."""
        return sum(max(0, end - positions.get(partition, 0)) for partition, end in self.ends.items())

    def note(self, at: float, answer: "asyncio.Future[RecordMetadata]") -> None:
        """The broker's word on one."""
        if answer.cancelled() or answer.exception() is not None:
            self.failed += 1
            return
        told = answer.result()
        self.ends[told.partition] = max(self.ends[told.partition], told.offset + 1)
        self.sent[told.partition].append((told.offset, at))


@asynccontextmanager
async def arriving(
    connection: Connection, topic: str, facts: Iterator[bytes], *, per_second: int
) -> AsyncIterator[Arrivals]:
    """Facts arrive as long as the block runs; as our producers send them, each at once."""
    arrivals = Arrivals(await ends_of(connection, topic))
    async with AIOKafkaProducer(**connection.client_arguments(), acks="all", enable_idempotence=True) as producer:
        sending = asyncio.create_task(_send(producer, topic, facts, per_second, arrivals))
        try:
            yield arrivals
        finally:
            sending.cancel()
            with suppress(asyncio.CancelledError):
                await sending
            await producer.flush()
    if arrivals.failed:
        raise RuntimeError(f"{arrivals.failed} facts were not taken by Kafka")


async def _send(
    producer: AIOKafkaProducer, topic: str, facts: Iterator[bytes], per_second: int, arrivals: Arrivals
) -> None:
    begun, count = time.perf_counter(), 0
    while True:
        due = int((time.perf_counter() - begun) * per_second)
        for body in islice(facts, due - count):
            await _send_one(producer, topic, body, arrivals)
            count += 1
        if count < due:
            raise RuntimeError("there are no more facts to send: make more")
        await asyncio.sleep(TICK_SECONDS)


async def _send_one(producer: AIOKafkaProducer, topic: str, body: bytes, arrivals: Arrivals) -> None:
    key = key_of(body)
    at = time.perf_counter()
    answer = await producer.send(topic, body, key=key, partition=partition_of(key), headers=HEADERS)
    answer.add_done_callback(partial(arrivals.note, at))
