"""A worker as a process, by `python -m`. `WORKER_ARGUMENTS`, a line each:

servers, topic, group, file of the ledger, name of the reader, where to fail (nowhere: empty).
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from services.cli.options import run_async
from services.kafka.connection import Connection
from services.kafka.source import Parts
from services.kafka.worker import run_worker
from services.log import LogBatch, Span
from services.logging import configure_logging
from tests.services.kafka.ledger import Ledger
from tests.services.kafka.topic import Topic

PAUSE_SECONDS = 0.005
SERVERS, TOPIC, GROUP, LEDGER, READER, FAULT = os.environ["WORKER_ARGUMENTS"].split("\n")
CONNECTION = Connection(tuple(SERVERS.split(",")))


class Faulty(Ledger):
    """Fails where it is told to."""

    async def positions(self, topic_id: str, spans: Mapping[int, Span]) -> Mapping[int, int]:
        fail_at("positions")
        return await super().positions(topic_id, spans)

    async def project(self, batch: LogBatch) -> None:
        fail_at("project")
        await super().project(batch)


def fail_at(place: str) -> None:
    if place == FAULT:
        raise ZeroDivisionError(place)


async def beside() -> None:
    """Notes its end."""
    fail_at("background")
    try:
        await asyncio.Event().wait()
    finally:
        Path(f"{LEDGER}-{READER}-ended").write_text("ended")


@contextlib.asynccontextmanager
async def parts() -> AsyncIterator[Parts]:
    fail_at("open")
    book = Faulty(Path(LEDGER), reader=READER, pause_seconds=PAUSE_SECONDS)
    try:
        yield Parts(book, [beside])
    finally:
        book.close()


if __name__ == "__main__":
    configure_logging("info")
    with contextlib.suppress(KeyboardInterrupt):  # being stopped is how working ends
        run_async(run_worker(CONNECTION, Topic(CONNECTION, TOPIC, 1).wanted, GROUP, parts))
