"""`api`, `worker`, `deadlines`, `exporter`: the parts of the service as single processes."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import typer

from services.cli.options import DatabaseUrl, KafkaServers, run_async, settings_from
from services.cli.output import say
from services.cli.serve import Host, Port, run_serve
from services.composition import Role, reachable, service, work
from services.settings import Settings, SettingsRefused


def register(app: typer.Typer) -> None:
    app.command()(api)
    app.command()(worker)
    app.command()(deadlines)
    app.command()(exporter)


def api(database: DatabaseUrl = None, kafka: KafkaServers = None, host: Host = None, port: Port = None) -> None:
    """Take events in and answer questions: HTTP API and board. Facts are published to Kafka.

    Example: `duecourse api --kafka localhost:9092 --database postgresql://localhost/duecourse`
    """
    run_serve(_settings(database, kafka, host=host, port=port), role=Role.API)


def exporter(database: DatabaseUrl = None, kafka: KafkaServers = None, host: Host = None, port: Port = None) -> None:
    """Show the figures to Prometheus: `/metrics` and `/metrics/process`. Any number may run.

    Example: `duecourse exporter --kafka localhost:9092 --database postgresql://localhost/duecourse --port 9100`
    """
    run_serve(_settings(database, kafka, host=host, port=port), role=Role.EXPORTER)


def worker(database: DatabaseUrl = None, kafka: KafkaServers = None) -> None:
    """Read the facts from Kafka into the database. Any number may run; they share the partitions.

    Example: `duecourse worker --kafka localhost:9092 --database postgresql://localhost/duecourse`
    """
    settings = _settings(database, kafka)
    _run("worker", settings, lambda: work(settings, settings.database or ""))


def deadlines(database: DatabaseUrl = None, kafka: KafkaServers = None) -> None:
    """Write an overdue fact for every case whose due date passes while it is open. Any number may run.

    Example: `duecourse deadlines --kafka localhost:9092 --database postgresql://localhost/duecourse`
    """
    settings = _settings(database, kafka)

    async def until_stopped() -> None:
        async with service(settings, settings.database or "", Role.DEADLINES):
            await asyncio.Event().wait()

    _run("deadlines", settings, until_stopped)


def _settings(database: str | None, kafka: str | None, **more: object) -> Settings:
    settings = settings_from(None, database, kafka=kafka, **more)
    if settings.database is None:
        raise SettingsRefused("no database is named: pass --database URL or set DUECOURSE_DATABASE")
    if settings.kafka is None:
        raise SettingsRefused("no Kafka is named: pass --kafka HOST:PORT or set DUECOURSE_KAFKA")
    return settings


def _run(name: str, settings: Settings, main: Callable[[], Awaitable[None]]) -> None:
    """Until Ctrl-C or SIGTERM, which is how a role ends."""

    async def waited() -> None:
        await reachable(settings, settings.database or "", within_seconds=settings.start_wait_seconds)
        say(f"{name}: database and Kafka answer. Ctrl-C stops it.")
        await main()

    with contextlib.suppress(KeyboardInterrupt):
        run_async(waited())
    say("stopped")
