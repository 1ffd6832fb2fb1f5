"""What libraries log is told in our way: what went wrong in Kafka by its name, what went wrong in code by its place."""

import asyncio
import gc
import logging
from collections.abc import Awaitable, Callable

import pytest
from aiokafka.errors import NotCoordinatorForGroupError
from structlog.testing import capture_logs

from services.kafka.foreign_logs import foreign_logs


class GroupCoordinator:
    """Named as aiokafka's, whose names are in the lines."""

    async def _do_commit_offsets(self) -> None:
        raise NotCoordinatorForGroupError

    async def fetch(self) -> None:
        raise NotCoordinatorForGroupError

    async def misread(self) -> None:
        raise KeyError("topic")


async def left_alone(work: Callable[[], Awaitable[None]]) -> None:
    """A task whose error nobody asks for."""
    task = asyncio.ensure_future(work())
    await asyncio.wait({task})
    del task
    gc.collect()


async def test_a_hint_given_up_and_refused_after_all_is_not_told() -> None:
    with foreign_logs(), capture_logs() as told:
        await left_alone(GroupCoordinator()._do_commit_offsets)
    assert told == []


async def test_what_kafka_refused_is_told_by_its_name() -> None:
    with foreign_logs(), capture_logs() as told:
        await left_alone(GroupCoordinator().fetch)
    [line] = told
    assert (line["logger"], line["log_level"]) == ("asyncio", "error")
    assert "NotCoordinatorForGroupError" in line["error"]
    assert "exception" not in line


async def test_a_mistake_in_code_is_told_with_its_place() -> None:
    with foreign_logs(), capture_logs() as told:
        await left_alone(GroupCoordinator().misread)
    [line] = told
    assert "in misread" in line["exception"]


@pytest.mark.parametrize("name", ["aiokafka.consumer", "faust.app", "mode"])
def test_the_same_is_not_told_twice_in_a_moment(name: str) -> None:
    with foreign_logs(), capture_logs() as told:
        for broker in range(3):
            logging.getLogger(name).warning("broker %d is away", broker)
    assert [line["event"] for line in told] == ["broker 0 is away"]
