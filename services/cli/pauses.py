"""`pauses load|list`: what a pause that is over does to the due date."""

from pathlib import Path
from typing import Annotated

import typer

from projections.pause_rules import PauseRule, PauseRules
from projections.validity import dates_of
from services.cli.options import AsJson, Data, DatabaseUrl, settings_from, with_database
from services.cli.output import print_json, print_table, say
from services.composition import Database
from services.pauses_loading import load_pauses, pauses_in_force, read_pauses_file

pauses = typer.Typer(help="Pauses: whether a limit goes on or begins again when they are over.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(pauses, name="pauses")


@pauses.command("load")
def pauses_load(
    file: Annotated[Path, typer.Argument(help="CSV: reason,effect,valid_from,valid_to; effect is subtract or restart")],
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Put a new version of the rules for pauses in force and print its version (sha256).

    `subtract`, as without a rule: the due date moves by the length of the pause. `restart`: the limit begins again when
    the case is resumed; `serve` and `deadlines` tell the new date as a `rescheduled` event, also where it was before.
    Example: `duecourse pauses load pauses.csv`
    """
    read = read_pauses_file(file)

    async def work(found: Database) -> bool:
        return await load_pauses(found.store, read)

    changed = with_database(settings_from(data, database), work)
    if as_json:
        print_json({"version": read.version, "rules": len(read.rules), "changed": changed})
    else:
        print(f"sha256:{read.version}")
        say(f"{len(read.rules):,} rules in force" if changed else f"{len(read.rules):,} rules were in force already")


@pauses.command("list")
def pauses_list(data: Data = None, database: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Show the rules for pauses in force. Example: `duecourse pauses list`"""

    async def work(found: Database) -> PauseRules:
        return await pauses_in_force(found.store)

    found = with_database(settings_from(data, database), work)
    rows = [_cells(one) for one in found.rules]
    if as_json:
        keys = ("reason", "effect", "valid_from", "valid_to")
        print_json({"version": found.version, "rules": [dict(zip(keys, row, strict=True)) for row in rows]})
    else:
        title = f"{len(rows):,} rules, version {found.version[:12]}"
        cells = [[cell or "" for cell in row] for row in rows]
        print_table(title, ("reason", "effect", "from", "to (exclusive)"), cells, 4)
        say("every other pause is subtracted")


def _cells(one: PauseRule) -> tuple[str, str, str | None, str | None]:
    begin, end = (None if day is None else day.isoformat() for day in dates_of(one))
    return one.reason, one.effect.value, begin, end
