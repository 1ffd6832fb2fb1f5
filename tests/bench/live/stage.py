"""Where everything is measured: one broker, one PostgreSQL, one topic."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg
import psutil

from deploy.kafka.broker import local_broker
from services.composition import Database
from services.kafka.connection import Connection, connection_of
from services.settings import load_settings
from tests.bench.databases import bench_database
from tests.bench.live.facts import TREE, make_facts
from tests.bench.live.topic import ends_of, fill, make_topic

ARRIVALS = 300_000
"""Facts kept for what arrives later: two or three minutes at the rates that are asked for."""


@dataclass(frozen=True)
class Stage:
    """`backlog` is what the topic was filled with, `arrivals` goes on from there.

    `standing`: processes that run all the time, by what they are called in the tables.
    """

    url: str
    folder: Path
    connection: Connection
    topic: str
    backlog: list[bytes]
    arrivals: Iterator[bytes]
    standing: dict[str, int]
    short: bool

    async def ends(self) -> dict[int, int]:
        """Where the log ends now, by partition."""
        return await ends_of(self.connection, self.topic)

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Database]:
        """An empty one; what earlier ones left to be written has been written."""
        async with bench_database(self.url, TREE) as found:
            async with found.pool.acquire() as connection:
                await connection.execute("checkpoint")
            yield found


@asynccontextmanager
async def open_stage(url: str, folder: Path, *, facts: int, short: bool) -> AsyncIterator[Stage]:
    """With the topic filled."""
    backlog, arrivals = make_facts(facts, ARRIVALS)
    topic = f"bench-{uuid4().hex[:12]}"
    with _broker(folder) as (connection, standing):
        begun = time.perf_counter()
        await make_topic(connection, topic)
        await fill(connection, topic, backlog)
        print(f"{facts:,} facts, {len(TREE) - 1:,} units, sent in {time.perf_counter() - begun:.1f} s")
        standing["postgres"] = await _postmaster(url)
        yield Stage(url, folder, connection, topic, backlog, arrivals, standing, short)


@contextmanager
def _broker(folder: Path) -> Iterator[tuple[Connection, dict[str, int]]]:
    """The one that DUECOURSE_KAFKA names, whose process we do not see, or one of our own."""
    settings = load_settings({})
    if settings.kafka is not None:
        yield connection_of(settings), {}
        return
    with local_broker(folder / "kafka") as broker:
        if broker.pid is None:
            raise RuntimeError("the broker ended")
        yield Connection((broker.bootstrap,)), {"broker": broker.pid}


async def _postmaster(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return psutil.Process(await connection.fetchval("select pg_backend_pid()")).ppid()
    finally:
        await connection.close()
