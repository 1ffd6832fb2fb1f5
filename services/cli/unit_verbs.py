"""`units move-cases`: open cases change hands when units are dissolved or merged."""

from datetime import datetime
from typing import Annotated, Any, Final

import typer

from services.cli.options import AsJson, Data, DatabaseUrl, KafkaServers, settings_from, with_database
from services.cli.output import print_json, print_table, say
from services.cli.reference import units
from services.composition import Database, log_door
from services.unit_moves import DayAhead, Moved, move_cases

UNDECIDED_SHOWN: Final = 20
REFUSED: Final = 1


def register(app: typer.Typer) -> None:
    del app  # `units` is part of it already
    units.command("move-cases")(units_move_cases)


def units_move_cases(
    on: Annotated[datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="Day from which the successors decide.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be moved, write nothing.")] = False,
    data: Data = None,
    database: DatabaseUrl = None,
    kafka: KafkaServers = None,
    as_json: AsJson = False,
) -> None:
    """Transfer cases open on a day from units that are not valid then to their successors.

    Twice is the same as once. Cases of a unit that was split, or has no successor, are named and left; exit 1.

    Example: `duecourse units move-cases --on 2025-07-01 --dry-run`
    """
    settings = settings_from(data, database, kafka=kafka)

    async def work(found: Database) -> Moved:
        async with log_door(settings) as door:
            return await move_cases(found, on.date(), door=door, dry_run=dry_run)

    try:
        moved = with_database(settings, work)
    except DayAhead as error:
        raise typer.BadParameter(str(error)) from None
    if as_json:
        print_json(_as_json(moved, dry_run=dry_run))
    else:
        _print(moved, dry_run=dry_run)
    if moved.undecided or moved.refused:
        raise typer.Exit(REFUSED)


def _as_json(moved: Moved, *, dry_run: bool) -> dict[str, Any]:
    return {
        "moves": [{"unit": unit, "successor": successor, "cases": n} for (unit, successor), n in moved.moves.items()],
        "written": moved.written,
        "refused": moved.refused,
        "undecided": [{"case_id": one.case_id, "unit": one.unit, "why": one.why} for one in moved.undecided],
        "dry_run": dry_run,
    }


def _print(moved: Moved, *, dry_run: bool) -> None:
    rows = [(unit, successor, n) for (unit, successor), n in moved.moves.items()]
    print_table(f"{sum(moved.moves.values()):,} cases to move", ("unit", "successor", "cases"), rows, 2)
    print("dry run: nothing was written" if dry_run else f"{moved.written:,} transfers written")
    if moved.refused:
        say(f"duecourse: {moved.refused:,} transfers were refused: see `duecourse dead-letters list`")
    for one in moved.undecided[:UNDECIDED_SHOWN]:
        say(f"duecourse: case {one.case_id} of {one.unit}: {one.why}: transfer it by an event of your own")
    if len(moved.undecided) > UNDECIDED_SHOWN:
        say(f"duecourse: and {len(moved.undecided) - UNDECIDED_SHOWN:,} more: --json lists them all")
