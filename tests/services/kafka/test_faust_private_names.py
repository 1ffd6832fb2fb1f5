"""Names of Faust and aiokafka that their authors may change without telling, and that the transport stands on."""

import inspect
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import aiokafka
import pytest
from aiokafka.errors import OffsetOutOfRangeError
from aiokafka.producer.sender import Sender
from faust.app import BootStrategy
from faust.transport import consumer as base
from faust.transport.drivers import aiokafka as driver
from faust.types.tuples import ConsumerMessage
from mode import CrashingSupervisor, Service

THREAD = driver.AIOKafkaConsumerThread
CONSUMER = driver.Consumer


def test_the_versions_are_the_ones_that_were_read() -> None:
    assert (version("faust-streaming"), version("mode-streaming"), version("aiokafka")) == ("0.15.3", "0.7.1", "0.14.0")


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        (THREAD._create_worker_consumer, ["self", "transport"]),
        (THREAD._fetch_records, ["self", "consumer", "active_partitions", "timeout", "max_records"]),
        (THREAD._ensure_consumer, ["self"]),
        (THREAD.getmany, ["self", "active_partitions", "timeout"]),
        (THREAD.on_partitions_revoked, ["self", "revoked"]),
        (THREAD.on_partitions_assigned, ["self", "assigned", "generation_id"]),
        (THREAD.on_thread_stop, ["self"]),
        (THREAD.close, ["self"]),
        (THREAD.call_thread, ["self", "fun", "args", "kwargs"]),
        (CONSUMER._new_consumer_thread, ["self"]),
        (CONSUMER._getmany, ["self", "active_partitions", "timeout"]),
        (CONSUMER._to_message, ["self", "tp", "record"]),
        (CONSUMER.perform_seek, ["self"]),
        (CONSUMER.commit, ["self", "topics", "start_new_transaction"]),
        (CONSUMER.on_buffer_full, ["self", "tp"]),
        (CONSUMER.on_buffer_drop, ["self", "tp"]),
        (CONSUMER.highwater, ["self", "tp"]),
        (CONSUMER.verify_event_path, ["self", "now", "tp"]),
        (CONSUMER.pause_partitions, ["self", "tps"]),
        (driver.Transport.__init__, ["self", "args", "kwargs"]),
        (aiokafka.AIOKafkaConsumer.getmany, ["self", "partitions", "timeout_ms", "max_records"]),
        (aiokafka.AIOKafkaConsumer.position, ["self", "partition"]),
        (aiokafka.AIOKafkaConsumer.seek, ["self", "partition", "offset"]),
    ],
    ids=lambda found: getattr(found, "__qualname__", ""),
)
def test_a_method_that_is_overridden_or_called_has_the_parameters_known(
    method: Callable[..., Any], parameters: list[str]
) -> None:
    assert list(inspect.signature(method).parameters) == parameters


def test_faust_calls_what_is_overridden() -> None:
    assert "self._getmany(" in inspect.getsource(base.Consumer._wait_next_records)
    assert "self._to_message" in inspect.getsource(base.Consumer.getmany)
    assert "self._fetch_records" in inspect.getsource(THREAD.getmany)
    assert "self._create_worker_consumer(" in inspect.getsource(THREAD._create_consumer)
    assert "await self.commit()" in inspect.getsource(base.Consumer._commit_handler.fun)
    assert "self._thread = self._new_consumer_thread()" in inspect.getsource(base.ThreadDelegateConsumer.__init__)


def test_a_message_is_dropped_only_where_its_offset_is_below_the_last_one() -> None:
    assert "if r_offset is None or offset >= r_offset:" in inspect.getsource(base.Consumer._drain_messages)
    known = ["topic", "partition", "offset", "timestamp", "timestamp_type", "headers", "key", "value", "checksum"]
    assert set(known) <= set(inspect.signature(ConsumerMessage).parameters)


def test_what_the_app_stands_on_is_there() -> None:
    assert BootStrategy.enable_web is None
    assert BootStrategy.enable_kafka_producer is None
    assert issubclass(CrashingSupervisor, Service)
    assert inspect.iscoroutinefunction(Service.add_async_context)
    assert isinstance(Service.crashed, property)


def test_an_offset_out_of_range_names_its_partitions() -> None:
    source = inspect.getsource(aiokafka.consumer.fetcher.Fetcher._proc_fetch_request)
    assert "Errors.OffsetOutOfRangeError({tp: fetch_offset})" in source
    assert OffsetOutOfRangeError({("topic", 0): 5}).args[0] == {("topic", 0): 5}


def test_a_consumer_keeps_its_client_where_it_is_closed_by_force() -> None:
    assert "self._client = AIOKafkaClient(" in inspect.getsource(aiokafka.AIOKafkaConsumer.__init__)


def test_a_producer_can_be_stopped_by_force() -> None:
    assert "self._sender = Sender(" in inspect.getsource(aiokafka.AIOKafkaProducer.__init__)
    assert isinstance(Sender.sender_task, property)
    assert "if self._closed is False:" in inspect.getsource(aiokafka.AIOKafkaProducer.__del__)


def test_a_seek_drops_what_was_fetched_ahead() -> None:
    assert "del self._records[tp]" in inspect.getsource(aiokafka.consumer.fetcher.Fetcher.seek_to)
