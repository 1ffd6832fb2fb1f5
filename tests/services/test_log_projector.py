"""Batches of a log into a store: each position once, holes loud, losses named, whatever the reader does."""

from collections.abc import AsyncIterator

import pytest

from services.log import Hole, LogBatch, LogRecord, Span
from services.log_projector import StoreLogProjector
from services.projector import Projector
from services.store import Checkpoint, StoreRefused, StoreUnavailable
from tests.fixtures.saying import processed, received, records
from tests.fixtures.stores import Adapter, OpenAdapter, in_memory, in_postgres

TOPIC = "facts"
ID = "topic-id"
CASE = b"c1"


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.database)])
def adapter(request: pytest.FixtureRequest) -> OpenAdapter:
    return in_memory if request.param == "memory" else in_postgres(request.getfixturevalue("database_url"))


@pytest.fixture
async def found(adapter: OpenAdapter) -> AsyncIterator[Adapter]:
    """A store that is bound to partitions 0 and 1 of a log."""
    async with adapter() as opened:
        await projector(opened).positions(ID, {0: Span(0, 0), 1: Span(0, 0)})
        yield opened


async def no_sleep(_seconds: float) -> None:
    return None


def projector(found: Adapter) -> StoreLogProjector:
    return StoreLogProjector(found.store, TOPIC, sleep=no_sleep)


def at(offset: int, value: bytes | None, key: bytes | None = CASE, **more: bytes) -> LogRecord:
    return LogRecord(offset, 1_800_000_000_000_000 + offset, key, value, **more)


def batch(*fetched: LogRecord, start: int = 0, upto: int | None = None, partition: int = 0) -> LogBatch:
    return LogBatch(partition, start, fetched[-1].offset + 1 if upto is None else upto, fetched)


async def checkpoint(found: Adapter, partition: int = 0) -> Checkpoint:
    return {one.partition: one for one in await found.store.checkpoints()}[partition]


def numbers(one: Checkpoint) -> tuple[int, int, int, int, int]:
    return one.position, one.read, one.applied, one.duplicate, one.dead


RECEIVED = received("c1", "2024-01-10")
PROCESSED = processed("c1", "2024-01-12")


async def test_positions_skip_what_is_no_record_and_the_numbers_count_records(found: Adapter) -> None:
    await projector(found).project(batch(at(0, RECEIVED), at(2, PROCESSED), at(5, RECEIVED), upto=7))
    assert numbers(await checkpoint(found)) == (7, 3, 2, 1, 0)
    assert [one.position for one in await found.archive()] == [0, 2]


async def test_the_instant_of_recording_is_the_brokers(found: Adapter) -> None:
    await projector(found).project(batch(at(0, RECEIVED), at(1, PROCESSED)))
    assert (await checkpoint(found)).recorded_at == 1_800_000_000_000_001


async def test_a_batch_without_records_moves_the_checkpoint(found: Adapter) -> None:
    await projector(found).project(batch(start=0, upto=3))
    assert numbers(await checkpoint(found)) == (3, 0, 0, 0, 0)


async def test_a_batch_read_again_changes_nothing_and_one_that_overlaps_counts_what_is_new(found: Adapter) -> None:
    log = projector(found)
    first = batch(at(0, RECEIVED), at(1, RECEIVED))
    await log.project(first)
    await log.project(first)
    await log.project(batch(at(1, RECEIVED), at(2, PROCESSED), start=1))
    assert numbers(await checkpoint(found)) == (3, 3, 2, 1, 0)


async def test_a_batch_above_the_checkpoint_is_a_hole_and_changes_nothing(found: Adapter) -> None:
    with pytest.raises(Hole) as hole:
        await projector(found).project(batch(at(4, RECEIVED), start=4))
    assert (hole.value.partition, hole.value.position, hole.value.start) == (0, 0, 4)
    one = await checkpoint(found)
    assert (numbers(one), one.rewinds, one.stuck) == ((0, 0, 0, 0, 0), 1, False)
    assert await found.archive() == []


async def test_rewinds_without_progress_are_stuck_and_progress_ends_that(found: Adapter) -> None:
    log = projector(found)
    for _ in range(4):
        with pytest.raises(Hole):
            await log.project(batch(at(4, RECEIVED), start=4))
    assert (await checkpoint(found)).stuck
    await log.project(batch(at(0, RECEIVED)))
    assert not (await checkpoint(found)).stuck


async def test_partitions_are_counted_apart(found: Adapter) -> None:
    log = projector(found)
    await log.project(batch(at(0, RECEIVED)))
    await log.project(batch(at(0, RECEIVED), at(1, PROCESSED), partition=1))
    assert numbers(await checkpoint(found, 0)) == (1, 1, 1, 0, 0)
    assert numbers(await checkpoint(found, 1)) == (2, 2, 1, 1, 0), "a case on two partitions is one case"


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (at(0, None), "value_missing"),
        (at(0, RECEIVED, key=None), "key_missing"),
        (at(0, RECEIVED, key=b"other"), "key_not_subject"),
        (at(0, RECEIVED, content_type=b"text/plain"), "content_type"),
        (at(0, b"{", key=b""), "not_json"),
        (at(0, b"row 7", key=b"", refusal=b"unmapped_value: column x"), "unmapped_value"),
        (at(0, b" " * 1_048_577), "too_large"),
    ],
)
async def test_what_is_no_fact_is_a_dead_letter_with_its_place(found: Adapter, record: LogRecord, reason: str) -> None:
    await projector(found).project(batch(record))
    assert numbers(await checkpoint(found)) == (1, 1, 0, 0, 1)
    [letter] = await found.dead_letters()
    assert (letter.partition, letter.position, letter.word, letter.body) == (0, 0, reason, record.value or b"")


