"""`kill -9` of a rebuild, wherever it is: the projections are the old ones, and a second run makes the new ones."""

import asyncio
import json
import os
import subprocess
from pathlib import Path

import asyncpg
import pytest

from projections.batches import read
from services.composition import Database
from services.history.digest import digest_of_live
from services.postgres.queries import snapshot
from tests.fixtures.databases import fetch, opened
from tests.fixtures.processes import DUECOURSE, ENDED_WITHIN_SECONDS
from tests.fixtures.saying import processed, received, records

pytestmark = [pytest.mark.database, pytest.mark.slow]

WITHIN_SECONDS = 60
FACTS = (
    received("c1", "2024-01-02", due="2024-01-10T17:00"),
    processed("c1", "2024-01-15"),
    received("c2", "2024-01-03", unit="B"),
)
WAITS = (
    "select exists (select from pg_locks where not granted and relation = $1::regclass "
    "and database = (select oid from pg_database where datname = current_database()))"
)
SHADOWS = "select count(*) as n from pg_class where relname = 'cases' and relpersistence = 't'"


@pytest.mark.parametrize(
    "reached",
    [
        "archive",  # nothing is built yet
        "problem_tallies",  # it compares
        "checkpoint_resets",  # everything is written and not committed
    ],
)
async def test_a_rebuild_that_is_killed_leaves_the_old_projections_and_the_next_one_the_new(
    database_url: str, tmp_path: Path, reached: str
) -> None:
    async with opened(database_url) as found:
        await found.projector().project(read(records(*FACTS)))
        right = await _digest(found)
        await fetch(database_url, "update tallies set settled_late = settled_late + 2 where settled_late > 0")
        await fetch(database_url, "update cases set unit = 'B' where case_id = 'c1'")
        wrong = await _digest(found)
        await _killed_before(reached, database_url, tmp_path)
        assert await _digest(found) == wrong
        assert [row["unit"] for row in await fetch(database_url, "select unit from cases order by case_id")] == [
            "B"
        ] * 2
        with _rebuild(database_url, tmp_path) as again:
            said, _ = again.communicate(timeout=ENDED_WITHIN_SECONDS)
        told = json.loads(said)
        assert (again.returncode, told["switched"], told["figures_found"], told["cases_found"]) == (0, True, 2, 1)
        assert await _digest(found) == right
        await _until_true(database_url, f"select ({SHADOWS}) = 0")


async def _killed_before(table: str, url: str, folder: Path) -> None:
    """Starts a rebuild and kills it where it waits for a table that somebody else has."""
    keeper = await asyncpg.connect(url)
    try:
        transaction = keeper.transaction()
        await transaction.start()
        await keeper.execute(f"lock table {table} in access exclusive mode")
        with _rebuild(url, folder) as process:
            await _until_true(url, WAITS, table)
            process.kill()
        await transaction.rollback()
    finally:
        await keeper.close()


async def _until_true(url: str, question: str, *arguments: str) -> None:
    async with asyncio.timeout(WITHIN_SECONDS):
        while not (await fetch(url, question, *arguments))[0][0]:
            await asyncio.sleep(0.02)


def _rebuild(url: str, folder: Path) -> "subprocess.Popen[str]":
    own = {name: value for name, value in os.environ.items() if not name.startswith("DUECOURSE_")}
    words = [str(DUECOURSE), "rebuild", "--json"]
    return subprocess.Popen(words, env=own | {"DUECOURSE_DATABASE": url}, cwd=folder, stdout=subprocess.PIPE, text=True)


async def _digest(found: Database) -> str:
    async with snapshot(found.pool) as connection:
        return await digest_of_live(connection)
