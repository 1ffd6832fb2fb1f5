"""Positions: what lies between records, what is read again, and what the log does not have."""

from pathlib import Path

import pytest

from services.kafka import reader
from services.kafka.connection import Connection
from tests.fixtures.processes import eventually
from tests.services.kafka.ledger import Ledger
from tests.services.kafka.reading import reading
from tests.services.kafka.topic import new_topic

WITHIN_SECONDS = 30


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger")


async def test_aborted_transactions_and_markers_leave_no_hole_and_markers_at_the_end_move_the_position(
    kafka: Connection, ledger: Ledger
) -> None:
    topic = await new_topic(kafka, 1)
    await topic.write_transactions(0, [(3, True), (2, False), (1, True), (4, False)])
    async with reading(topic, ledger):
        await eventually(lambda: ledger.checkpoints() == {0: 14}, WITHIN_SECONDS)  # ten records and four markers
    values = [value for _, _, value, _, _ in ledger.records(0)]
    assert values == [b"committed-0-0", b"committed-0-1", b"committed-0-2", b"committed-2-0"]
    assert ledger.offsets(0) == [0, 1, 2, 7]
    assert ledger.halted() == []


async def test_a_marker_behind_everything_read_gives_a_batch_without_records(kafka: Connection, ledger: Ledger) -> None:
    topic = await new_topic(kafka, 1)
    async with reading(topic, ledger):
        await topic.write_transactions(0, [(1, True)])
        await eventually(lambda: ledger.checkpoints() == {0: 2}, WITHIN_SECONDS)
        read_before = len(ledger.batches(0))
        await topic.write_transactions(0, [(5, False)])
        await eventually(lambda: ledger.checkpoints() == {0: 8}, WITHIN_SECONDS)
    assert {records for _, _, records in ledger.batches(0)[read_before:]} == {0}


async def test_nothing_of_an_undecided_transaction_nor_behind_it_is_read(kafka: Connection, ledger: Ledger) -> None:
    topic = await new_topic(kafka, 2)
    async with topic.undecided_transaction(0, b"undecided"):
        await topic.write([(0, b"behind it"), (1, b"beside it")])
        async with reading(topic, ledger):
            await eventually(lambda: ledger.offsets(1) == [0], WITHIN_SECONDS)
            await topic.write([(1, b"beside it")])
            await eventually(lambda: ledger.offsets(1) == [0, 1], WITHIN_SECONDS)
            assert ledger.offsets(0) == []
    async with reading(topic, ledger):
        await eventually(lambda: ledger.offsets(0) == [1], WITHIN_SECONDS)


async def test_a_database_at_an_older_state_makes_the_reader_go_back_and_others_read_on(
    kafka: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "ASK_AGAIN_SECONDS", 3_600.0)
    ledger = Ledger(tmp_path / "slow", pause_seconds=0.02)  # so that fetches queue up before it
    topic = await new_topic(kafka, 2)
    await topic.write((number % 2, b"%d" % number) for number in range(2_000))
    async with reading(topic, ledger):
        await eventually(lambda: ledger.count() == 2_000, WITHIN_SECONDS)
        ledger.put_back(0, 300)
        for _ in range(10):
            await topic.write((number % 2, b"%d" % number) for number in range(200))
        await eventually(lambda: ledger.checkpoints() == {0: 2_000, 1: 2_000}, WITHIN_SECONDS)
    assert ledger.offsets(0) == [*range(1_000), *range(300, 2_000)]
    assert ledger.offsets(1) == list(range(2_000))
    assert [(hole.position, hole.start) for hole in ledger.holes] == [(300, 1_000)]


async def test_a_checkpoint_that_goes_back_while_nothing_arrives_is_read_on_from_all_the_same(
    kafka: Connection, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "ASK_AGAIN_SECONDS", 0.5)
    topic = await new_topic(kafka, 2)
    await topic.write((number % 2, b"%d" % number) for number in range(20))
    async with reading(topic, ledger):
        await eventually(lambda: ledger.checkpoints() == {0: 10, 1: 10}, WITHIN_SECONDS)
        ledger.put_back(0, 4)
        await eventually(lambda: ledger.checkpoints() == {0: 10, 1: 10}, WITHIN_SECONDS)
        await eventually(lambda: len(ledger.asked) > 10, WITHIN_SECONDS)
    assert ledger.offsets(0) == [*range(10), *range(4, 10)]
    assert ledger.offsets(1) == list(range(10)), "asking again disturbs nobody"
    assert ledger.holes == []


async def test_records_deleted_before_they_were_read_halt_their_partition_and_others_go_on(
    kafka: Connection, ledger: Ledger
) -> None:
    topic = await new_topic(kafka, 3)
    await topic.write((number % 3, b"%d" % number) for number in range(30))
    await topic.delete_before({1: 4})
    async with reading(topic, ledger):
        await eventually(lambda: ledger.count() == 20, WITHIN_SECONDS)
        await topic.write((number % 3, b"%d" % number) for number in range(30))
        await eventually(lambda: ledger.count() == 40, WITHIN_SECONDS)
    assert ledger.halted() == [(1, 4, 10, "not there")]
    assert ledger.batches(1) == []


async def test_records_deleted_while_a_worker_is_behind_are_lost_and_halt_their_partition(
    kafka: Connection, ledger: Ledger
) -> None:
    topic = await new_topic(kafka, 2)
    await topic.write((number % 2, b"%d" % number) for number in range(20))
    async with reading(topic, ledger):
        await eventually(lambda: ledger.count() == 20, WITHIN_SECONDS)
        ledger.put_back(0, 3)
        await topic.delete_before({0: 10})
        await topic.write([(0, b"makes the hole be seen"), (1, b"1")])
        await eventually(lambda: ledger.halted() != [], WITHIN_SECONDS)
        await topic.write([(0, b"not read"), (1, b"2")])
        await eventually(lambda: ledger.checkpoints()[1] == 12, WITHIN_SECONDS)
    assert ledger.halted()[0][:2] == (0, 10)
    assert ledger.halted()[0][3] == "lost"
    assert len(ledger.halted()) == 1
    assert ledger.checkpoints()[0] == 3


async def test_kafka_hears_of_the_checkpoints_for_the_sake_of_lag_tools(kafka: Connection, ledger: Ledger) -> None:
    topic = await new_topic(kafka, 2)
    await topic.write((number % 2, b"%d" % number) for number in range(20))
    async with reading(topic, ledger, group=f"hinted-{topic.name}"):
        await eventually(lambda: ledger.count() == 20, WITHIN_SECONDS)
    assert await topic.hints(f"hinted-{topic.name}") == {0: 10, 1: 10}
