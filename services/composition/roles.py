"""The roles: which parts a process has, and what of them works in the background."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.checked_door import checked_door
from services.clock import Clock, system_clock
from services.composition.feeding import worker_kept
from services.composition.opening import Database, database, keep_embedded, log_door
from services.deadlines import Deadlines
from services.exporter.exporter import Exporter
from services.exporter.live import LiveFigures
from services.intake import Intake
from services.kafka.connection import connection_of
from services.kafka.watch import LogWatch
from services.postgres.balancing import Balancing
from services.postgres.pruning import Pruning
from services.postgres.queries import PassedDueInPostgres
from services.projector import Door
from services.publishing.log_keeper import LogKeeper
from services.publishing.log_keeping import evidence_place
from services.restarting import Restarting
from services.settings import Settings
from services.store import Checkpoint
from services.version import VERSION


class Role(StrEnum):
    """What a process does. `serve` does everything."""

    SERVE = "serve"
    API = "api"
    DEADLINES = "deadlines"
    EXPORTER = "exporter"


@dataclass(frozen=True)
class Service:
    """The parts that the roles are made of; `watch` only where there is a log."""

    database: Database
    intake: Intake
    deadlines: Deadlines
    restarting: Restarting
    live: LiveFigures
    exporter: Exporter
    pruning: Pruning
    balancing: Balancing
    log_keeper: LogKeeper
    watch: LogWatch | None = None

    def trouble(self) -> str | None:
        """What is not ready; None where everything is."""
        if (database := self.exporter.trouble()) is not None:
            return f"database: {database}"
        if self.watch is not None and self.watch.trouble is not None:
            return f"kafka: {self.watch.trouble}"
        if (intake := self.intake.trouble()) is not None:
            return f"intake: {intake}"
        return "; ".join(_halts(self.live.checkpoints)) or None


def _halts(checkpoints: Iterable[Checkpoint]) -> Iterator[str]:
    for one in checkpoints:
        if one.halted is not None:
            yield f"partition {one.partition} is halted: {one.halted}"
        elif one.stuck:
            yield f"partition {one.partition} is read again and again without progress ({one.rewinds} rewinds)"


@asynccontextmanager
async def service(
    settings: Settings, url: str, role: Role = Role.SERVE, *, clock: Clock = system_clock
) -> AsyncIterator[Service]:
    """The parts of a role, running."""
    upgrade = role is Role.SERVE
    async with database(settings, url, upgrade=upgrade, clock=clock) as opened, _door(opened) as door:
        parts = assemble(opened, door)
        if role is not Role.DEADLINES:
            await parts.exporter.refresh()
        async with running(parts, works_of(parts, role)):
            yield parts


@asynccontextmanager
async def _door(opened: Database) -> AsyncIterator[Door]:
    """Where facts go: into the log where there is one, else straight into the database."""
    async with log_door(opened.settings) as publisher:
        if publisher is None:
            yield opened.projector()
            return
        async with checked_door(publisher, opened.rules, opened.clock) as checked:
            yield checked


def assemble(opened: Database, door: Door | None = None) -> Service:
    """The parts of a service on a database, not running yet; without a door, facts go straight into it."""
    settings, store, clock = opened.settings, opened.store, opened.clock
    door = door or opened.projector()
    watch = None if settings.kafka is None else LogWatch(connection_of(settings), settings.kafka_topic)
    live = LiveFigures(store, clock, due_soon_days=settings.due_soon_days)
    found = opened.founding
    exporter = Exporter(
        live,
        clock,
        version=VERSION,
        policy=found.policy.value,
        time_zone=found.time_zone,
        log_ends=lambda: {} if watch is None else watch.ends,
        age_seconds_max=settings.figures_age_seconds_max,
    )
    return Service(
        database=opened,
        intake=Intake(door, batch_events_max=settings.batch_events_max, wait_seconds=settings.database_wait_seconds),
        deadlines=Deadlines(
            PassedDueInPostgres(opened.pool, found.policy),
            door,
            clock,
            poll_seconds=settings.deadlines_poll_seconds,
        ),
        restarting=Restarting(store, door, poll_seconds=settings.deadlines_poll_seconds),
        live=live,
        exporter=exporter,
        pruning=Pruning(opened.pool, clock, kept_hours=settings.changes_kept_hours),
        balancing=Balancing(opened.pool, store.days, clock),
        log_keeper=LogKeeper(opened.pool, evidence_place(settings), clock),
        watch=watch,
    )


Work = Callable[[], Coroutine[Any, Any, None]]


def works_of(parts: Service, role: Role) -> dict[str, Work]:
    """What a role does in the background, by name; each until it is cancelled."""
    works: dict[str, Work] = {}
    if role in (Role.SERVE, Role.API):
        works["intake"] = parts.intake.run
    if role in (Role.SERVE, Role.DEADLINES):
        works["deadlines"] = parts.deadlines.run
        works["restarts"] = parts.restarting.run
    if role in (Role.SERVE, Role.API, Role.EXPORTER):
        works["exporter"] = parts.exporter.run
        if parts.watch is not None:
            works["log watch"] = parts.watch.run
    if role is Role.SERVE or (role is Role.DEADLINES and parts.database.settings.evidence is not None):
        works["log keeper"] = parts.log_keeper.run
    if role is Role.SERVE:
        works["pruning"] = parts.pruning.run
        works["balancing"] = parts.balancing.run
        if parts.watch is not None:
            works["worker"] = lambda: worker_kept(parts.database)
    return works


@asynccontextmanager
async def running(parts: Service, works: Mapping[str, Work] | None = None) -> AsyncIterator[None]:
    """Runs the works (None: those of `serve`) in the background; an error in any ends the service loudly."""
    settings = parts.database.settings
    works = works_of(parts, Role.SERVE) if works is None else works
    async with AsyncExitStack() as stack:
        group = await stack.enter_async_context(asyncio.TaskGroup())
        tasks = [group.create_task(work(), name=name) for name, work in works.items()]
        if settings.database is None:
            tasks.append(group.create_task(keep_embedded(settings.data), name="embedded PostgreSQL"))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
