"""Runs a worker: `duecourse worker`.

It ends when it is cancelled (SIGTERM and Ctrl-C are taken as that) or with the error that ended it: whatever goes wrong
is started again from the checkpoint by whoever looks after processes. Nothing is lost by any way of ending.
"""

import asyncio
import contextlib
import os
import sys
import threading
from typing import Final

import structlog
from aiokafka.errors import KafkaConnectionError

from services.kafka.app import WorkerApp, make_app
from services.kafka.connection import Connection
from services.kafka.errors import KafkaRefused, KafkaUnavailable
from services.kafka.foreign_logs import foreign_logs
from services.kafka.source import OpenParts
from services.kafka.topics import WantedTopic, check

log = structlog.get_logger()

STOP_SECONDS: Final = 4.5


async def run_worker(connection: Connection, wanted: WantedTopic, group: str, open_parts: OpenParts) -> None:
    """Reads a topic as a member of a group until it is cancelled.

    Raises `KafkaUnavailable`, `KafkaRefused` (also where the topic is not fit to be read), or what ended it otherwise.
    """
    await _require(connection, wanted)
    async with open_parts() as parts:  # not by the app, which closes them first where its start is cancelled
        await _run(make_app(connection, wanted.name, group, lambda: contextlib.nullcontext(parts)))


async def _run(app: WorkerApp) -> None:
    with foreign_logs():
        log.info("worker.starting", topic=app.source.topic, group=app.conf.id)
        try:
            await app.start()
            await app.wait_until_stopped()
        except KafkaConnectionError as error:  # gone since the topic was looked at; later it is waited for
            raise KafkaUnavailable(f"Kafka at {app.source.connection.address} does not answer: {error}") from error
        finally:
            await _stop(app)
    if app.crash_reason is not None:
        raise app.crash_reason


async def _require(connection: Connection, wanted: WantedTopic) -> None:
    """What would make figures wrong is refused, what only could be better is said."""
    findings = await check(connection, [wanted])
    for one in findings:
        log.warning("topic.differs", setting=one.setting, found=one.found, wanted=one.wanted, advice=one.advice)
    if fatal := [one for one in findings if one.fatal]:
        said = "; ".join(f"{one.setting} is {one.found}, must be {one.wanted}: {one.advice}" for one in fatal)
        raise KafkaRefused(f"topic {wanted.name} at {connection.address} cannot be read: {said}")


async def _stop(app: WorkerApp) -> None:
    """In order, and to its end however often it is cancelled; a stop that hangs is cut short."""
    cut = threading.Timer(STOP_SECONDS, _end_process)
    cut.daemon = True
    cut.start()
    stopping = asyncio.ensure_future(app.stop())
    while not stopping.done():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.shield(stopping)
    stopping.result()
    cut.cancel()  # not if anything was raised: the thread to Kafka may be alive, and would keep the process
    log.info("worker.stopped")


def _end_process() -> None:
    log.error("worker.stop_cut_short", seconds=STOP_SECONDS)
    sys.stderr.flush()
    os._exit(1)
