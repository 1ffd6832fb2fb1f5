"""A topic of a test, and what is written to it and deleted from it."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from services.kafka.cluster import cluster
from services.kafka.connection import Connection
from services.kafka.topics import MESSAGE_BYTES_MAX, WantedTopic, spans
from services.log import Span
from tests.fixtures.kafka import fresh_name

JSON = [("content-type", b"application/cloudevents+json")]
LINGER_MS = 5
BATCH_BYTES = 1 << 17


@dataclass(frozen=True)
class Topic:
    """A topic that no other test uses."""

    connection: Connection
    name: str
    partitions: int

    @property
    def wanted(self) -> WantedTopic:
        """As a worker is told of it."""
        return WantedTopic(self.name, self.partitions, MESSAGE_BYTES_MAX, facts=True)

    async def write(self, values: Iterable[tuple[int, bytes]]) -> None:
        """Writes partitions and values, the value being the key too."""
        async with producing(self.connection, linger_ms=LINGER_MS, max_batch_size=BATCH_BYTES) as producer:
            sent = [
                await producer.send(self.name, value, key=value, partition=partition, headers=JSON)
                for partition, value in values
            ]
            await asyncio.gather(*sent)

    async def write_transactions(self, partition: int, plan: Sequence[tuple[int, bool]]) -> None:
        """One transaction for each pair: so many records, committed or not."""
        async with producing(self.connection, transactional_id=f"of-{self.name}") as producer:
            for number, (count, commits) in enumerate(plan):
                await producer.begin_transaction()
                for one in range(count):
                    value = b"%s-%d-%d" % (b"committed" if commits else b"aborted", number, one)
                    await producer.send_and_wait(self.name, value, key=value, partition=partition)
                await (producer.commit_transaction() if commits else producer.abort_transaction())

    @asynccontextmanager
    async def undecided_transaction(self, partition: int, value: bytes) -> AsyncIterator[None]:
        """While it lasts, a record is written and its transaction open; then it is aborted."""
        async with producing(self.connection, transactional_id=f"open-{self.name}") as producer:
            await producer.begin_transaction()
            await producer.send_and_wait(self.name, value, partition=partition)
            yield
            await producer.abort_transaction()

    async def delete_before(self, offsets: dict[int, int]) -> None:
        """Deletes what lies below these offsets, by partition."""
        async with _admin(self.connection) as admin:
            await admin.delete_records(
                {TopicPartition(self.name, one): RecordsToDelete(offset) for one, offset in offsets.items()}
            )

    async def make_anew(self) -> None:
        """Deletes it, and makes one of the same name."""
        async with _admin(self.connection) as admin:
            await admin.delete_topics([self.name])
        await self.make()

    async def make(self, unlike: Mapping[str, str] | None = None) -> None:
        """Makes it as that of the facts is made; `unlike`: settings that differ from that."""
        async with cluster(self.connection) as opened:
            settings = {**self.wanted.settings(1), **(unlike or {})}
            await opened.create(self.name, partitions=self.partitions, replicas=1, settings=settings)

    async def spans(self) -> dict[int, Span]:
        """What the log holds."""
        return await spans(self.connection, self.name)

    async def hints(self, group: str) -> dict[int, int]:
        """What Kafka was told of a group's positions."""
        async with _admin(self.connection) as admin:
            found = await admin.list_consumer_group_offsets(group)
        return {one.partition: meta.offset for one, meta in found.items() if one.topic == self.name}


async def new_topic(connection: Connection, partitions: int, unlike: Mapping[str, str] | None = None) -> Topic:
    """A new topic; see `Topic.make`."""
    topic = Topic(connection, fresh_name(), partitions)
    await topic.make(unlike)
    return topic


@asynccontextmanager
async def producing(connection: Connection, **arguments: Any) -> AsyncIterator[AIOKafkaProducer]:
    """A producer that is closed even where its start is cancelled: as a context of its own it would not be."""
    producer = AIOKafkaProducer(**connection.client_arguments(), **arguments)
    try:
        await producer.start()
        yield producer
    finally:
        await producer.stop()


@asynccontextmanager
async def _admin(connection: Connection) -> AsyncIterator[AIOKafkaAdminClient]:
    client = AIOKafkaAdminClient(**connection.client_arguments())
    await client.start()
    try:
        yield client
    finally:
        await client.close()
