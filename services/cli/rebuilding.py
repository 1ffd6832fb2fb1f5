"""`rebuild`: the projections anew from the archive."""

from typing import Annotated, Any

import typer

from services.cli.operations import operator
from services.cli.options import AsJson, Data, DatabaseUrl, settings_from, with_database
from services.cli.output import print_json, progress_bar
from services.composition import Database
from services.history.rebuilding import rebuilding
from services.history.rebuilt_comparison import Compared, lines
from services.verifying import archive_size

DIFFERENT = 1
SHOWN = 20


def register(app: typer.Typer) -> None:
    app.command()(rebuild)


def rebuild(
    shadow: Annotated[
        bool,
        typer.Option(
            "--shadow", help="Beside the live projections, as every rebuild is: nothing changes by saying so."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Build and compare only; exit 1 where something differs.")
    ] = False,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Build cases and tallies anew from the archive beside the live ones, compare, and put right what differs.

    Facts may arrive and reports be read meanwhile: the switch is one transaction, and readers see either side of it.
    A rebuild that is killed leaves nothing behind; run it again.

    Example: `duecourse rebuild --shadow --dry-run`
    """
    del shadow

    async def work(found: Database) -> tuple[dict[str, Any], Compared, bool]:
        bar, task = progress_bar("folding", await archive_size(found.store))
        async with rebuilding(found.store) as shadow_of:
            with bar:
                await shadow_of.build(found.clock, lambda events: bar.update(task, completed=events))
            compared = await shadow_of.compare()
            switched = compared.differences > 0 and not dry_run
            if switched:
                await shadow_of.switch(operator())
            return shadow_of.as_json(), compared, switched

    built, compared, switched = with_database(settings_from(data, database), work)
    if as_json:
        print_json(built | compared.as_json() | {"switched": switched})
    else:
        _print_compared(built, compared, switched=switched)
    if compared.differences and not switched:
        raise typer.Exit(DIFFERENT)


def _print_compared(built: dict[str, Any], found: Compared, *, switched: bool) -> None:
    positions = ", ".join(f"{partition}:{position}" for partition, position in built["positions"].items()) or "none"
    print(f"built anew from {built['events']:,} events, positions {positions}")
    for text in lines(found, SHOWN):
        print(f"  {text}")
    if found.differences > SHOWN:
        print(f"  … and {found.differences - SHOWN:,} more: --json lists them")
    print(f"{found.figures_found:,} figures and {found.cases_found:,} case rows differ")
    if switched:
        print("the live projections now say what the archive says")
    elif found.differences:
        print("nothing was changed")
