"""A checkpoint moved by hand: what is read again is a repeat, and a topic made anew collides with nothing."""

from collections.abc import AsyncIterator

import pytest

from services.composition import Database
from services.log import LogBatch, LogRecord, Span
from services.log_projector import StoreLogProjector
from services.postgres.upkeep import reset_checkpoint
from services.store import Checkpoint
from tests.fixtures.databases import fetch, opened
from tests.fixtures.saying import processed, received

pytestmark = pytest.mark.database

TOPIC = "facts"
FIRST, SECOND = "the first topic", "the second topic"
RECEIVED, PROCESSED = received("c1", "2024-01-10"), processed("c1", "2024-01-12")
NO_FACT = b"no fact"
ANYWHERE = {0: Span(0, 99)}


@pytest.fixture
async def found(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as database:
        yield database


async def read(found: Database, topic_id: str, *values: bytes, start: int = 0) -> None:
    """As a worker does: asks where to read, and hands over what lies there."""
    log = StoreLogProjector(found.store, TOPIC)
    assert await log.positions(topic_id, ANYWHERE) == {0: start}
    fetched = [
        LogRecord(offset, 1_800_000_000_000_000 + offset, b"c1", value) for offset, value in enumerate(values, start)
    ]
    await log.project(LogBatch(0, start, start + len(values), fetched))


async def reset(found: Database, position: int, topic_id: str) -> None:
    await reset_checkpoint(found.pool, 0, position, topic_id=topic_id, reason="a test", done_by="a test")


async def numbers(found: Database) -> tuple[int, int, int, int, int]:
    one: Checkpoint = (await found.store.checkpoints())[0]
    return one.position, one.read, one.applied, one.duplicate, one.dead


async def test_what_is_read_again_after_a_reset_is_a_repeat_facts_and_dead_letters_alike(
    found: Database, database_url: str
) -> None:
    await read(found, FIRST, RECEIVED, NO_FACT, PROCESSED)
    await reset(found, 0, FIRST)
    await read(found, FIRST, RECEIVED, NO_FACT, PROCESSED)
    assert await numbers(found) == (3, 6, 2, 3, 1)
    assert len(await fetch(database_url, "select from dead_letters")) == 1


async def test_the_records_of_a_topic_made_anew_take_places_behind_those_of_the_one_before(
    found: Database, database_url: str
) -> None:
    await read(found, FIRST, RECEIVED, NO_FACT)
    await reset(found, 0, SECOND)
    await read(found, SECOND, NO_FACT, PROCESSED)
    assert await numbers(found) == (2, 4, 2, 0, 2)
    archived = await fetch(database_url, "select position from archive order by position")
    assert [row["position"] for row in archived] == [0, 3]
    buried = await fetch(database_url, 'select position, position - base as "offset" from dead_letters order by 1')
    assert [tuple(row) for row in buried] == [(1, 1), (2, 0)]


async def test_another_reset_to_the_same_topic_leaves_the_places_where_they_are(
    found: Database, database_url: str
) -> None:
    await read(found, FIRST, RECEIVED)
    await reset(found, 0, SECOND)
    await read(found, SECOND, NO_FACT, PROCESSED)
    await reset(found, 1, SECOND)
    await read(found, SECOND, PROCESSED, start=1)
    assert await numbers(found) == (2, 4, 2, 1, 1)
    archived = await fetch(database_url, "select position from archive order by position")
    assert [row["position"] for row in archived] == [0, 2]
