"""`import`: files people bring become events."""

import json
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import IO, Annotated, Any, NamedTuple

import typer

from services.cli.options import AsJson, Data, DatabaseUrl, KafkaServers, settings_from, with_database
from services.cli.output import print_json, progress_bar, say
from services.composition import Database, log_door
from services.import_session import ImportSession
from services.importing import Mapping, load_mapping
from services.importing.reader_process import steps_apart
from services.importing.run import Progress, Rejected
from services.importing.sources import EventLineSource, MappedSource, Source, steps_here
from services.portal import PORTALS, PortalSource, built_in, load_policy

APART_BYTES = 4 << 20
"""A file larger than this is read by a process of its own, which takes a quarter of a second to start."""
UNDECIDED_SHOWN = 5
"""Cases left undecided that are named; the summary counts them all."""


def register(app: typer.Typer) -> None:
    app.command("import")(import_file)


def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, XLSX, Parquet, NDJSON or JSON.")],
    mapping: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|NAME",
            help="TOML that says which columns make which events, or `dvcqg` for rows of Vietnam's national portal; "
            "none: one CloudEvent a line.",
        ),
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

    `--mapping dvcqg`: rows of Vietnam's national portal, which may come again and again, changed, in any order.

    Example: `duecourse import permits.csv --mapping permits.toml --register-units`
    """
    opened = _open(file, mapping)
    source = opened.source
    if replace and opened.rules is None:
        raise typer.BadParameter("--replace needs --mapping FILE, whose source it speaks for")
    settings = settings_from(data, database, kafka=kafka)

    async def work(found: Database) -> dict[str, Any]:
        async with AsyncExitStack() as stack:
            door = await stack.enter_async_context(log_door(settings))
            session = ImportSession(found, dry_run=dry_run, register=register_units, origin=opened.origin, door=door)
            out = None if rejects is None else stack.enter_context(rejects.open("w", encoding="utf-8"))
            bar, task = progress_bar(f"importing {file.name}", source.size)
            stack.enter_context(bar)

            def show(progress: Progress, refused: Sequence[Rejected]) -> None:
                bar.update(task, completed=progress.done or source.done, note=f"{progress.events:,} events")
                if out is not None:
                    _write_rejects(out, refused)

            if replace and opened.rules is not None:
                progress = await session.replace(source.lines(), opened.rules.source.name, show)
                progress.rows = source.rows
            else:
                apart = file.stat().st_size > APART_BYTES and not isinstance(source, PortalSource)
                steps = steps_apart(file, opened.mapping) if apart else steps_here(source)
                progress = await session.plain(steps, show)
        for unit in session.registered:
            say(f"registered unit {unit}")
        return _summary(progress, dry_run=dry_run) | _said_of_portal(source)

    summary = with_database(settings, work)
    _print_summary(summary, as_json=as_json)


class _Opened(NamedTuple):
    """A file to import: `rules` and `mapping` of a mapping file; `origin` names the root of units registered."""

    source: Source
    origin: str
    rules: Mapping | None = None
    mapping: Path | None = None


def _open(file: Path, mapping: str | None) -> _Opened:
    if mapping is None:
        return _Opened(EventLineSource(file), f"/{file.stem}")
    path = Path(mapping)
    if built_in(mapping) and not path.exists():
        policy = load_policy(mapping)
        return _Opened(PortalSource(file, policy), policy.source)
    if not path.exists():
        known = ", ".join(PORTALS)
        raise typer.BadParameter(f"--mapping: there is no file {mapping!r}; give a TOML file, or one of {known}")
    rules = load_mapping(path)
    return _Opened(MappedSource(file, rules), rules.source.name, rules, path)


def _said_of_portal(source: Source) -> dict[str, Any]:
    """What an import of a portal's rows says besides: the policy, and how many cases it leaves undecided."""
    if not isinstance(source, PortalSource):
        return {}
    cases = sorted(source.undecided.cases)
    for case_id in cases[:UNDECIDED_SHOWN]:
        say(f"undecided: rows of {case_id} that are equally old promise different dates or name different units")
    return {"mapping": source.policy.label, "undecided": len(cases)}


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
    if summary.get("undecided"):
        print(f"{'undecided':12} {summary['undecided']:>12,}")
    if summary["dry_run"]:
        print("dry run: nothing was written")
    elif summary["dead_letters"]:
        print("see `duecourse dead-letters list` for what was refused, and why")
