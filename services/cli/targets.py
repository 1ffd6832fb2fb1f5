"""`targets load|list`: what units pledged."""

from pathlib import Path
from typing import Annotated

import typer

from projections.targets import Target, Targets, decimal_of
from projections.validity import dates_of
from services.cli.options import AsJson, Data, DatabaseUrl, settings_from, with_database
from services.cli.output import print_json, print_table, say
from services.composition import Database
from services.targets_loading import TargetsLoaded, load_targets, read_targets_file, targets_in_force

targets = typer.Typer(help="Targets: the least on-time share that a unit pledged.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(targets, name="targets")


@targets.command("load")
def targets_load(
    file: Annotated[Path, typer.Argument(help="CSV: unit,target,valid_from,valid_to; target is a ratio like 0.95")],
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Put a new version of the targets in force and print its version (sha256).

    The metric `duecourse_target_ratio` shows those of today. Example: `duecourse targets load targets.csv`
    """
    read = read_targets_file(file)

    async def work(found: Database) -> TargetsLoaded:
        return await load_targets(found.store, read)

    loaded = with_database(settings_from(data, database), work)
    if as_json:
        print_json({"version": loaded.version, "targets": loaded.targets})
    else:
        print(f"sha256:{loaded.version}")
        say(f"{loaded.targets:,} targets in force")


@targets.command("list")
def targets_list(data: Data = None, database: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Show the targets in force. Example: `duecourse targets list`"""

    async def work(found: Database) -> Targets:
        return await targets_in_force(found.store)

    found = with_database(settings_from(data, database), work)
    rows = [_cells(one) for one in found.targets]
    if as_json:
        keys = ("unit", "target", "valid_from", "valid_to")
        print_json({"version": found.version, "targets": [dict(zip(keys, row, strict=True)) for row in rows]})
    else:
        title = f"{len(rows):,} targets, version {found.version[:12]}"
        print_table(
            title, ("unit", "target", "from", "to (exclusive)"), [[cell or "" for cell in row] for row in rows], 4
        )


def _cells(one: Target) -> tuple[str, str, str | None, str | None]:
    begin, end = (None if day is None else day.isoformat() for day in dates_of(one))
    return one.unit, decimal_of(one.ratio), begin, end
