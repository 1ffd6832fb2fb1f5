"""`procedures load|list`, `calendar load|reschedule`: the rules by which due dates are promised."""

from pathlib import Path
from typing import Annotated, Any

import typer

from events.instants import iso
from projections.procedures import Procedure
from services.calendars_loading import read_calendar_file
from services.cli.operations import operator
from services.cli.options import AsJson, Data, DatabaseUrl, KafkaServers, settings_from, with_database
from services.cli.output import print_json, print_table, say
from services.composition import Database, log_door
from services.procedures_loading import read_procedures_file
from services.rescheduling import Rescheduling, moved_promises
from services.rescheduling import reschedule as reschedule_promises
from services.rules_loading import RulesLoaded, load_calendar, load_procedures

procedures = typer.Typer(help="What may be asked for, and within which limit.", no_args_is_help=True)
calendar = typer.Typer(help="The working calendar by which due dates are promised.", no_args_is_help=True)
USAGE = 2


def register(app: typer.Typer) -> None:
    app.add_typer(procedures, name="procedures")
    app.add_typer(calendar, name="calendar")


@procedures.command("load")
def procedures_load(
    file: Annotated[Path, typer.Argument(help="CSV: code,name,group,limit,limit_unit,cutoff_time,case_kind")],
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Put a new version of the procedures in force and print its version (sha256).

    A case received without due date is promised one by them from then on.
    Example: `duecourse procedures load procedures.csv`
    """
    registry = read_procedures_file(file)

    async def work(found: Database) -> RulesLoaded:
        return await load_procedures(found.store, registry)

    _print_loaded(with_database(settings_from(data, database), work), "procedures", as_json=as_json)


@procedures.command("list")
def procedures_list(data: Data = None, database: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Show the procedures in force. Example: `duecourse procedures list`"""

    async def work(found: Database) -> tuple[str, tuple[Procedure, ...]]:
        registry = (await found.rules()).procedures
        return ("", ()) if registry is None else (registry.version, registry.procedures)

    version, rows = with_database(settings_from(data, database), work)
    listed = [_procedure_row(one) for one in rows]
    if as_json:
        print_json({"version": version, "procedures": listed})
    else:
        columns = ("code", "name", "group", "kind", "limit", "limit_unit")
        cells = [[row[name] for name in columns] for row in listed]
        print_table(f"{len(rows):,} procedures, version {version[:12] or 'none'}", columns, cells, 4)


def _procedure_row(one: Procedure) -> dict[str, Any]:
    amount, unit = (None, None) if one.limit is None else (one.limit.amount, one.limit.unit.value)
    row = {"code": one.code, "name": one.name, "group": one.group, "kind": one.kind}
    return row | {"limit": amount, "limit_unit": unit}


@calendar.command("load")
def calendar_load(
    file: Annotated[Path, typer.Argument(help="TOML header; the CSV files that it names lie beside it.")],
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Put a new version of the working calendar in force and print its version (sha256).

    What was promised before stays; `duecourse calendar reschedule` lists and moves it.
    Example: `duecourse calendar load vietnam.toml`
    """
    read = read_calendar_file(file)

    async def work(found: Database) -> RulesLoaded:
        return await load_calendar(found.store, read)

    _print_loaded(with_database(settings_from(data, database), work), "days", as_json=as_json)


def _print_loaded(loaded: RulesLoaded, rows: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"version": loaded.version, rows: loaded.rows, "changed": loaded.changed})
        return
    print(f"sha256:{loaded.version}")
    say(f"{loaded.rows:,} {rows} in force{'' if loaded.changed else ', as before'}")
    if loaded.missing:
        say(f"no due date is promised yet: `duecourse {loaded.missing} load FILE` is still to come")


@calendar.command("reschedule")
def calendar_reschedule(
    reason: Annotated[str, typer.Option(help="Why; kept with your name.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List the cases, write nothing.")] = False,
    data: Data = None,
    database: DatabaseUrl = None,
    kafka: KafkaServers = None,
    as_json: AsJson = False,
) -> None:
    """Move the promises of open cases to the days of the calendar in force: each gets a `rescheduled` event.

    Example: `duecourse calendar reschedule --reason "24 August became a day off"`
    """
    if not dry_run and not reason.strip():
        say("duecourse: --reason is missing: say why, or look first with --dry-run")
        raise typer.Exit(USAGE)
    settings = settings_from(data, database, kafka=kafka)

    async def work(found: Database) -> Rescheduling:
        if dry_run:
            return await moved_promises(found)
        async with log_door(settings) as door:
            return await reschedule_promises(
                found, door or found.projector(), reason=reason.strip(), done_by=operator()
            )

    _print_rescheduling(with_database(settings, work), as_json=as_json)


def _print_rescheduling(done: Rescheduling, *, as_json: bool) -> None:
    rows = [
        {"case_id": one.case_id, "unit": one.unit, "promised": iso(one.due), "due": iso(one.due_now)}
        for one in done.moved
    ]
    if as_json:
        print_json({"calendar": done.calendar_version, "written": done.written, "cases": rows})
        return
    columns = ("case_id", "unit", "promised", "due")
    print_table(f"{len(rows):,} cases", columns, [[row[name] for name in columns] for row in rows], 4)
    say(f"{done.written:,} events written")
