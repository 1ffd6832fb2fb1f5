"""The worker: what reads the log into the database."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog

from services.composition.opening import Database, database, log_door
from services.kafka.connection import connection_of
from services.kafka.copies import DeadLetterCopies
from services.kafka.errors import KafkaUnavailable
from services.kafka.source import Parts, Work
from services.kafka.topics import wanted_topics
from services.log_projector import StoreLogProjector
from services.postgres.balancing import Balancing
from services.postgres.pruning import Pruning
from services.settings import Settings

log = structlog.get_logger()

WORKER_PAUSE_SECONDS = 2.0


async def work(settings: Settings, url: str) -> None:
    """The role `worker`: reads the log into the database until cancelled."""
    async with database(settings, url) as opened:
        pruning = Pruning(opened.pool, opened.clock, kept_hours=settings.changes_kept_hours)
        balancing = Balancing(opened.pool, opened.store.days, opened.clock)
        await _work(opened, [pruning.run, balancing.run])


async def _work(opened: Database, background: Sequence[Work] = ()) -> None:
    from services.kafka.worker import run_worker  # Faust: a quarter of a second that other verbs need not wait

    settings = opened.settings
    async with log_door(settings) as publisher:
        buried = DeadLetterCopies(publisher, settings.kafka_dead_letters_topic) if publisher is not None else None
        works = [*background, buried.run] if buried is not None else list(background)
        projector = StoreLogProjector(
            opened.store,
            settings.kafka_topic,
            follow_traces=settings.follow_traces,
            buried=buried.add if buried is not None else lambda *_: None,
        )

        @asynccontextmanager
        async def opened_parts() -> AsyncIterator[Parts]:
            yield Parts(projector, works)

        facts, _ = wanted_topics(settings)
        await run_worker(connection_of(settings), facts, settings.kafka_group, opened_parts)


async def worker_kept(opened: Database) -> None:
    """The worker inside `serve`: begun again while Kafka is away, so that the rest of the service goes on."""
    while True:
        try:
            await _work(opened)
        except KafkaUnavailable as error:
            log.warning("worker.waiting", error=str(error))
            await asyncio.sleep(WORKER_PAUSE_SECONDS)
        else:
            return
