"""Options that several verbs share, and the way from them to a running event loop."""

import asyncio
import gc
import signal
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
import uvloop

from services.composition import Database, database, database_url, embedded_kept
from services.settings import Settings, load_settings

Data = Annotated[
    Path | None,
    typer.Option("--data", help="Folder of the embedded PostgreSQL.  [env: DUECOURSE_DATA; default: duecourse-data]"),
]
DatabaseUrl = Annotated[
    str | None,
    typer.Option("--database", help="PostgreSQL URL instead of the embedded one.  [env: DUECOURSE_DATABASE]"),
]
KafkaServers = Annotated[
    str | None,
    typer.Option("--kafka", help="Kafka servers, HOST:PORT[,HOST:PORT].  [env: DUECOURSE_KAFKA]"),
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON for machines instead of a table.")]

Result = TypeVar("Result")

COLLECTION_THRESHOLDS = (500_000, 20, 50)
"""Facts make no reference cycles, so looking for them at the default rate costs a tenth of an import for nothing."""


def settings_from(data: Path | None, url: str | None, **more: Any) -> Settings:
    """Settings of a verb: its options, then the environment, then the defaults."""
    return load_settings({"data": data, "database": url, **more})


def with_database(settings: Settings, work: Callable[[Database], Coroutine[Any, Any, Result]]) -> Result:
    """Runs a piece of work on the database that the settings name; Ctrl-C and SIGTERM end it in order."""

    async def opened(url: str) -> Result:
        async with database(settings, url) as found, embedded_kept(settings):
            return await work(found)

    with database_url(settings) as url:
        return run_async(opened(url))


def run_async(work: Coroutine[Any, Any, Result]) -> Result:
    """Runs a coroutine to its end; SIGTERM is taken as Ctrl-C."""

    async def interruptible() -> Result:
        task = asyncio.ensure_future(work)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await task

    gc.set_threshold(*COLLECTION_THRESHOLDS)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(interruptible())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
