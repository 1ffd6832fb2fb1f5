"""Balances in the database: whenever they were struck, and whatever happened since, reports read the same sums."""

import random
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime
from typing import Final

import pytest

from events.facts import KINDS
from projections.batches import read
from projections.buckets import Vector
from projections.figures import measures_of
from projections.measures import Policy
from projections.units import Unit
from services.composition import Database
from services.postgres.balance_table import read_struck
from services.postgres.balancing import strike_balances
from services.postgres.connection import connected
from services.postgres.queries import prune_changes, snapshot
from services.postgres.report_sums import EVERY, read_report_sums, read_sums
from services.postgres.store import read_buckets
from services.postgres.upkeep import reset_checkpoint
from services.sample.history import history
from services.sample.units import province_units
from services.units_loading import load_units
from tests.fixtures.databases import fetch, opened
from tests.fixtures.saying import processed, received, records

pytestmark = pytest.mark.database

SEED: Final = 20_261_129
UNTIL = datetime.fromisoformat("2025-06-18T10:30:00+07:00")
TODAY = date(2025, 6, 18).toordinal()
DAY_MAX = date(2025, 8, 1).toordinal()
SAMPLE_UNITS = tuple(Unit(one.code, one.name, one.level, one.parent) for one in province_units())
UNIT = SAMPLE_UNITS[-1].code
BATCH = 250
FOREVER = 4_000_000_000_000_000

Sums = dict[str, list[Vector]]


@pytest.fixture
async def found(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url, units=SAMPLE_UNITS) as database:
        yield database


async def record(found: Database, *events: bytes) -> None:
    await found.projector().project(read(records(*events)))


async def struck(found: Database) -> bool:
    async with snapshot(found.pool) as connection:
        return await read_struck(connection) is not None


async def expect_the_sums_of_all_days(found: Database, bounds: list[int]) -> int:
    """Compares what reports read with the tallies added up, in one snapshot; gives how many are not 0."""
    compared = 0
    for kind in KINDS:
        async with snapshot(found.pool) as connection:
            added_up = (await read_buckets(connection, bounds, kind)).units
            every = (await read_sums(connection, bounds, kind)).units
            by_policy = {one: (await read_report_sums(connection, bounds, kind, one)).units for one in Policy}
        assert _standing(every, EVERY) == _standing(added_up, EVERY), (kind, bounds)
        for policy, sums in by_policy.items():
            expected = _standing(added_up, measures_of(policy))
            assert _standing(sums, measures_of(policy)) == expected, (kind, policy, bounds)
            compared += sum(n != 0 for vectors in expected.values() for vector in vectors for n in vector)
    return compared


def _standing(units: Sums, measures: tuple[int, ...]) -> Sums:
    """The sums before the last bound, of some measures; units without any left out."""
    found = {unit: [[vector[one] for one in measures] for vector in rows[:-1]] for unit, rows in units.items()}
    return {unit: rows for unit, rows in found.items() if any(map(any, rows))}


def _bounds(chance: random.Random) -> Iterator[list[int]]:
    first = date(2024, 4, 1).toordinal()
    yield sorted(chance.sample(range(first, DAY_MAX), 2))
    yield [date(2024, 12, 15).toordinal(), TODAY + 1]
    yield [date(2025, month, 15).toordinal() for month in range(1, 7)]
    yield sorted(chance.sample(range(first, DAY_MAX), 7))


@pytest.mark.slow
async def test_whenever_balances_are_struck_a_report_reads_the_sums_of_all_days(found: Database) -> None:
    chance = random.Random(SEED)
    events = list(history(seed=5, cases=600, until=UNTIL))
    await record(found, received("c1", "2025-06-01", unit=UNIT, kind="complaint"), processed("c1", "2025-06-03"))
    written = compared = 0
    for begin in range(0, len(events), BATCH):
        await record(found, *events[begin : begin + BATCH])
        if chance.random() < 0.6:
            written += await strike_balances(found.pool, TODAY - chance.randrange(80))
        for bounds in _bounds(chance):
            compared += await expect_the_sums_of_all_days(found, bounds)
    assert written > 50
    assert compared > 10_000


async def test_balances_that_are_up_to_date_are_not_struck_again(found: Database) -> None:
    assert await strike_balances(found.pool, TODAY) == 0
    await record(found, received("c1", "2025-06-01", unit=UNIT))
    assert await strike_balances(found.pool, TODAY) == 2
    assert await strike_balances(found.pool, TODAY) == 0
    assert await strike_balances(found.pool, TODAY + 30) == 4


async def test_a_late_fact_counts_before_balances_are_struck_again_and_after(found: Database) -> None:
    await record(found, received("c1", "2025-01-02", unit=UNIT))
    await strike_balances(found.pool, TODAY)
    await record(found, processed("c1", "2025-02-03"))
    await expect_the_sums_of_all_days(found, [date(2025, 2, 15).toordinal(), TODAY])
    assert await strike_balances(found.pool, TODAY) == 18
    assert await expect_the_sums_of_all_days(found, [date(2025, 2, 15).toordinal(), TODAY]) > 0


async def test_what_changes_tallies_beside_the_feed_makes_balances_void(found: Database) -> None:
    """Units that end count cases anew; a checkpoint moved by hand clears the feed."""
    bounds = [date(2025, 5, 20).toordinal(), TODAY]

    async def until_struck_again() -> None:
        assert not await struck(found)
        await expect_the_sums_of_all_days(found, bounds)
        await strike_balances(found.pool, TODAY)
        assert await struck(found)

    await record(found, received("c1", "2025-05-02", unit=UNIT))
    await until_struck_again()
    ended = [Unit(one.code, one.name, one.level, one.parent, valid_to=TODAY - 100) for one in SAMPLE_UNITS[-1:]]
    await load_units(found.store, [*SAMPLE_UNITS[:-1], *ended])
    await until_struck_again()
    await record(found, processed("c1", "2025-05-10"))
    await reset_checkpoint(found.pool, 0, 1, topic_id="other", reason="a test", done_by="a test")
    await until_struck_again()


async def test_pruning_leaves_what_balances_lack_still(found: Database, database_url: str) -> None:
    bounds = [date(2025, 5, 20).toordinal(), TODAY]
    await record(found, received("c1", "2025-05-02", unit=UNIT))
    await strike_balances(found.pool, TODAY)
    await record(found, processed("c1", "2025-05-10"))
    assert await prune_changes(found.pool, FOREVER) == 1
    assert await expect_the_sums_of_all_days(found, bounds) > 0
    await strike_balances(found.pool, TODAY)
    assert await prune_changes(found.pool, FOREVER) == 1
    assert await fetch(database_url, "select from changes") == []


async def test_while_another_process_strikes_balances_nobody_waits_for_it(found: Database) -> None:
    await record(found, received("c1", "2025-05-02", unit=UNIT))
    async with connected(found.pool) as other, other.transaction():
        await other.execute("select pg_advisory_xact_lock(7463928120)")
        assert await strike_balances(found.pool, TODAY) == 0
    assert await strike_balances(found.pool, TODAY) > 0
