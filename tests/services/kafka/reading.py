"""A worker inside the test's own process."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from services.kafka.source import Parts, Work
from services.kafka.worker import run_worker
from services.log import LogProjector
from tests.services.kafka.topic import Topic


@asynccontextmanager
async def reading(
    topic: Topic,
    projector: LogProjector,
    *,
    group: str | None = None,
    background: Sequence[Work] = (),
    closed: Callable[[], None] = lambda: None,
) -> AsyncIterator[asyncio.Task[None]]:
    """While it lasts, a worker reads the topic; how it ended is how this ends."""

    @asynccontextmanager
    async def parts() -> AsyncIterator[Parts]:
        try:
            yield Parts(projector, background)
        finally:
            closed()

    task = asyncio.create_task(run_worker(topic.connection, topic.wanted, group or f"group-{topic.name}", parts))
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
