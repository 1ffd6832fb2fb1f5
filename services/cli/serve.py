"""`serve`: everything in one process."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Annotated

import typer
import uvicorn

from services.cli.options import Data, DatabaseUrl, KafkaServers, run_async, settings_from
from services.cli.output import say
from services.composition import Role, Service, database_url, reachable, service
from services.http.app import application
from services.postgres.embedded import refuse_second_serve
from services.settings import Settings

STOP_SECONDS = 5
Companion = Callable[[Service], Awaitable[None]]

Host = Annotated[str | None, typer.Option(help="Address to listen on.  [env: DUECOURSE_HOST; default: 127.0.0.1]")]
Port = Annotated[int | None, typer.Option(help="TCP port; 0 picks a free one.  [env: DUECOURSE_PORT; default: 8000]")]


def register(app: typer.Typer) -> None:
    app.command()(serve)


def serve(
    data: Data = None, database: DatabaseUrl = None, kafka: KafkaServers = None, host: Host = None, port: Port = None
) -> None:
    """Run API, projector, deadlines, exporter and board in one process; with --kafka, facts go by its topic.

    Example: `duecourse serve --data ./duecourse-data --port 8000`
    """
    run_serve(settings_from(data, database, kafka=kafka, host=host, port=port))


def run_serve(settings: Settings, companion: Companion | None = None, role: Role = Role.SERVE) -> None:
    """Serves until Ctrl-C or SIGTERM; `companion` runs beside it (the demo's live events)."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(_listening(settings))
        address = f"http://{settings.host}:{listening.getsockname()[1]}"
        if settings.database is None and role is Role.SERVE:
            settings.data.mkdir(parents=True, exist_ok=True)
            stack.enter_context(refuse_second_serve(settings.data, address=address))
        url = stack.enter_context(database_url(settings))
        with contextlib.suppress(KeyboardInterrupt):  # being stopped is how serving ends
            run_async(_serve(settings, url, role, listening, address, companion))
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
    settings: Settings, url: str, role: Role, listening: socket.socket, address: str, companion: Companion | None
) -> None:
    if role is not Role.SERVE or settings.kafka is not None:
        await reachable(settings, url, within_seconds=settings.start_wait_seconds)
    async with service(settings, url, role) as parts:
        config = uvicorn.Config(
            application(parts, role),
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=STOP_SECONDS,
            lifespan="off",
        )
        server = _Server(config)
        async with _companionship(companion, parts):
            listening.listen()  # who reads the address may call at once
            say(_addresses(role, address))
            running = asyncio.ensure_future(server.serve([listening]))
            try:
                await asyncio.shield(running)
            finally:
                parts.exporter.changes.close()  # streams end by themselves
                server.should_exit = True
                await running


def _addresses(role: Role, address: str) -> str:
    """What can be called, and where."""
    board, api = f"board    {address}/", f"API      {address}/docs"
    metrics = f"metrics  {address}/metrics"
    shown = {
        Role.API: [board, api, f"{metrics}/process"],
        Role.EXPORTER: [metrics, f"process  {address}/metrics/process"],
    }
    return "\n".join([*shown.get(role, [board, api, metrics]), "Ctrl-C stops the service."])


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
