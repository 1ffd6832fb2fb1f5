"""The publisher while its broker is away: what it gave up leaves nothing behind that goes on by itself."""

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.kafka.broker import LocalBroker, local_broker
from projections.batches import read
from services.kafka.connection import Connection
from services.kafka.errors import KafkaUnavailable
from services.kafka.publisher import Publisher
from services.kafka.topics import spans
from services.store import StoreUnavailable
from tests.fixtures.kafka import fresh_topic
from tests.fixtures.kafka_records import read as read_log
from tests.fixtures.saying import received, records

WITHIN_SECONDS = 60


@pytest.fixture
def own_broker(broker_folder: Path) -> Iterator[LocalBroker]:
    with local_broker(broker_folder) as broker:
        yield broker


def facts(number: int) -> list[bytes]:
    return [received(f"case-{number}-{one}", "2024-01-10", unit="A") for one in range(50)]


def lines_to(broker: LocalBroker) -> int:
    """Open connections of this process to a broker."""
    port = int(broker.bootstrap.rpartition(":")[2])
    return sum(
        one.status == psutil.CONN_ESTABLISHED and bool(one.raddr) and one.raddr.port == port
        for one in psutil.Process().net_connections("tcp")
    )


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_batch_that_was_given_up_leaves_no_task_and_no_line_behind(
    own_broker: LocalBroker, how: signal.Signals
) -> None:
    connection, first, lost, last = Connection((own_broker.bootstrap,)), facts(0), facts(1), facts(2)
    topic = await fresh_topic(connection)
    publisher = Publisher(connection, topic, publish_seconds=2.0)
    await publisher.project(read(records(*first)))
    pid, before = own_broker.pid, asyncio.all_tasks()
    assert pid is not None
    os.kill(pid, how)
    with pytest.raises(StoreUnavailable):
        await publisher.project(read(records(*lost)))
    assert {task.get_coro() for task in asyncio.all_tasks() - before} == set()
    assert lines_to(own_broker) == 0
    await _returned(own_broker, pid, how)
    await _taken(publisher, last)
    await publisher.close()
    assert {*first, *last} <= await _held(connection, topic)


async def _returned(broker: LocalBroker, pid: int, how: signal.Signals) -> None:
    if how == signal.SIGSTOP:
        os.kill(pid, signal.SIGCONT)
    else:
        await asyncio.to_thread(broker.start)


async def _taken(publisher: Publisher, some: list[bytes]) -> None:
    """Sent again until the broker has them, as a sender does."""
    async with asyncio.timeout(WITHIN_SECONDS):
        while True:
            try:
                await publisher.project(read(records(*some)))
            except StoreUnavailable:
                continue
            return


async def _held(connection: Connection, topic: str) -> set[bytes | None]:
    """What the log has, once the broker leads again: one that slept was given up by its own controller."""
    async with asyncio.timeout(WITHIN_SECONDS):
        while True:
            try:
                return set((await read_log(connection, topic, await spans(connection, topic))).values())
            except KafkaUnavailable:
                continue
