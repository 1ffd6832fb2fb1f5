"""The schema: made once however often and from wherever, whole or not at all, never run by a release too old for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from services.composition import database
from services.postgres.connection import Pool, open_pool
from services.postgres.migrations import all_migrations, migrate, schema_number
from services.postgres.tally_table import SUMS
from services.settings import Settings
from services.store import StoreRefused
from tests.fixtures.databases import fetch, opened

pytestmark = pytest.mark.database

TABLES = "select table_name from information_schema.tables where table_schema = 'public' order by 1"
NEWEST = all_migrations()[-1].number


@asynccontextmanager
async def pool_of(url: str) -> AsyncIterator[Pool]:
    pool = await open_pool(url)
    try:
        yield pool
    finally:
        await pool.close()


async def run(url: str, script: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(script)
    finally:
        await connection.close()


async def tables(url: str) -> list[str]:
    return [row["table_name"] for row in await fetch(url, TABLES)]


def test_steps_are_numbered_without_gaps() -> None:
    assert [step.number for step in all_migrations()] == list(range(1, NEWEST + 1))


async def test_an_empty_database_gets_every_step_and_a_second_time_none(database_url: str) -> None:
    async with pool_of(database_url) as pool:
        assert await schema_number(pool) == 0
        assert await migrate(pool) == all_migrations()
        made = await tables(database_url)
        assert {"archive", "cases", "tallies", "migrations"} <= set(made)
        assert await migrate(pool) == []
        assert await schema_number(pool) == NEWEST
        assert await tables(database_url) == made


async def test_several_that_migrate_at_once_apply_each_step_once(database_url: str) -> None:
    async with pool_of(database_url) as first, pool_of(database_url) as second:
        taken = await asyncio.gather(*(migrate(pool) for pool in (first, second, first, second)))
        assert sorted(map(len, taken)) == [0, 0, 0, len(all_migrations())]
    rows = await fetch(database_url, "select number, digest from migrations order by 1")
    assert [(row["number"], row["digest"]) for row in rows] == [(one.number, one.digest) for one in all_migrations()]


async def test_a_step_that_fails_is_rolled_back_and_says_why_in_one_line(database_url: str) -> None:
    await fetch(database_url, "create table tallies (mine text)")  # somebody else's
    async with pool_of(database_url) as pool:
        with pytest.raises(
            StoreRefused, match=r"schema step 0001_initial failed and was rolled back: .*tallies"
        ) as told:
            await migrate(pool)
        assert "\n" not in str(told.value)
        assert await tables(database_url) == ["migrations", "tallies"]
        assert await schema_number(pool) == 0
        await fetch(database_url, "drop table tallies")
        assert await migrate(pool) == all_migrations(), "and the lock was given back"


async def test_a_schema_newer_than_the_release_is_refused(database_url: str) -> None:
    async with opened(database_url):
        pass
    await fetch(database_url, "insert into migrations values ($1, 'future', 'x', now())", NEWEST + 1)
    async with pool_of(database_url) as pool:
        with pytest.raises(StoreRefused, match=f"step {NEWEST + 1}.*newer release"):
            await migrate(pool)
    with pytest.raises(StoreRefused, match=f"step {NEWEST + 1}"):
        async with database(Settings(database=database_url), database_url):
            pass


async def test_a_step_that_was_edited_since_it_was_applied_is_refused(database_url: str) -> None:
    async with opened(database_url):
        pass
    await fetch(database_url, "update migrations set digest = 'edited' where number = 1")
    async with pool_of(database_url) as pool:
        with pytest.raises(StoreRefused, match="step 1 was applied from another file"):
            await migrate(pool)


async def test_opening_an_empty_database_makes_it_ready(database_url: str) -> None:
    async with database(Settings(database=database_url), database_url) as found:
        assert await schema_number(found.pool) == NEWEST


async def test_two_that_open_an_empty_database_at_once_agree(database_url: str) -> None:
    async def open_it() -> str:
        async with database(Settings(database=database_url), database_url) as found:
            return found.founding.time_zone

    assert await asyncio.gather(*(open_it() for _ in range(4))) == ["Asia/Ho_Chi_Minh"] * 4


async def test_tallies_of_the_first_schema_say_the_same_after_the_step_that_sets_the_policies_apart(
    database_url: str,
) -> None:
    first, second, *later = all_migrations()
    await run(database_url, first.sql)
    await fetch(
        database_url,
        "insert into tallies "
        "(day, unit, kind, shard, new, settled_late_date, settled_on_time_date, settled_on_time_instant) "
        "values ('2024-03-04', 'A', 'procedure', 0, 3, 2, 5, 2)",
    )
    for step in (second, *later):
        await run(database_url, step.sql)
    [row] = await fetch(database_url, f"select {SUMS} from tallies")
    assert {name: n for name, n in row.items() if n} == {
        "new": 3,
        "settled_late_date": 2,
        "settled_on_time_date": 5,
        "settled_on_time_instant": 2,
    }
