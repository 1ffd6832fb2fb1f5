"""A fresh database of the bench's server for each measured run."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg

from projections.units import Unit
from services.composition import Database, database
from services.settings import Settings
from services.units_loading import load_units


@asynccontextmanager
async def bench_database(url: str, units: Sequence[Unit]) -> AsyncIterator[Database]:
    """An empty database with a unit tree, dropped afterwards."""
    name = f"bench_{uuid4().hex}"
    await _execute(url, f'create database "{name}"')
    own = url.replace("/duecourse?", f"/{name}?")
    try:
        async with database(Settings(database=own), own) as found:
            await load_units(found.store, units)
            yield found
    finally:
        await _execute(url, f'drop database "{name}" with (force)')


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
