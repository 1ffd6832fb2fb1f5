"""A broker that dies, comes back, or only hangs, under a worker."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.kafka.broker import LocalBroker, local_broker
from services.kafka.connection import Connection
from tests.fixtures.processes import eventually
from tests.services.kafka.ledger import Ledger
from tests.services.kafka.reading import reading
from tests.services.kafka.topic import Topic, new_topic

WITHIN_SECONDS = 60
STOPPED_WITHIN_SECONDS = 5.0


@pytest.fixture
def own_broker(broker_folder: Path) -> Iterator[LocalBroker]:
    with local_broker(broker_folder) as broker:
        yield broker


async def read_topic(broker: LocalBroker) -> Topic:
    """A topic with some records."""
    topic = await new_topic(Connection((broker.bootstrap,)), 2)
    await topic.write((number % 2, b"%d" % number) for number in range(1_000))
    return topic


async def test_a_worker_reads_on_when_a_dead_broker_is_back(own_broker: LocalBroker, tmp_path: Path) -> None:
    topic, ledger = await read_topic(own_broker), Ledger(tmp_path / "ledger")
    async with reading(topic, ledger):
        await eventually(lambda: ledger.count() == 1_000, WITHIN_SECONDS)
        await asyncio.to_thread(own_broker.kill)
        await asyncio.to_thread(own_broker.start)
        await topic.write((number % 2, b"%d" % number) for number in range(1_000))
        await eventually(lambda: ledger.count() == 2_000, WITHIN_SECONDS)
    assert all(ledger.offsets(partition) == list(range(1_000)) for partition in range(2))
    assert ledger.holes == []


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_worker_stops_soon_whatever_the_broker_does(
    own_broker: LocalBroker, tmp_path: Path, how: signal.Signals
) -> None:
    topic, ledger = await read_topic(own_broker), Ledger(tmp_path / "ledger")
    async with reading(topic, ledger):
        await eventually(lambda: ledger.count() == 1_000, WITHIN_SECONDS)
        pid = own_broker.pid
        assert pid is not None
        os.kill(pid, how)
        begun = time.monotonic()
    assert time.monotonic() - begun < STOPPED_WITHIN_SECONDS
    if how == signal.SIGSTOP:
        os.kill(pid, signal.SIGCONT)
