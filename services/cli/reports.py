"""`report`: the figures of a period."""

import json
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from events.facts import Kind
from projections.definitions import BY_REPORT
from projections.measures import Policy
from projections.reports import Grouping, Report, Rollup, Row
from services.cli.options import AsJson, Data, DatabaseUrl, settings_from, with_database
from services.cli.output import print_json, print_table, say
from services.composition import Database
from services.report_csv import report_csv
from services.reporting import Answered, asked_period, question_of


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"


class KindOption(StrEnum):
    PROCEDURE = "procedure"
    COMPLAINT = "complaint"


class ReportName(StrEnum):
    """The reports that there are; a test holds this list to the definitions."""

    ON_TIME = "on-time"
    ON_TIME_DUE = "on-time-due"
    ON_TIME_HANDLED = "on-time-handled"
    LATE_SETTLED = "late-settled"
    SETTLEMENT_RATE = "settlement-rate"
    BACKLOG = "backlog"


def register(app: typer.Typer) -> None:
    app.command()(report)


def report(
    name: Annotated[ReportName, typer.Argument(help="Which figure.")],
    unit: Annotated[str | None, typer.Option(help="Code; rows and total are its subtree.")] = None,
    begin: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")] = None,
    end: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Day after the last.")] = None,
    period: Annotated[
        str | None, typer.Option(help="2024, 2024-Q1, 2024-H1, 2024-07 on the reporting grid; calendar:2024-07")
    ] = None,
    by: Annotated[Grouping, typer.Option(help="What a row is.")] = Grouping.UNIT,
    policy: Annotated[
        Policy | None, typer.Option(help="Compare local days or instants.  [default: the database's]")
    ] = None,
    rollup: Annotated[Rollup, typer.Option(help="How the total's rate is made.")] = Rollup.WEIGHTED,
    kind: Annotated[KindOption, typer.Option(help="Kind of case.")] = KindOption.PROCEDURE,
    format_: Annotated[Format, typer.Option("--format", help="How it is printed.")] = Format.TABLE,
    as_json: AsJson = False,
    output: Annotated[Path | None, typer.Option(help="File to write instead of stdout (JSON or CSV).")] = None,
    data: Data = None,
    database: DatabaseUrl = None,
) -> None:
    """Print a figure per unit over a period; without dates, the reporting year so far.

    Example: `duecourse report on-time --period 2024 --by level --policy date`
    """
    chosen: Kind = "complaint" if kind is KindOption.COMPLAINT else "procedure"

    async def work(found: Database) -> Answered:
        reporting = found.reporting()
        asked = asked_period(reporting.today(), period=period, begin=begin and begin.date(), end=end and end.date())
        own = policy or found.founding.policy
        question = question_of(BY_REPORT[name.value], asked, own, by, rollup, unit)
        return await reporting.answer(question, chosen)

    answered = with_database(settings_from(data, database), work)
    _show(answered, Format.JSON if as_json else format_, output)


def _show(answered: Answered, chosen: Format, output: Path | None) -> None:
    if output is not None:
        text = report_csv(answered) if chosen is Format.CSV or output.suffix == ".csv" else _json(answered)
        output.write_text(text, encoding="utf-8")
        say(f"written to {output}")
    elif chosen is Format.JSON:
        print_json(answered.as_json())
    elif chosen is Format.CSV:
        print(report_csv(answered), end="")
    else:
        print_report(answered)


def _json(answered: Answered) -> str:
    return json.dumps(answered.as_json(), ensure_ascii=False, indent=2) + "\n"


COLUMNS = (
    "unit",
    "name",
    "%",
    "num.",
    "den.",
    "carried over",
    "new",
    "transf. in",
    "early",
    "on time",
    "late",
    "closed",
    "transf. out",
    "pending in time",
    "paused",
    "overdue",
)


def print_report(answered: Answered) -> None:
    """The report as a table, with definition, policy, period and as-of beneath."""
    found: Report = answered.report
    question = found.question
    period = f"{question.period.from_date} to {question.period.to_date} (exclusive)"
    title = f"{question.definition.report}, {period}, policy {question.policy.value}, {answered.time_zone}"
    print_table(title, COLUMNS, [_cells(row) for row in found.rows] + [("", "", *[""] * 14), _cells(found.total)], 2)
    print(f"{question.definition.name}: {question.definition.text}; total {question.rollup.value}.")
    positions = ", ".join(f"{one.partition}:{one.position}" for one in answered.checkpoints) or "none"
    print(f"As of positions {positions}; units {answered.units_version[:12] or 'none'}.")


def _cells(row: Row) -> tuple[object, ...]:
    counts = row.counts
    return (
        row.unit or "",
        row.name,
        row.percent,
        row.numerator,
        row.denominator,
        counts.carried_over,
        counts.new,
        counts.transferred_in,
        counts.settled_early,
        counts.settled_on_time,
        counts.settled_late,
        counts.closed,
        counts.transferred_out,
        counts.pending_in_time,
        counts.pending_paused,
        counts.pending_overdue,
    )
