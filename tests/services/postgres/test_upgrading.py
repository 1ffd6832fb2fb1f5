"""A database of an older release: its cases are counted in the new measures, too, in the transaction of the step."""

import asyncpg
import pytest
from msgspec import structs

from events.codec import decode
from events.facts import Event
from events.fold import fold
from projections.batches import counted_bytes, facts_bytes
from projections.contribution import contribution
from projections.counted import Contribution
from projections.effect import Kept
from projections.measures import FIELD_FLOWS, INDEX, MEASURES, Policy
from projections.standing import Rules
from projections.units import UnitTree
from projections.zone import LocalDays
from services.postgres.connection import open_pool
from services.postgres.migrations import all_migrations, migrate
from services.postgres.tally_table import SUMS
from tests.fixtures.databases import fetch
from tests.fixtures.saying import processed, received

pytestmark = pytest.mark.database

BEFORE_FIELDS = 4
FACTS = (
    received("c1", "2024-03-04T08:00", due="2024-03-08T17:00", digitised="yes"),
    processed("c1", "2024-03-07T08:00", paid="online", electronic_result=False),
)
RULES = Rules(LocalDays("Asia/Ho_Chi_Minh"), Policy.DATE, UnitTree(()))


def as_counted_then(counted: Contribution) -> Contribution:
    """What a release without the fields counted."""
    fields = {INDEX[measure] for measure in FIELD_FLOWS}
    return structs.replace(counted, cells=tuple(cell for cell in counted.cells if cell[2] not in fields))


async def old_database(url: str) -> None:
    """A database at the step before, with one case."""
    kept = []
    for position, body in enumerate(FACTS):
        event = decode(body)
        assert isinstance(event, Event)
        kept.append(Kept(0, position, event.fact))
    counted = as_counted_then(contribution(fold(one.fact for one in kept), RULES))
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            "create table migrations "
            "(number integer primary key, name text not null, digest text not null, applied_at timestamptz not null)"
        )
        for step in all_migrations()[:BEFORE_FIELDS]:
            await connection.execute(step.sql)
            await connection.execute(
                "insert into migrations values ($1, $2, $3, now())", step.number, step.name, step.digest
            )
        await connection.execute("insert into settings values ('time_zone', 'Asia/Ho_Chi_Minh'), ('policy', 'date')")
        await connection.execute(
            "insert into cases values ('c1', 1, 'procedure', 'A', 1, null, null, 2, false, null, $1, $2)",
            facts_bytes(kept),
            counted_bytes(counted),
        )
        await connection.execute(
            "insert into tallies (day, unit, kind, shard, new) values ('2024-03-04', 'A', 'procedure', 0, 1)"
        )
    finally:
        await connection.close()


async def sums(url: str) -> dict[str, int]:
    [row] = await fetch(url, f"select {SUMS} from tallies")
    return {name: n for name, n in zip(MEASURES, row, strict=True) if n and name in ("new", *FIELD_FLOWS)}


async def test_cases_recorded_before_the_step_are_counted_in_its_measures_once(database_url: str) -> None:
    await old_database(database_url)
    pool = await open_pool(database_url)
    try:
        assert min(step.number for step in await migrate(pool)) == BEFORE_FIELDS + 1
        expected = {"new": 1, "digitised_yes": 1, "electronic_result_no": 1, "paid_online": 1}
        assert await sums(database_url) == expected
        assert await migrate(pool) == []
        assert await sums(database_url) == expected
    finally:
        await pool.close()
