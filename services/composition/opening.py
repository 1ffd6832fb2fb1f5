"""What everything else stands on: the database and the door of the log, opened and closed in order."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from projections.standing import Rules
from services.clock import Clock, system_clock
from services.history.source import figures_at
from services.history.when import parse_when
from services.kafka.connection import connection_of
from services.kafka.errors import KafkaRefused, KafkaUnavailable
from services.kafka.publisher import Publisher
from services.kafka.topics import topic_id
from services.pipeline import Pipeline
from services.postgres.connection import Pool, connected, open_pool
from services.postgres.embedded import EmbeddedUnavailable, embedded_postgres
from services.postgres.figures import LiveFigures
from services.postgres.founding import Founding, founding
from services.postgres.migrations import all_migrations, migrate, schema_number
from services.postgres.store import PostgresStore
from services.projector import Projector
from services.reporting import Reporting
from services.settings import Settings
from services.store import StoreRefused, StoreUnavailable

log = structlog.get_logger()

EMBEDDED_LOOK_SECONDS = 2.0
START_PAUSE_SECONDS = 1.0


@contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """The URL given, or that of the embedded PostgreSQL, which runs as long as anybody uses it."""
    if settings.database is not None:
        yield settings.database
        return
    settings.data.mkdir(parents=True, exist_ok=True)
    with embedded_postgres(settings.data) as url:
        yield url


@dataclass(frozen=True)
class Database:
    """A database that is ready: schema in place, time zone and policy known."""

    settings: Settings
    pool: Pool
    founding: Founding
    store: PostgresStore
    clock: Clock

    def reporting(self) -> Reporting:
        return Reporting(LiveFigures(self.store, self.clock))

    async def reporting_at(self, as_of: str | None, calendar: str | None = None) -> Reporting:
        """As of a point of the history; None or `now`: the live figures. Raises `WhenRefused`.

        `calendar`: what would have been with another one, by the beginning of its version.
        """
        if calendar is None and (as_of is None or as_of.strip() == "now"):
            return self.reporting()
        when = parse_when(as_of or "now", self.founding.time_zone)
        return Reporting(await figures_at(self.store, when, self.clock, calendar))

    async def rules(self) -> Rules:
        """The rules with the unit tree in force."""
        async with connected(self.pool) as connection:
            return await self.store.rules_now(connection)

    def projector(self) -> Projector:
        return Projector(self.store, follow_traces=self.settings.follow_traces)

    def pipeline(self) -> Pipeline:
        """For long imports: batches overlap."""
        return Pipeline(self.store, self.projector())


@asynccontextmanager
async def database(
    settings: Settings, url: str, *, upgrade: bool = False, clock: Clock = system_clock
) -> AsyncIterator[Database]:
    """Opens a database. An empty one is made ready; an older schema is upgraded only where asked or embedded."""
    pool = await open_pool(url)
    try:
        await _ready_schema(pool, upgrade=upgrade or settings.database is None)
        found = await founding(pool, settings)
        yield Database(
            settings, pool, found, PostgresStore(pool, time_zone=found.time_zone, policy=found.policy), clock
        )
    finally:
        with suppress(TimeoutError):
            await asyncio.wait_for(pool.close(), 5)


async def _ready_schema(pool: Pool, *, upgrade: bool) -> None:
    applied, known = await schema_number(pool), all_migrations()[-1].number
    if applied == 0 or upgrade:
        await migrate(pool)
    elif applied > known:
        raise StoreRefused(f"the schema is at step {applied}, this release knows {known}: use a newer release")
    elif applied != known:
        raise StoreRefused(f"the schema is at step {applied}, this release needs {known}: run `duecourse migrate`")


@asynccontextmanager
async def log_door(settings: Settings) -> AsyncIterator[Publisher | None]:
    """The door of the log, where the settings name a Kafka."""
    if settings.kafka is None:
        yield None
        return
    publisher = Publisher(connection_of(settings), settings.kafka_topic)
    try:
        yield publisher
    finally:
        await publisher.close()


async def reachable(settings: Settings, url: str, *, within_seconds: float) -> None:
    """Waits for the database and Kafka to answer, so that roles may be started in any order.

    Raises what the last try raised: `StoreUnavailable`, `KafkaUnavailable`.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + within_seconds
    while True:
        try:
            pool = await open_pool(url)
            try:
                await schema_number(pool)
            finally:
                await pool.close()
            if settings.kafka is not None:
                await topic_id(connection_of(settings), settings.kafka_topic)
        except (StoreUnavailable, KafkaUnavailable, KafkaRefused) as error:
            if loop.time() >= end:
                raise
            log.warning("start.waiting", error=str(error))
            await asyncio.sleep(START_PAUSE_SECONDS)
        else:
            return


@asynccontextmanager
async def embedded_kept(settings: Settings) -> AsyncIterator[None]:
    """A verb's eye on the embedded PostgreSQL, if that is the one in use."""
    if settings.database is not None:
        yield
        return
    task = asyncio.create_task(keep_embedded(settings.data), name="embedded PostgreSQL")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def keep_embedded(data: Path) -> None:
    """Starts the embedded PostgreSQL again where it died; whoever waits for it goes on by itself."""
    while True:
        await asyncio.sleep(EMBEDDED_LOOK_SECONDS)
        try:
            await asyncio.to_thread(_touch_embedded, data)
        except EmbeddedUnavailable as error:
            log.error("embedded_postgres.unavailable", error=str(error))  # noqa: TRY400 - the message says it all


def _touch_embedded(data: Path) -> None:
    with embedded_postgres(data):
        pass
