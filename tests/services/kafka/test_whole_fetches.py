"""A worker hands over everything that is in the log, once, in order, from position to position."""

import itertools
from pathlib import Path

from services.kafka.connection import Connection
from tests.fixtures.processes import eventually
from tests.services.kafka.ledger import Ledger
from tests.services.kafka.reading import reading
from tests.services.kafka.topic import new_topic

RECORDS = 20_000
PARTITIONS = 4
WITHIN_SECONDS = 30


async def test_every_record_is_handed_over_once_in_order_and_batches_lie_end_to_end(
    kafka: Connection, tmp_path: Path
) -> None:
    topic = await new_topic(kafka, PARTITIONS)
    await topic.write((number % PARTITIONS, b"%d" % number + b"." * 300) for number in range(RECORDS))
    ledger = Ledger(tmp_path / "ledger")
    async with reading(topic, ledger):
        await eventually(lambda: ledger.count() == RECORDS, WITHIN_SECONDS)
    for partition in range(PARTITIONS):
        assert ledger.offsets(partition) == list(range(RECORDS // PARTITIONS))
        batches = ledger.batches(partition)
        assert [batches[0][0], batches[-1][1]] == [0, RECORDS // PARTITIONS]
        assert all(one[1] == following[0] for one, following in itertools.pairwise(batches))
    assert ledger.batch_count() <= RECORDS / 100  # whole fetches, not single records
    ledger.close()


async def test_a_record_comes_as_it_is_with_the_brokers_time(kafka: Connection, tmp_path: Path) -> None:
    topic = await new_topic(kafka, 1)
    await topic.write([(0, b"\x00 not JSON \xff")])
    ledger = Ledger(tmp_path / "ledger")
    async with reading(topic, ledger):
        await eventually(lambda: ledger.count() == 1, WITHIN_SECONDS)
    [(offset, key, value, recorded_at, content_type)] = ledger.records(0)
    assert (offset, key, value) == (0, b"\x00 not JSON \xff", b"\x00 not JSON \xff")
    assert content_type == b"application/cloudevents+json"
    assert recorded_at % 1_000 == 0
    assert recorded_at > 1_600_000_000_000_000
    ledger.close()


async def test_a_worker_started_again_reads_on_from_the_checkpoint_and_nothing_below(
    kafka: Connection, tmp_path: Path
) -> None:
    topic = await new_topic(kafka, 2)
    await topic.write((number % 2, b"%d" % number) for number in range(200))
    ledger = Ledger(tmp_path / "ledger")
    async with reading(topic, ledger):
        await eventually(lambda: ledger.count() == 200, WITHIN_SECONDS)
    read_before = [len(ledger.batches(partition)) for partition in range(2)]
    await topic.write((number % 2, b"%d" % number) for number in range(100))
    async with reading(topic, ledger):
        await eventually(lambda: ledger.count() == 300, WITHIN_SECONDS)
    for partition in range(2):
        assert ledger.batches(partition)[read_before[partition]][0] == 100
        assert ledger.offsets(partition) == list(range(150))
    ledger.close()
