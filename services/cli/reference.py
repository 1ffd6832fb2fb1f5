"""`migrate`, `units load`, `units list`: schema and reference data."""

from pathlib import Path
from typing import Annotated

import typer

from projections.units import Unit
from services.cli import calendars
from services.cli.options import AsJson, Data, DatabaseUrl, run_async, settings_from, with_database
from services.cli.output import print_json, print_table, say
from services.composition import Database, database_url
from services.postgres.connection import open_pool
from services.postgres.founding import founding
from services.postgres.migrations import Migration, schema_number
from services.postgres.migrations import migrate as migrate_schema
from services.postgres.reference import unit_tree
from services.units_loading import Loaded, load_units, read_units_file

units = typer.Typer(help="The unit tree: who decides, under whom, from when to when.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.command()(migrate)
    app.add_typer(units, name="units")
    calendars.register(app)


def migrate(data: Data = None, database: DatabaseUrl = None) -> None:
    """Create or upgrade the schema; safe to run twice and from two machines at once.

    The first time fixes the reporting time zone and the label policy (DUECOURSE_TIME_ZONE, DUECOURSE_POLICY).
    Example: `duecourse migrate --database postgresql://duecourse@db.example/duecourse`
    """
    settings = settings_from(data, database)

    async def work(url: str) -> tuple[list[Migration], int]:
        pool = await open_pool(url)
        try:
            taken = await migrate_schema(pool)
            await founding(pool, settings)  # time zone and policy are fixed with the schema
            return taken, await schema_number(pool)
        finally:
            await pool.close()

    with database_url(settings) as url:
        taken, number = run_async(work(url))
    for step in taken:
        print(f"applied {step.number:04d}_{step.name}")
    print(f"the schema is at step {number}")


@units.command("load")
def units_load(
    file: Annotated[Path, typer.Argument(help="CSV: code,name,level,parent,valid_from,valid_to,successor")],
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Put a new version of the unit tree in force and print its version (sha256).

    Cases that the new validity dates count otherwise are counted anew. Example: `duecourse units load units.csv`
    """
    rows = read_units_file(file)

    async def work(found: Database) -> Loaded:
        return await load_units(found.store, rows)

    loaded = with_database(settings_from(data, database), work)
    if as_json:
        print_json({"version": loaded.version, "units": loaded.units, "recounted": loaded.recounted})
    else:
        print(f"sha256:{loaded.version}")
        say(f"{loaded.units:,} units in force; {loaded.recounted:,} cases counted anew")


@units.command("list")
def units_list(data: Data = None, database: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Show the units in force. Example: `duecourse units list`"""

    async def work(found: Database) -> tuple[str, tuple[Unit, ...]]:
        version, tree = await unit_tree(found.pool)
        return version, tree.units

    version, rows = with_database(settings_from(data, database), work)
    if as_json:
        listed = [{"unit": one.code, "name": one.name, "level": one.level, "parent": one.parent} for one in rows]
        print_json({"version": version, "units": listed})
    else:
        cells = [(one.code, one.name, one.level, one.parent) for one in rows]
        print_table(f"{len(rows):,} units, version {version[:12]}", ("unit", "name", "level", "parent"), cells, 4)
