"""Publishes facts: the door of the log, in the place of the projector where Kafka carries the facts.

A record counts as taken when all replicas in sync have it. What is refused at the door is published too, with the
reason in a header: the workers bury it, so that every refusal is kept in one place. A record may be published twice
where an answer was lost; the fold counts it once.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from events.errors import Refused
from events.facts import Event
from projections.effect import Dead, Reading, Record, Verdict
from services.kafka.connection import Connection
from services.log import REFUSAL_HEADER, refusal_header
from services.log_door import CONTENT_TYPE
from services.store import StoreUnavailable
from services.tracing import HEADER as TRACE_HEADER

log = structlog.get_logger()

PUBLISH_SECONDS: Final = 30.0
REQUEST_MILLISECONDS: Final = 14_000
"""To connect, and for an answer: aiokafka gives up by itself, with its lines closed, before it is cancelled."""
STOP_SECONDS: Final = 3.0
FORCE_SECONDS: Final = 1.0
BATCH_BYTES: Final = 512 * 1_024
LINGER_MILLISECONDS: Final = 2
REQUEST_BYTES_MAX: Final = 3 << 20
NO_CASE: Final = b""
"""Key of bytes that name no case: a record must have one, or its key would be what is wrong with it."""


Headers = list[tuple[str, bytes]]


class Publisher:
    """One producer, made when it is first needed and anew after an error. Belongs to one event loop.

    `publish_seconds`: for one batch; then its fate is open and the sender is told to send again.
    """

    def __init__(self, connection: Connection, topic: str, *, publish_seconds: float = PUBLISH_SECONDS) -> None:
        self._connection = connection
        self._topic = topic
        self._publish_seconds = publish_seconds
        self._producer: AIOKafkaProducer | None = None
        self._making = asyncio.Lock()

    async def project(self, reading: Reading) -> list[Verdict]:
        """Publishes a decoded batch; the verdicts are in the order of its records.

        What is known already is only found out by the workers: here every readable fact is `accepted`.
        Raises `StoreUnavailable` where not all of it was acknowledged.
        """
        await self.publish(reading.records, reading.events)
        return [_verdict(event) for event in reading.events]

    async def publish(self, records: Sequence[Record], events: Sequence[Event | Refused]) -> None:
        """Returns when the broker has them all."""
        await self._send(
            self._topic,
            [
                (_key(event), record.value, _headers(record, event))
                for record, event in zip(records, events, strict=True)
            ],
        )

    async def copy(self, topic: str, letters: Sequence[tuple[int, Dead]]) -> None:
        """Dead letters with the partition that each came from, into a topic of theirs."""
        await self._send(
            topic, [(NO_CASE, dead.body, _provenance(self._topic, partition, dead)) for partition, dead in letters]
        )

    async def _send(self, topic: str, messages: Sequence[tuple[bytes, bytes, Headers]]) -> None:
        try:
            async with asyncio.timeout(self._publish_seconds):
                producer = await self._started()
                sent = [await producer.send(topic, value, key=key, headers=more) for key, value, more in messages]
                await asyncio.gather(*sent)
        except (KafkaError, OSError, TimeoutError) as error:
            await self._give_up()
            said = str(error) or type(error).__name__
            raise StoreUnavailable(f"Kafka at {self._connection.address}: {said}") from error

    async def _started(self) -> AIOKafkaProducer:
        async with self._making:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    **self._connection.client_arguments(),
                    request_timeout_ms=REQUEST_MILLISECONDS,
                    acks="all",
                    enable_idempotence=True,
                    max_batch_size=BATCH_BYTES,
                    max_request_size=REQUEST_BYTES_MAX,
                    linger_ms=LINGER_MILLISECONDS,
                    retry_backoff_ms=200,
                )
                try:
                    await producer.start()
                except BaseException:
                    await _stopped_by_force(producer)
                    raise
                self._producer = producer
            return self._producer

    async def close(self) -> None:
        """Lets go of the producer, in order where the broker answers; the next batch makes another."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await _stopped(producer)

    async def _give_up(self) -> None:
        """Lets go of the producer and of what it still had to send: whoever sent it is told so and sends again."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await _stopped_by_force(producer)


async def _stopped(producer: AIOKafkaProducer) -> None:
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await producer.stop()
    except (KafkaError, OSError, TimeoutError) as error:
        log.debug("publisher.not_stopped", error=str(error))
        await _stopped_by_force(producer)


async def _stopped_by_force(producer: AIOKafkaProducer) -> None:
    """aiokafka has no word for it: ends the task that would go on sending for ever, and cuts the lines."""
    producer._closed = True  # or it says when it is collected that nobody closed it
    sending = producer._sender.sender_task
    for _ in range(2):  # cancelled once, it still waits for the answers that are under way
        if sending is not None and not sending.done():
            sending.cancel()
            await asyncio.wait({sending}, timeout=FORCE_SECONDS)
    with suppress(TimeoutError):
        async with asyncio.timeout(FORCE_SECONDS):
            await producer.client.close()


def _key(event: Event | Refused) -> bytes:
    return event.case_id.encode() if isinstance(event, Event) else NO_CASE


def _provenance(topic: str, partition: int, dead: Dead) -> Headers:
    return [
        ("reason", dead.reason.encode()),
        ("detail", dead.detail.encode()),
        ("topic", topic.encode()),
        ("partition", str(partition).encode()),
        ("offset", str(dead.position).encode()),
    ]


def _headers(record: Record, event: Event | Refused) -> Headers:
    headers = [("content-type", CONTENT_TYPE)]
    if record.trace is not None:
        headers.append((TRACE_HEADER, record.trace.encode()))
    if isinstance(event, Refused):
        headers.append((REFUSAL_HEADER, refusal_header(event)))
    return headers


def _verdict(event: Event | Refused) -> Verdict:
    if isinstance(event, Event):
        return Verdict("accepted", event.fact.id)
    return Verdict("refused", None, event.reason, event.detail)