async def test_equal_poison_at_two_places_is_two_dead_letters(found: Adapter) -> None:
    await projector(found).project(batch(at(0, b"{"), at(1, b"{")))
    assert [letter.position for letter in await found.dead_letters()] == [0, 1]


@pytest.mark.parametrize("said", [b"application/cloudevents+json; charset=utf-8", b"Application/CloudEvents+JSON"])
async def test_the_content_type_may_be_written_in_its_other_ways(found: Adapter, said: bytes) -> None:
    await projector(found).project(batch(at(0, RECEIVED, content_type=said)))
    assert numbers(await checkpoint(found)) == (1, 1, 1, 0, 0)


async def test_a_header_that_names_no_reason_of_ours_refuses_nothing(found: Adapter) -> None:
    await projector(found).project(batch(at(0, RECEIVED, refusal=b"whatever: I say so")))
    assert numbers(await checkpoint(found)) == (1, 1, 1, 0, 0)


async def test_reading_goes_on_from_the_checkpoint(found: Adapter) -> None:
    log = projector(found)
    await log.project(batch(at(0, RECEIVED)))
    assert await log.positions(ID, {0: Span(0, 9), 1: Span(0, 0)}) == {0: 1, 1: 0}


@pytest.mark.parametrize(
    ("topic_id", "span", "why"),
    [
        (ID, Span(2, 9), "records 1 to 1 are no longer in the log"),
        ("another", Span(0, 9), "the topic was made anew"),
    ],
)
async def test_a_log_that_cannot_be_read_on_halts_its_partition_for_good(
    found: Adapter, topic_id: str, span: Span, why: str
) -> None:
    log = projector(found)
    await log.project(batch(at(0, RECEIVED)))
    assert 0 not in await log.positions(topic_id, {0: span})
    assert why in ((await checkpoint(found)).halted or "")
    assert await log.positions(ID, {0: Span(0, 9), 1: Span(0, 0)}) == {1: 0}, "until somebody resets it"


async def test_a_checkpoint_past_the_end_that_was_looked_up_is_for_the_log_to_judge(found: Adapter) -> None:
    """Between the look at the log and the look at the checkpoint another worker may have recorded a batch."""
    log = projector(found)
    await log.project(batch(at(0, RECEIVED)))
    assert await log.positions(ID, {0: Span(0, 0)}) == {0: 1}
    await log.lost(ID, 0, Span(0, 0))
    assert "lies beyond the log's end 0" in ((await checkpoint(found)).halted or "")


async def test_a_position_missing_in_a_topic_made_anew_is_told_as_that(found: Adapter) -> None:
    log = projector(found)
    await log.project(batch(at(0, RECEIVED)))
    await log.lost("another", 0, Span(0, 0))
    assert "the topic was made anew" in ((await checkpoint(found)).halted or "")


async def test_a_database_restored_to_nothing_is_still_fed_by_this_log(adapter: OpenAdapter) -> None:
    async with adapter() as empty:
        log = projector(empty)
        log._topic_id = ID  # asked for before the database was restored
        await log.project(batch(at(0, RECEIVED)))
        assert await log.positions(ID, {0: Span(0, 9)}) == {0: 1}


async def test_a_position_that_the_log_does_not_have_halts_the_partition(found: Adapter) -> None:
    await projector(found).lost(ID, 0, Span(3, 9))
    assert "records 0 to 2 are no longer in the log" in ((await checkpoint(found)).halted or "")


async def test_a_position_lost_in_a_database_that_was_put_back_to_nothing_is_asked_for_anew(
    adapter: OpenAdapter,
) -> None:
    async with adapter() as empty:
        await projector(empty).lost(ID, 0, Span(3, 9))
        assert list(await empty.store.checkpoints()) == []


async def test_a_database_fed_without_a_log_is_not_fed_by_one() -> None:
    async with in_memory() as opened:
        await Projector(opened.store).project(_reading(RECEIVED))
        assert await projector(opened).positions(ID, {0: Span(0, 9)}) == {}
        assert "fed without a log" in ((await checkpoint(opened)).halted or "")


async def test_a_database_fed_by_a_log_is_fed_by_nothing_else(found: Adapter) -> None:
    with pytest.raises(StoreRefused, match="--kafka"):
        await Projector(found.store).project(_reading(RECEIVED))


async def test_a_store_that_is_away_is_waited_for_and_the_waits_are_counted(
    found: Adapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0
    transaction = found.store.transaction

    def away_twice(partition: int):  # type: ignore[no-untyped-def]
        nonlocal tries
        tries += 1
        if tries <= 2:
            raise StoreUnavailable("gone")
        return transaction(partition)

    monkeypatch.setattr(found.store, "transaction", away_twice)
    await projector(found).project(batch(at(0, RECEIVED)))
    one = await checkpoint(found)
    assert (numbers(one), one.retries) == ((1, 1, 1, 0, 0), 2)


def _reading(*events: bytes):  # type: ignore[no-untyped-def]
    from projections.batches import read

    return read(records(*events))
