"""`report`: the figures of a period."""

import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from events.facts import Kind
from projections.attribution import Attribution
from projections.definitions import BY_REPORT
from projections.measures import Policy
from projections.ranking import MINIMUM_CASES
from projections.rate_table import rate_table
from projections.reports import Grouping, Rollup, UnitsShown
from services.cli.options import AsJson, Data, DatabaseUrl, settings_from, with_database
from services.cli.output import say
from services.composition import Database
from services.documents import Language, draw_text
from services.history.when import AS_OF_HELP
from services.report_documents import REPORT_NAMES, Asked, Document, ReportRefused
from services.report_drawing import Format, drawn, warnings_of
from services.report_foot import foot
from services.reporting import Answered, asked_period, question_of

_BY_SUFFIX = {f".{form.value}": form for form in Format if form is not Format.TABLE}


class KindOption(StrEnum):
    PROCEDURE = "procedure"
    COMPLAINT = "complaint"


def _one_of(names: Sequence[str]) -> Callable[[str], str]:
    """Refuses a name that is not among these, as wrong usage."""

    def known(name: str) -> str:
        if name not in names:
            raise typer.BadParameter(f"no {name!r}; there are {', '.join(names)}")
        return name

    return known


def register(app: typer.Typer) -> None:
    app.command()(report)


def report(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help=f"One of {', '.join(REPORT_NAMES)}.", callback=_one_of(REPORT_NAMES))
    ],
    unit: Annotated[str | None, typer.Option(help="Code; rows and total are its subtree.")] = None,
    begin: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")] = None,
    end: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Day after the last.")] = None,
    period: Annotated[
        list[str] | None,
        typer.Option(
            help="2024, 2024-Q1, 2024-H1, 2024-07 on the reporting grid; calendar:2024-07. More than once: a series."
        ),
    ] = None,
    by: Annotated[Grouping, typer.Option(help="What a row is.")] = Grouping.UNIT,
    policy: Annotated[
        Policy | None, typer.Option(help="Compare local days or instants.  [default: the database's]")
    ] = None,
    rollup: Annotated[Rollup, typer.Option(help="How the total's rate is made.")] = Rollup.WEIGHTED,
    units: Annotated[
        UnitsShown, typer.Option(help="The units of then, or today's with what they took over.")
    ] = UnitsShown.AS_REPORTED,
    attribution: Annotated[
        Attribution, typer.Option(help="Which unit settled cases are counted for, in the on-time reports.")
    ] = Attribution.LAST,
    kind: Annotated[KindOption, typer.Option(help="Kind of case.")] = KindOption.PROCEDURE,
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="WHEN", help=AS_OF_HELP)] = None,
    calendar: Annotated[
        str | None,
        typer.Option(metavar="VERSION", help="What if promises had been made by this calendar; no official figures."),
    ] = None,
    figure: Annotated[
        str, typer.Option(metavar="NAME", help="What `ranking` ranks by.", callback=_one_of(tuple(BY_REPORT)))
    ] = "on-time",
    minimum_cases: Annotated[int, typer.Option(min=1, help="Units with fewer cases are not ranked.")] = MINIMUM_CASES,
    format_: Annotated[
        Format | None, typer.Option("--format", help="How it is drawn.  [default: table, or what --output ends in]")
    ] = None,
    language: Annotated[Language, typer.Option(help="Of table, XLSX and HTML.")] = Language.EN,
    as_json: AsJson = False,
    output: Annotated[Path | None, typer.Option(help="File to write instead of stdout.")] = None,
    data: Data = None,
    database: DatabaseUrl = None,
) -> None:
    """Print a report over a period; without dates, over the reporting year so far.

    Rows by group of procedures are of rates and ii06a.

    Example: `duecourse report on-time --period 2024 --by level --policy date`
    """
    chosen: Kind = "complaint" if kind is KindOption.COMPLAINT else "procedure"

    async def work(found: Database) -> list[Document]:
        reporting = await found.reporting_at(as_of, calendar)
        documents = []
        periods: list[str | None] = [*period] if period else [None]
        for one in periods:
            asked = asked_period(reporting.today(), period=one, begin=begin and begin.date(), end=end and end.date())
            own = policy or reporting.policy
            question = question_of(BY_REPORT[figure], asked, own, by, rollup, unit, units, attribution)
            documents.append(await reporting.document(Asked(name, question, chosen, minimum_cases)))
        return documents

    form = Format.JSON if as_json else _form(format_, output)
    if form is Format.XLSX and output is None and sys.stdout.isatty():
        raise ReportRefused("a workbook is no text: give --output FILE.xlsx")
    documents = with_database(settings_from(data, database), work)
    for warning in warnings_of(documents):
        say(f"warning: {warning}")
    _write(documents, form, language, output)


def _form(asked: Format | None, output: Path | None) -> Format:
    """As asked; else what the file's name ends in: JSON where that says nothing, a table where there is no file."""
    if asked is not None:
        return asked
    return Format.TABLE if output is None else _BY_SUFFIX.get(output.suffix, Format.JSON)


def _write(documents: Sequence[Document], form: Format, language: Language, output: Path | None) -> None:
    if output is not None:
        output.write_bytes(drawn(documents, form, language))
        say(f"written to {output}")
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(drawn(documents, form, language))
    sys.stdout.buffer.flush()


def print_report(answered: Answered) -> None:
    """A rate as a table, with definition, policy, period and as-of beneath."""
    table, definition = rate_table(answered.report), answered.report.question.definition
    notes = foot(answered, definition.meaning, definition.version)
    print(draw_text(type(table)(table.name, table.title, table.columns, table.rows, table.total, notes), Language.EN))
