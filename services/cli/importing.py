"""`import`: files people bring become events."""

import json
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from services.cli.options import AsJson, Data, DatabaseUrl, KafkaServers, settings_from, with_database
from services.cli.output import print_json, progress_bar, say
from services.composition import Database, log_door
from services.import_session import ImportSession
from services.importing import load_mapping
from services.importing.reader_process import steps_apart
from services.importing.run import Progress, Rejected
from services.importing.sources import EventLineSource, MappedSource, steps_here

APART_BYTES = 4 << 20
"""A file larger than this is read by a process of its own, which takes a quarter of a second to start."""


def register(app: typer.Typer) -> None:
    app.command("import")(import_file)


def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, XLSX, Parquet or NDJSON.")],
    mapping: Annotated[
        Path | None,
        typer.Option(exists=True, help="TOML that says which columns make which events; none: one CloudEvent a line."),
    ] = None,
    register_units: Annotated[
        bool, typer.Option("--register-units", help="Register units that the file names and nobody loaded.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Retract facts of the same source and case that the file no longer says.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Judge everything, write nothing.")] = False,
    rejects: Annotated[
        Path | None, typer.Option(help="NDJSON file for what was refused, with line and reason.")
    ] = None,
    data: Data = None,
    database: DatabaseUrl = None,
    kafka: KafkaServers = None,
    as_json: AsJson = False,
) -> None:
    """Import a file; running it twice changes nothing.

    With --kafka the facts are published, and `accepted` counts those that Kafka has; the workers tell repeats.

    Example: `duecourse import permits.csv --mapping permits.toml --register-units`
    """
    rules = None if mapping is None else load_mapping(mapping)
    if replace and rules is None:
        raise typer.BadParameter("--replace needs --mapping, whose source it speaks for")
    source = EventLineSource(file) if rules is None else MappedSource(file, rules)

    origin = rules.source.name if rules is not None else f"/{file.stem}"

    settings = settings_from(data, database, kafka=kafka)

    async def work(found: Database) -> dict[str, Any]:
        async with AsyncExitStack() as stack:
            door = await stack.enter_async_context(log_door(settings))
            session = ImportSession(found, dry_run=dry_run, register=register_units, origin=origin, door=door)
            out = None if rejects is None else stack.enter_context(rejects.open("w", encoding="utf-8"))
            bar, task = progress_bar(f"importing {file.name}", source.size)
            stack.enter_context(bar)

            def show(progress: Progress, refused: Sequence[Rejected]) -> None:
                bar.update(task, completed=progress.done or source.done, note=f"{progress.events:,} events")
                if out is not None:
                    _write_rejects(out, refused)

            if replace and rules is not None:
                progress = await session.replace(source.lines(), rules.source.name, show)
                progress.rows = source.rows
            else:
                apart = file.stat().st_size > APART_BYTES
                steps = steps_apart(file, mapping) if apart else steps_here(source)
                progress = await session.plain(steps, show)
        for unit in session.registered:
            say(f"registered unit {unit}")
        return _summary(progress, dry_run=dry_run)

    summary = with_database(settings, work)
    _print_summary(summary, as_json=as_json)


def _write_rejects(out: IO[str], refused: Sequence[Rejected]) -> None:
    for one in refused:
        row = {
            "line": one.line,
            "reason": one.reason,
            "detail": one.detail,
            "body": one.body.decode("utf-8", "replace"),
        }
        out.write(json.dumps(row, ensure_ascii=False) + "\n")


def _summary(progress: Progress, *, dry_run: bool) -> dict[str, Any]:
    return {
        "rows": progress.rows,
        "events": progress.events,
        "accepted": progress.accepted,
        "duplicates": progress.duplicates,
        "dead_letters": progress.dead_letters,
        "dry_run": dry_run,
    }


def _print_summary(summary: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(summary)
        return
    for name, label in (
        ("rows", "rows"),
        ("events", "events"),
        ("accepted", "accepted"),
        ("duplicates", "duplicates"),
        ("dead_letters", "dead letters"),
    ):
        print(f"{label:12} {summary[name]:>12,}")
    if summary["dry_run"]:
        print("dry run: nothing was written")
    elif summary["dead_letters"]:
        print("see `duecourse dead-letters list` for what was refused, and why")
