"""What every store must do: memory, PostgreSQL over its socket, and PostgreSQL over TCP with a password."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

import pytest
from msgspec import structs

from events.codec import decode
from events.errors import Refused
from events.facts import KINDS
from projections.batches import absorb, read
from projections.effect import Record, Verdict
from projections.figures import figures
from projections.measures import POLICIES, Policy
from projections.periods import Period, parse_period
from projections.units import Unit
from services.projector import Projector
from services.sample.history import history
from services.sample.units import province_units
from services.store import Checkpoint, Conflict, Reached
from services.verifier import ArchivedEvent, Recount, Rules, UnitRow
from tests.fixtures.saying import event, processed, received, records, retracted
from tests.fixtures.stores import Adapter, OpenAdapter, Recorded, in_memory, in_postgres

JANUARY = Period(date(2024, 1, 1).toordinal(), date(2024, 2, 1).toordinal())
BROKEN = b'{"specversion": "1.0", "id": NaN}'
NO_UNIT = received("lost", "2024-01-15", unit="nowhere", id="lost-1")


@pytest.fixture(
    params=[
        "memory",
        pytest.param("socket", marks=pytest.mark.database),
        pytest.param("tcp", marks=pytest.mark.database),
    ]
)
def adapter(request: pytest.FixtureRequest) -> OpenAdapter:
    """Opens the store under test, empty."""
    match request.param:
        case "memory":
            return in_memory
        case "socket":
            return in_postgres(request.getfixturevalue("database_url"))
        case _:
            return in_postgres(request.getfixturevalue("tcp_database_url"))


async def project(found: Adapter, *events: bytes, partition: int = 0) -> list[Verdict]:
    return await Projector(found.store, partition).project(read(records(*events)))


def words(verdicts: Iterable[Verdict]) -> list[str]:
    return [verdict.reason or verdict.status for verdict in verdicts]


async def checkpoint(found: Adapter, partition: int = 0) -> Checkpoint:
    known = {one.partition: one for one in await found.store.checkpoints()}
    return known.get(partition, Checkpoint(partition))


async def counts(found: Adapter, unit: str, policy: Policy = Policy.DATE) -> dict[str, int]:
    """Figures of January that are not 0."""
    buckets = await found.store.buckets([JANUARY.begin, JANUARY.end], "procedure")
    return {name: n for name, n in structs.asdict(figures(buckets, unit, JANUARY, policy)).items() if n}


async def test_each_record_is_answered_in_its_order_and_stored_as_it_came(adapter: OpenAdapter) -> None:
    first = received("c1", "2024-01-15T08:00", due="2024-01-22T17:00", id="r1")
    async with adapter() as found:
        verdicts = await project(found, first, BROKEN, first, NO_UNIT, processed("c1", "2024-01-16", id="p1"))
        assert words(verdicts) == ["accepted", "not_json", "duplicate", "unknown_unit", "accepted"]
        assert [verdict.id for verdict in verdicts] == ["r1", None, "r1", "lost-1", "p1"]
        archive = [(one.position, one.word, one.body) for one in await found.archive()]
        assert archive == [(0, "received", first), (4, "processed", archive[1][2])]
        dead = [(one.position, one.word, one.body) for one in await found.dead_letters()]
        assert dead == [(1, "not_json", BROKEN), (3, "unknown_unit", NO_UNIT)]


async def test_a_position_is_applied_and_duplicate_and_dead_together(adapter: OpenAdapter) -> None:
    first = received("c1", "2024-01-15", id="r1")
    async with adapter() as found:
        await project(found, first, BROKEN, first)
        after_one = await checkpoint(found)
        await project(found, BROKEN, first, processed("c1", "2024-01-16"), NO_UNIT)
        after_two = await checkpoint(found)
        counters = await found.counters()
    assert (after_one.position, after_one.applied, after_one.duplicate, after_one.dead) == (3, 1, 1, 1)
    assert (after_two.position, after_two.applied, after_two.duplicate, after_two.dead) == (7, 2, 3, 2)
    assert counters == {
        (0, "applied", "received"): 1,
        (0, "applied", "processed"): 1,
        (0, "dead", "not_json"): 1,
        (0, "dead", "unknown_unit"): 1,
    }


async def test_an_empty_batch_changes_nothing(adapter: OpenAdapter) -> None:
    async with adapter() as found:
        assert await project(found) == []
        assert (await checkpoint(found)).position == 0


async def test_a_transaction_that_fails_after_writing_leaves_nothing(adapter: OpenAdapter) -> None:
    async with adapter() as found:
        await project(found, received("c1", "2024-01-10"), BROKEN)
        before = await everything(found)
        with pytest.raises(RuntimeError, match="power cut"):
            await write_and_fail(found, received("c1", "2024-01-11", id="x"), processed("c2", "2024-01-12"), NO_UNIT)
        assert await everything(found) == before
        assert words(await project(found, received("c1", "2024-01-11", id="x"))) == ["accepted"]


async def test_a_transaction_that_fails_leaves_no_trace_in_an_empty_store(adapter: OpenAdapter) -> None:
    async with adapter() as found:
        with pytest.raises(RuntimeError, match="power cut"):
            await write_and_fail(found, received("c1", "2024-01-11"), BROKEN)
        assert (await found.archive(), await found.dead_letters(), await found.counters()) == ([], [], {})
        assert (await checkpoint(found)).position == 0
        assert await counts(found, "A") == {}


async def write_and_fail(found: Adapter, *events: bytes) -> None:
    reading = read(records(*events))
    async with found.store.transaction(0) as transaction:
        start = transaction.checkpoint.position
        stored = await transaction.load(reading.case_ids())
        positions = range(start, start + len(events))
        effect = absorb(reading, positions, 0, stored, transaction.rules, [transaction.now] * len(positions))
        await transaction.write(effect, "topic", Reached(start + len(events), transaction.now))
        raise RuntimeError("power cut")


async def everything(found: Adapter) -> tuple[object, ...]:
    cases = await found.store.cases(["c1", "c2", "lost"])
    return (
        await found.archive(),
        await found.dead_letters(),
        await found.counters(),
        list(await found.store.checkpoints()),
        {case_id: (one.version, one.kept, one.counted) for case_id, one in cases.items()},
        await counts(found, "A"),
        dict(await found.store.problems("procedure")),
    )


async def test_a_case_changed_by_somebody_else_meanwhile_is_a_conflict(adapter: OpenAdapter) -> None:
    late, meanwhile = processed("c1", "2024-01-16"), event("paused", "c1", "2024-01-15T12:00", reason="payment")
    async with adapter() as found:
        await project(found, received("c1", "2024-01-15"))
        with pytest.raises(Conflict):
            await overtaken(found, late, by=meanwhile)
        assert len((await found.store.cases(["c1"]))["c1"].kept) == 2
        assert words(await project(found, late, partition=1)) == ["accepted"]
        kept = (await found.store.cases(["c1"]))["c1"].kept
        assert [(one.partition, one.position) for one in kept] == [(0, 0), (0, 1), (1, 0)]


async def test_a_case_made_by_somebody_else_meanwhile_is_a_conflict(adapter: OpenAdapter) -> None:
    async with adapter() as found:
        with pytest.raises(Conflict):
            await overtaken(found, processed("c1", "2024-01-16"), by=received("c1", "2024-01-15"))
        assert await counts(found, "A") == {"new": 1, "pending_in_time": 1}


async def overtaken(found: Adapter, slow: bytes, *, by: bytes) -> None:
    """A transaction of partition 1 that loads its case before another one changes it, and writes afterwards."""
    reading = read(records(slow))
    async with found.store.transaction(1) as transaction:
        stored = await transaction.load(reading.case_ids())
        await project(found, by, partition=0)
        await transaction.write(
            absorb(reading, [0], 1, stored, transaction.rules, [transaction.now]), "topic", Reached(1, transaction.now)
        )


async def test_concurrent_batches_of_two_partitions_about_the_same_cases_end_up_exact(adapter: OpenAdapter) -> None:
    cases = [f"c{number}" for number in range(12)]
    async with adapter() as found:
        for case in cases:
            await asyncio.gather(
                project(
                    found, received(case, "2024-01-10", due="2024-01-20"), received("same", "2024-01-10"), partition=0
                ),
                project(found, processed(case, "2024-01-12"), processed("same", "2024-01-11", id="p"), partition=1),
            )
            await asyncio.gather(
                project(found, event("returned", case, "2024-01-14"), partition=0),
                project(found, event("returned", case, "2024-01-13"), partition=1),
            )
        assert await counts(found, "A") == {
            "new": 13,
            "settled_early": 12,
            "settled_on_time": 1,
            "fell_due": 12,
            "fell_due_on_time": 12,
            "returned": 12,
        }
        stored = await found.store.cases(cases)
        assert {len(one.kept) for one in stored.values()} == {4}
        for partition in (0, 1):
            at = await checkpoint(found, partition)
            assert at.position == at.applied + at.duplicate + at.dead == 36
        assert (await checkpoint(found, 1)).duplicate == 11


async def test_batches_of_one_partition_that_come_at_once_are_numbered_in_turn(
    adapter: OpenAdapter,
) -> None:
    async with adapter() as found:
        batches = [[received(f"c{number}-{place}", "2024-01-10") for place in range(3)] for number in range(8)]
        await asyncio.gather(*(project(found, *batch) for batch in batches))
        assert [one.position for one in await found.archive()] == list(range(24))
        assert await counts(found, "A") == {"new": 24, "pending_in_time": 24}


async def test_the_instant_of_recording_never_goes_back_when_the_clock_does(adapter: OpenAdapter) -> None:
    async with adapter() as found:
        await project(found, received("c1", "2024-01-15"))
        await found.set_clock_back()
        before = (await checkpoint(found)).recorded_at
        async with found.store.transaction(0) as transaction:
            assert transaction.now == before
        await project(found, received("c2", "2024-01-15"))
        assert (await checkpoint(found)).recorded_at == before


async def test_an_id_used_for_something_else_is_refused_and_the_first_counts(adapter: OpenAdapter) -> None:
    async with adapter() as found:
        await project(found, received("c1", "2024-01-15", unit="A", id="r1"))
        again = received("c1", "2024-01-15", unit="B", id="r1")
        elsewhere = received("c2", "2024-01-15", unit="B", id="r1")
        other_source = received("c1", "2024-01-16", unit="B", id="r1", source="/other")
        assert words(await project(found, again, elsewhere, other_source)) == ["id_reused", "accepted", "accepted"]
        assert [(one.word, one.body) for one in await found.dead_letters()] == [("id_reused", again)]
        assert (await counts(found, "A"))["new"] == 1


async def test_an_id_used_twice_within_one_batch_is_refused_too(adapter: OpenAdapter) -> None:
    async with adapter() as found:
        first, second = (processed("c1", f"2024-01-1{day}", id="p1") for day in (5, 6))
        assert words(await project(found, first, second, first)) == ["accepted", "id_reused", "duplicate"]


async def test_the_same_refused_bytes_again_are_answered_again_and_stored_once(adapter: OpenAdapter) -> None:
    async with adapter() as found:
        assert words(await project(found, BROKEN, BROKEN, NO_UNIT)) == ["not_json", "not_json", "unknown_unit"]
        assert words(await project(found, NO_UNIT, BROKEN)) == ["unknown_unit", "not_json"]
        assert words(await project(found, BROKEN, partition=1)) == ["not_json"]
        assert [one.word for one in await found.dead_letters()] == ["not_json", "unknown_unit"]
        at = await checkpoint(found)
        assert (at.position, at.dead, at.duplicate) == (5, 2, 3)
        assert (await checkpoint(found, 1)).duplicate == 1


async def test_a_record_refused_at_the_door_is_kept_under_its_own_reason(adapter: OpenAdapter) -> None:
    async with adapter() as found:
        reading = read([Record(b"<xml/>", Refused("content_type", "XML")), *records(received("c1", "2024-01-15"))])
        assert words(await Projector(found.store).project(reading)) == ["content_type", "accepted"]
        assert [(one.word, one.body) for one in await found.dead_letters()] == [("content_type", b"<xml/>")]


async def test_figures_of_a_period_are_read_from_sums_between_its_days(adapter: OpenAdapter) -> None:
    async with adapter() as found:
        await project(
            found,
            received("old", "2023-12-20", due="2024-01-05T17:00"),
            processed("old", "2024-01-05T18:00"),
            received("moved", "2024-01-10", due="2024-03-01"),
            event("transferred", "moved", "2024-01-12", unit="B"),
            received("overdue", "2024-01-10", due="2024-01-20", channel="online"),
            received("complaint", "2024-01-10", kind="complaint"),
        )
        own = {"carried_over": 1, "fell_due": 2, "new": 2, "online": 1, "pending_overdue": 1, "transferred_out": 1}
        assert await counts(found, "A") == own | {"settled_on_time": 1, "fell_due_on_time": 1}
        assert await counts(found, "A", Policy.INSTANT) == own | {"settled_late": 1}
        assert await counts(found, "B") == {"transferred_in": 1, "pending_in_time": 1}
        complaints = await found.store.buckets([JANUARY.begin, JANUARY.end], "complaint")
        assert figures(complaints, "A", JANUARY, Policy.DATE).new == 1


async def test_problems_are_counted_by_unit_and_taken_back(adapter: OpenAdapter) -> None:
    async with adapter() as found:
        await project(
            found,
            received("c1", "2024-01-15"),
            processed("c2", "2024-01-15"),
            received("c3", "2024-01-15", unit="B", due="2024-01-20", id="r3"),
            received("c3", "2024-01-16", unit="B", due="2024-01-20", id="r4"),
            received("c4", "2024-01-15", kind="complaint"),
        )
        assert await found.store.problems("procedure") == {
            ("A", "due_missing"): 1,
            ("", "never_received"): 1,
            ("B", "received_twice"): 1,
        }
        assert await found.store.problems("complaint") == {("A", "due_missing"): 1}
        await project(found, retracted("c3", "2024-01-17", "r4"), received("c2", "2024-01-14", due="2024-01-20"))
        assert await found.store.problems("procedure") == {("A", "due_missing"): 1}


async def test_a_case_is_read_back_with_its_facts_and_their_places(adapter: OpenAdapter) -> None:
    async with adapter() as found:
        await project(found, BROKEN, received("c1", "2024-01-15", id="r1"), partition=3)
        await project(found, processed("c1", "2024-01-16", id="p1"), partition=2)
        stored = await found.store.cases(["c1", "unknown"])
        assert set(stored) == {"c1"}
        places = [(one.partition, one.position, one.fact.id) for one in stored["c1"].kept]
        assert places == [(3, 1, "r1"), (2, 0, "p1")]
        assert [one.partition for one in await found.store.checkpoints()] == [2, 3]


SAMPLE_UNTIL = datetime.fromisoformat("2025-06-18T10:30:00+07:00")
SAMPLE_UNITS = tuple(Unit(one.code, one.name, one.level, one.parent) for one in province_units())


async def test_a_messy_history_in_any_order_over_three_partitions_is_counted_as_the_second_implementation_does(
    adapter: OpenAdapter,
) -> None:
    events = list(history(seed=3, cases=250, until=SAMPLE_UNTIL))
    random.Random(5).shuffle(events)
    async with adapter(units=SAMPLE_UNITS) as found:
        for place, begin in enumerate(range(0, len(events), 100)):
            await project(found, *events[begin : begin + 100], partition=place % 3)
        assert sum(one.position for one in await found.store.checkpoints()) == len(events)
        archive = await found.archive()
        periods = [parse_period(name) for name in ("2024", "2025", "2025-06", "calendar:2025-02")]
        recount = recounted(archive, periods)
        assert await named_figures(found, periods) == recount.figures
        summed = Counter[tuple[str, str]]()
        for (_, unit, kind, problem), n in recount.problems.items():
            if kind == "procedure":
                summed[unit, problem] += n
        assert await found.store.problems("procedure") == summed


def recounted(archive: Iterable[Recorded], periods: list[Period]) -> Recount:
    units = [UnitRow(one.code, one.name, one.level, one.parent, None, None, "") for one in SAMPLE_UNITS]
    recount = Recount(Rules("Asia/Ho_Chi_Minh", "date"), units, [(one.from_date, one.to_date) for one in periods])
    by_case: dict[str, list[ArchivedEvent]] = {}
    for row in archive:
        by_case.setdefault(decode(row.body).case_id, []).append(ArchivedEvent(row.partition, row.position, row.body))
    for case_id, facts in by_case.items():
        recount.add_case(case_id, facts)
    return recount


async def named_figures(found: Adapter, periods: list[Period]) -> dict[tuple[int, str, str, str], dict[str, int]]:
    named: dict[tuple[int, str, str, str], dict[str, int]] = {}
    bounds = [edge for period in periods for edge in (period.begin, period.end)]
    for kind in KINDS:
        buckets = await found.store.buckets(bounds, kind)
        for place, period in enumerate(periods):
            for unit in buckets.units:
                for policy in POLICIES:
                    row = structs.asdict(figures(buckets, unit, period, policy))
                    if any(row.values()):
                        named[place, unit, kind, policy.value] = {name: n for name, n in row.items() if n}
    return named
