"""The composition root: the one place that knows every part and puts them together."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from services.clock import Clock, system_clock
from services.deadlines import Deadlines
from services.exporter.exporter import Exporter
from services.exporter.live import LiveFigures
from services.intake import Intake
from services.pipeline import Pipeline
from services.postgres.connection import Pool, open_pool
from services.postgres.embedded import EmbeddedUnavailable, embedded_postgres
from services.postgres.founding import Founding, founding
from services.postgres.migrations import all_migrations, migrate, schema_number
from services.postgres.pruning import Pruning
from services.postgres.queries import PassedDueInPostgres
from services.postgres.store import PostgresStore
from services.projector import Projector
from services.reporting import Reporting
from services.settings import Settings
from services.store import StoreRefused
from services.version import VERSION

log = structlog.get_logger()

EMBEDDED_LOOK_SECONDS = 2.0


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
        return Reporting(self.store, self.clock)

    def projector(self) -> Projector:
        return Projector(self.store)

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


@dataclass(frozen=True)
class Service:
    """Everything that `serve` runs in one process."""

    database: Database
    intake: Intake
    deadlines: Deadlines
    live: LiveFigures
    exporter: Exporter
    pruning: Pruning


@asynccontextmanager
async def service(settings: Settings, url: str, *, clock: Clock = system_clock) -> AsyncIterator[Service]:
    """All parts, running: intake, deadlines, exporter, pruning, and an eye on the embedded PostgreSQL."""
    async with database(settings, url, upgrade=True, clock=clock) as opened:
        parts = assemble(opened)
        await parts.exporter.refresh()
        async with running(parts):
            yield parts


def assemble(opened: Database) -> Service:
    """The parts of a service on a database, not running yet."""
    settings, store, clock = opened.settings, opened.store, opened.clock
    projector = opened.projector()
    live = LiveFigures(store, clock, due_soon_days=settings.due_soon_days)
    found = opened.founding
    return Service(
        database=opened,
        intake=Intake(
            projector, batch_events_max=settings.batch_events_max, wait_seconds=settings.database_wait_seconds
        ),
        deadlines=Deadlines(
            PassedDueInPostgres(opened.pool, found.policy),
            projector,
            clock,
            poll_seconds=settings.deadlines_poll_seconds,
        ),
        live=live,
        exporter=Exporter(live, clock, version=VERSION, policy=found.policy.value, time_zone=found.time_zone),
        pruning=Pruning(opened.pool, clock, kept_hours=settings.changes_kept_hours),
    )


@asynccontextmanager
async def running(parts: Service) -> AsyncIterator[None]:
    """Runs the parts in the background; an error in any of them ends the service loudly."""
    settings = parts.database.settings
    async with AsyncExitStack() as stack:
        group = await stack.enter_async_context(asyncio.TaskGroup())
        tasks = [
            group.create_task(parts.intake.run(), name="intake"),
            group.create_task(parts.deadlines.run(), name="deadlines"),
            group.create_task(parts.exporter.run(), name="exporter"),
            group.create_task(parts.pruning.run(), name="pruning"),
        ]
        if settings.database is None:
            tasks.append(group.create_task(_keep_embedded(settings.data), name="embedded PostgreSQL"))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


@asynccontextmanager
async def embedded_kept(settings: Settings) -> AsyncIterator[None]:
    """A verb's eye on the embedded PostgreSQL, if that is the one in use."""
    if settings.database is not None:
        yield
        return
    task = asyncio.create_task(_keep_embedded(settings.data), name="embedded PostgreSQL")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _keep_embedded(data: Path) -> None:
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
