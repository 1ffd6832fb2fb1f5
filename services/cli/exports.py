"""`export`: the history as files for process-mining tools and for everything else."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.options import AsJson, Data, DatabaseUrl, settings_from, with_database
from services.cli.output import print_json, progress_bar
from services.composition import Database
from services.exports.exporting import Exported, Format, export, file_of
from services.history.when import AS_OF_HELP, parse_when

AsOf = Annotated[str, typer.Option("--as-of", metavar="WHEN", help=AS_OF_HELP)]
Output = Annotated[Path, typer.Option(metavar="FILE", help="File to write; it is there whole or not at all.")]

exports = typer.Typer(help="Write the history into a file for other programs.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(exports, name="export")


@exports.command()
def xes(
    output: Output, as_of: AsOf = "now", data: Data = None, database: DatabaseUrl = None, as_json: AsJson = False
) -> None:
    """Cases as traces of XES (IEEE 1849), with due dates, pauses and labels under both policies.

    Example: `duecourse export xes --output cases.xes`
    """
    _export(Format.XES, output, as_of, data, database, as_json=as_json)


@exports.command()
def ocel(
    output: Output, as_of: AsOf = "now", data: Data = None, database: DatabaseUrl = None, as_json: AsJson = False
) -> None:
    """Cases and units as objects of OCEL 2.0, as JSON (.json, .jsonocel) or SQLite (.sqlite).

    Example: `duecourse export ocel --output cases.sqlite --as-of 2024-07-01`
    """
    _export(Format.OCEL, output, as_of, data, database, as_json=as_json)


@exports.command()
def parquet(
    output: Output, as_of: AsOf = "now", data: Data = None, database: DatabaseUrl = None, as_json: AsJson = False
) -> None:
    """Every archived fact as a row of typed columns, with the bytes that were received. Times are UTC.

    Example: `duecourse export parquet --output facts.parquet`
    """
    _export(Format.PARQUET, output, as_of, data, database, as_json=as_json)


def _export(form: Format, output: Path, as_of: str, data: Path | None, database: str | None, *, as_json: bool) -> None:
    file_of(form, output)
    bar, task = progress_bar(f"writing {output.name}", 0)

    async def work(found: Database) -> Exported:
        when = parse_when(as_of, found.founding.time_zone)
        with bar:
            return await export(
                found.store,
                form,
                output,
                when,
                found.clock,
                lambda read, total: bar.update(task, completed=read, total=total),
            )

    exported = with_database(settings_from(data, database), work).as_json()
    if as_json:
        print_json(exported)
        return
    print(f"{exported['cases']:,} cases, {exported['events']:,} events, {exported['bytes']:,} bytes: {output}")
