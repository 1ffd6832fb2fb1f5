"""Workers of one group come and go; each partition is read on from its checkpoint, by one after the other."""

import asyncio
from pathlib import Path

from services.kafka.connection import Connection
from tests.fixtures.processes import eventually
from tests.services.kafka.ledger import Away, Ledger
from tests.services.kafka.reading import reading
from tests.services.kafka.topic import new_topic

WITHIN_SECONDS = 30


async def test_a_worker_that_waits_for_records_stays_when_another_one_joins_and_reads_all_when_it_left(
    kafka: Connection, tmp_path: Path
) -> None:
    topic = await new_topic(kafka, 2)
    first, second = Ledger(tmp_path / "ledger", reader="first"), Ledger(tmp_path / "ledger", reader="second")
    async with reading(topic, first):
        await eventually(lambda: first.asked == [{0, 1}], WITHIN_SECONDS)
        async with reading(topic, second):
            await eventually(lambda: shared(first.asked[-1:] + second.asked[-1:]), WITHIN_SECONDS)
            await topic.write((number % 2, b"%d" % number) for number in range(100))
            await eventually(lambda: first.count() == 100, WITHIN_SECONDS)
        await eventually(lambda: first.asked[-1] == {0, 1}, WITHIN_SECONDS)
        await topic.write((number % 2, b"%d" % number) for number in range(100))
        await eventually(lambda: first.count() == 200, WITHIN_SECONDS)
    assert all(first.offsets(partition) == list(range(100)) for partition in range(2))
    assert first.holes + second.holes == []


async def test_a_worker_whose_database_is_away_goes_on_when_it_is_back_also_after_another_one_joined(
    kafka: Connection, tmp_path: Path
) -> None:
    topic = await new_topic(kafka, 4)
    await topic.write((number % 4, b"%d" % number) for number in range(1_000))
    away = Away(tmp_path / "ledger", "positions")
    other = Ledger(tmp_path / "ledger", reader="other")
    async with reading(topic, away):
        await asyncio.wait_for(away.called.wait(), WITHIN_SECONDS)
        async with reading(topic, other):
            await eventually(lambda: len(other.readers().get("other", ())) == 2, WITHIN_SECONDS)
            away.back.set()
            await eventually(lambda: other.count() == 1_000, WITHIN_SECONDS)
    assert len(other.readers()[""]) == 2
    assert all(other.offsets(partition) == list(range(250)) for partition in range(4))


async def test_a_topic_made_anew_under_a_worker_is_not_taken_for_the_old_one(kafka: Connection, tmp_path: Path) -> None:
    topic = await new_topic(kafka, 2)
    ledger = Ledger(tmp_path / "ledger")
    await topic.write((number % 2, b"old") for number in range(10))
    async with reading(topic, ledger):
        await eventually(lambda: ledger.count() == 10, WITHIN_SECONDS)
        await topic.make_anew()
        await topic.write((number % 2, b"new") for number in range(100))
        await eventually(lambda: len(ledger.halted()) == 2, WITHIN_SECONDS)
    assert ledger.count() == 10
    assert {how for _, _, _, how in ledger.halted()} == {"another topic"}


def shared(asked: list[set[int]]) -> bool:
    """Two workers were given one partition each."""
    return sorted(map(sorted, asked)) == [[0], [1]]
