"""`serve`: everything in one process."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Annotated

import typer
import uvicorn

from services.cli.options import Data, DatabaseUrl, run_async, settings_from
from services.cli.output import say
from services.composition import Service, database_url, service
from services.http.app import application
from services.postgres.embedded import refuse_second_serve
from services.settings import Settings

STOP_SECONDS = 5
Companion = Callable[[Service], Awaitable[None]]

Host = Annotated[str | None, typer.Option(help="Address to listen on.  [env: DUECOURSE_HOST; default: 127.0.0.1]")]
Port = Annotated[int | None, typer.Option(help="TCP port; 0 picks a free one.  [env: DUECOURSE_PORT; default: 8000]")]


def register(app: typer.Typer) -> None:
    app.command()(serve)


def serve(data: Data = None, database: DatabaseUrl = None, host: Host = None, port: Port = None) -> None:
    """Run API, projector, deadlines, exporter and board in one process.

    Example: `duecourse serve --data ./duecourse-data --port 8000`
    """
    run_serve(settings_from(data, database, host=host, port=port))


def run_serve(settings: Settings, companion: Companion | None = None) -> None:
    """Serves until Ctrl-C or SIGTERM; `companion` runs beside it (the demo's live events)."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(_listening(settings))
        address = f"http://{settings.host}:{listening.getsockname()[1]}"
        if settings.database is None:
            settings.data.mkdir(parents=True, exist_ok=True)
            stack.enter_context(refuse_second_serve(settings.data, address=address))
        url = stack.enter_context(database_url(settings))
        with contextlib.suppress(KeyboardInterrupt):  # being stopped is how serving ends
            run_async(_serve(settings, url, listening, address, companion))
        say("stopped")


def _listening(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        listening.close()
        reason = error.strerror or "not to be had"
        raise OSError(f"{settings.host}:{settings.port}: {reason}: choose another --host or --port") from None
    return listening


class _Server(uvicorn.Server):
    """Signals are handled by the verb, for the whole of its parts."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve(
    settings: Settings, url: str, listening: socket.socket, address: str, companion: Companion | None
) -> None:
    async with service(settings, url) as parts:
        config = uvicorn.Config(
            application(parts),
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=STOP_SECONDS,
            lifespan="off",
        )
        server = _Server(config)
        async with _companionship(companion, parts):
            listening.listen()  # who reads the address may call at once
            say(f"board    {address}/\nAPI      {address}/docs\nmetrics  {address}/metrics\nCtrl-C stops the service.")
            running = asyncio.ensure_future(server.serve([listening]))
            try:
                await asyncio.shield(running)
            finally:
                server.should_exit = True
                await running


@contextlib.asynccontextmanager
async def _companionship(companion: Companion | None, parts: Service) -> AsyncIterator[None]:
    if companion is None:
        yield
        return
    task = asyncio.ensure_future(companion(parts))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
