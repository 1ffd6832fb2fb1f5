"""`backfill`: past figures for an audit Prometheus."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from projections.periods import Period, PeriodRefused
from services.backfill.filling import Asked, Filled
from services.backfill.filling import backfill as fill
from services.cli.options import AsJson, Data, DatabaseUrl, settings_from, with_database
from services.cli.output import print_json, progress_bar
from services.composition import Database
from services.history.when import AS_OF_HELP, parse_when

backfill = typer.Typer(help="Write past figures for other programs.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(backfill, name="backfill")


@backfill.command()
def openmetrics(
    begin: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First local day.")],
    end: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="The day after the last.")],
    output: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder that is empty or not there yet.")],
    as_of: Annotated[str, typer.Option("--as-of", metavar="WHEN", help=AS_OF_HELP)] = "now",
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Past figures at event time as OpenMetrics text, a file for each month; units by the day, those above by the hour.

    The last three hours are left out. `python -m deploy.audit` makes a Prometheus of the files.

    Example: `duecourse backfill openmetrics --from 2024-01-01 --to 2024-07-01 --output history`
    """
    if end <= begin:
        raise PeriodRefused(f"the period is empty: it ends on {end.date()}, which is not after its begin")
    settings = settings_from(data, database)
    bar, task = progress_bar("reading cases", 0)
    period = Period(begin.toordinal(), end.toordinal())

    async def work(found: Database) -> Filled:
        when = parse_when(as_of, found.founding.time_zone)
        asked = Asked(period, when, output, settings.due_soon_days)
        with bar:
            return await fill(
                found.store,
                asked,
                found.clock,
                lambda what, done, total: bar.update(task, description=what, completed=done, total=total),
            )

    filled = with_database(settings, work)
    if as_json:
        print_json(filled.as_json())
        return
    for path, samples in filled.files:
        print(f"{path}  {samples:>12,} samples")
    print(f"replay_run {filled.run}, {filled.cases:,} cases")
