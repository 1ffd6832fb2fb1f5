"""How a worker ends, what it refuses to begin with, and what it waits for."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from services.kafka.connection import Connection
from services.kafka.errors import KafkaRefused, KafkaUnavailable
from services.kafka.source import Parts
from services.kafka.topics import WantedTopic
from services.kafka.worker import run_worker
from tests.fixtures.processes import eventually
from tests.services.kafka.ledger import Away, Ledger
from tests.services.kafka.reading import reading
from tests.services.kafka.topic import Topic, new_topic

STOPPED_WITHIN_SECONDS = 5.0
WITHIN_SECONDS = 30
NOBODY = Connection(("127.0.0.1:1",))


@pytest.mark.parametrize("call", ["positions", "project"])
async def test_a_worker_that_waits_for_its_database_stops_soon(kafka: Connection, tmp_path: Path, call: str) -> None:
    topic = await new_topic(kafka, 2)
    await topic.write((number % 2, b"%d" % number) for number in range(1_000))
    projector = Away(tmp_path / "ledger", call)
    async with reading(topic, projector) as worker:
        await asyncio.wait_for(projector.called.wait(), WITHIN_SECONDS)
        begun = time.monotonic()
    assert time.monotonic() - begun < STOPPED_WITHIN_SECONDS
    assert worker.cancelled()
    assert projector.count() == 0


async def test_what_runs_beside_the_reading_is_ended_before_the_parts_are_closed(
    kafka: Connection, tmp_path: Path
) -> None:
    topic = await new_topic(kafka, 1)
    told: list[str] = []

    async def beside() -> None:
        told.append("begun")
        try:
            await asyncio.Event().wait()
        finally:
            told.append("ended")

    async with reading(topic, Ledger(tmp_path / "ledger"), background=[beside], closed=lambda: told.append("closed")):
        await eventually(lambda: told == ["begun"], WITHIN_SECONDS)
    assert told == ["begun", "ended", "closed"]


def never_opened() -> AbstractAsyncContextManager[Parts]:
    raise AssertionError("opened before Kafka was looked at")


async def test_a_kafka_that_nobody_runs_is_unavailable() -> None:
    with pytest.raises(KafkaUnavailable, match=r"127\.0\.0\.1:1"):
        await run_worker(NOBODY, WantedTopic("facts", 1, 1 << 20, facts=True), "group", never_opened)


async def test_a_topic_that_is_missing_is_refused(kafka: Connection) -> None:
    with pytest.raises(KafkaRefused, match="topic is missing"):
        await run_worker(kafka, Topic(kafka, "test-missing", 1).wanted, "group", never_opened)


@pytest.mark.parametrize(
    "setting",
    [{"cleanup.policy": "compact"}, {"message.timestamp.type": "CreateTime"}],
    ids=lambda one: next(iter(one)),
)
async def test_a_topic_that_would_make_figures_wrong_is_refused(kafka: Connection, setting: dict[str, str]) -> None:
    topic = await new_topic(kafka, 1, setting)
    with pytest.raises(KafkaRefused, match=next(iter(setting))):
        await run_worker(kafka, topic.wanted, "group", never_opened)
