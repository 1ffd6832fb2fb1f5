"""Faust's transport, made to hand over whole fetches, from the positions that the projector gives.

Faust keeps what it is good at: group membership, rebalances, the thread that talks to Kafka. Its offsets, its
acknowledgements and its back-pressure are left out; what is overridden here says why, and
`tests/services/kafka/test_faust_private_names.py` holds the names that are private.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final, cast

import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.errors import KafkaError
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from faust.types.tuples import ConsumerMessage

from services.kafka.errors import KafkaUnavailable
from services.kafka.reader import Fetched, Reader
from services.kafka.source import Source

log = structlog.get_logger()

CLIENT_ID: Final = "duecourse-worker"
RETRY_SECONDS: Final = 1.0
HINT_SECONDS: Final = 1.0
CLOSE_SECONDS: Final = 2.0


class Transport(driver.Transport):
    """The transport of an app that reads one topic; `source` says which, and from where."""

    def __init__(self, source: Source, app: Any) -> None:
        super().__init__(app.conf.broker, app)
        self.source = source


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """The thread with the connection to Kafka. Everything of `Reader` runs here."""

    reader: Reader

    async def on_start(self) -> None:
        await super().on_start()
        self.reader = Reader(self._ensure_consumer(), _source(self.consumer).topic)

    def _create_worker_consumer(self, transport: Any) -> AIOKafkaConsumer:
        """Private in Faust, which fixes the wait of a fetch at 1.5 s and reads transactions before they are decided."""
        conf = self.app.conf
        return AIOKafkaConsumer(
            **transport.source.connection.client_arguments(),
            client_id=CLIENT_ID,
            group_id=conf.id,
            isolation_level="read_committed",  # what was aborted never was
            auto_offset_reset=conf.consumer_auto_offset_reset,
            enable_auto_commit=False,
            max_partition_fetch_bytes=conf.consumer_max_fetch_size,
            max_poll_records=conf.broker_max_poll_records,
            fetch_max_wait_ms=200,  # an empty partition makes the full ones wait as long as this
            partition_assignment_strategy=[RoundRobinPartitionAssignor],
            max_poll_interval_ms=int(conf.broker_max_poll_interval * 1_000),
            session_timeout_ms=int(conf.broker_session_timeout * 1_000),
            rebalance_timeout_ms=int(conf.broker_rebalance_timeout * 1_000),
            heartbeat_interval_ms=int(conf.broker_heartbeat_interval * 1_000),
            request_timeout_ms=int(conf.broker_request_timeout * 1_000),
            metadata_max_age_ms=conf.consumer_metadata_max_age_ms,
        )

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        self.reader.forget()
        await super().on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        self.reader.forget()
        await super().on_partitions_assigned(assigned, generation_id)

    async def _fetch_records(
        self,
        consumer: AIOKafkaConsumer,
        active_partitions: set[TP],
        timeout: float | None = None,
        max_records: int | None = None,
    ) -> Any:
        """Private in Faust, which takes the records and leaves the positions."""
        if not self.consumer.flow_active:  # a fetch that begins during a rebalance would wait for its end
            return Fetched(0)
        return await self.reader.take([tp.partition for tp in active_partitions], timeout or 0.0)

    async def on_thread_stop(self) -> None:
        """Leaves the group, unless Kafka does not answer: then it finds out by itself, when the session runs out."""
        leaving = asyncio.ensure_future(super().on_thread_stop())
        await asyncio.wait({leaving}, timeout=CLOSE_SECONDS)
        if not leaving.done() or leaving.cancelled() or leaving.exception():  # aiokafka may even cancel itself
            log.warning("kafka.left_without_a_word")
            leaving.cancel()
            if self._consumer is not None:
                await self._consumer._client.close()

    def close(self) -> None:
        """Nothing: Faust closes the consumer from the wrong thread where a rebalance meets the stop."""


class Consumer(driver.Consumer):
    """Hands every fetch over as one message, and keeps the positions with the projector."""

    _thread: ConsumerThread
    _durable: dict[int, int]  # checkpoints that Kafka was not told of yet
    _reached: dict[int, int]  # checkpoints as they were last heard of

    def __init__(self, *arguments: Any, **more: Any) -> None:
        self._durable = {}
        self._reached = {}
        super().__init__(*arguments, **more)

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def perform_seek(self) -> None:
        """After a rebalance: nothing that was fetched before counts. The next fetch asks the projector.

        It does not ask here, for Faust gives this 90 s and then never handles a rebalance again: a database may be
        away for longer.
        """
        await self._thread.call_thread(self._forget)

    async def _forget(self) -> None:
        self._thread.reader.forget()

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> Any:
        """One fetch, as the only record of one of its partitions."""
        try:
            fetched = cast(Fetched, await self._thread.getmany(set(active_partitions or ()), timeout))
            if fetched.unsought:
                await self._seek_to_checkpoint(fetched)
            for partition in fetched.lost:
                await _source(self).lose(partition)
            if fetched.batches and not await _source(self).is_the_same():
                await self.perform_seek()
                return {}
        except (KafkaError, KafkaUnavailable) as error:
            if isinstance(error, KafkaError) and not error.retriable:
                raise
            log.warning("kafka.unavailable", error=str(error))
            await self.perform_seek()
            await self.sleep(RETRY_SECONDS)
            return {}
        return {self._named(fetched.batches[0].partition): [fetched]} if fetched.batches else {}

    async def _seek_to_checkpoint(self, fetched: Fetched) -> None:
        known = dict(self._reached)
        positions = await _source(self).positions(fetched.unsought)
        self._reached.update(positions)
        seek = self._thread.reader.seek
        moved = await self._thread.call_thread(seek, fetched.assignment, fetched.unsought, positions, known)
        if moved:
            log.info("log.reading", positions=dict(positions))

    def _named(self, partition: int) -> TP:
        return TP(_source(self).topic, partition)

    def _to_message(self, tp: TP, record: Fetched) -> ConsumerMessage:
        """The offset is the number of the fetch: it only grows, so Faust's own look for repeats drops nothing."""
        return ConsumerMessage(
            topic=tp.topic,
            partition=tp.partition,
            offset=record.number,
            timestamp=0.0,
            timestamp_type=0,
            headers=None,
            key=None,
            value=cast(bytes, record),  # as is: nothing is decoded here
            checksum=None,
            tp=tp,
            generation_id=self.app.consumer_generation_id,
        )

    async def rewind(self, partition: int, position: int) -> int:
        """Reads a partition again from a position; batches of it up to the fetch in the answer are void."""
        return cast(int, await self._thread.call_thread(self._thread.reader.rewind, partition, position))

    def durable(self, positions: Mapping[int, int]) -> None:
        """These checkpoints are in the database; Kafka hears of them with the next hint."""
        self._durable.update(positions)
        self._reached.update(positions)

    async def commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:
        """Called by Faust every few seconds and at the end: a hint for lag tools. Never an error, it is only a hint."""
        positions, self._durable = self._durable, {}
        if not positions:
            return False
        try:
            await asyncio.wait_for(self._thread.call_thread(self._thread.reader.hint, positions), HINT_SECONDS)
        except (KafkaError, TimeoutError) as error:
            log.debug("kafka.hint_refused", error=repr(error))
            self._durable = positions | self._durable
            return False
        return True

    def on_buffer_full(self, tp: TP) -> None:
        """Nothing: Faust would pause the partition, and sleep 1 s where all are. A full buffer makes the fetch wait."""

    def on_buffer_drop(self, tp: TP) -> None:
        """Nothing: see `on_buffer_full`."""

    def highwater(self, tp: TP) -> int:
        """Only for Faust's monitor, which is not used; aiokafka's fails for a partition that was just revoked."""
        return 0

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Nothing: Faust's look for streams that hang goes by acknowledgements, and complains of halted partitions."""


Transport.Consumer = Consumer


def _source(consumer: Any) -> Source:
    return cast(Transport, consumer.transport).source
