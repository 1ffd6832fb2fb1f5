"""`publish`, `publications`, `diff`: figures frozen and signed, and why two figures differ."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from events.facts import Kind
from projections.definitions import BY_REPORT
from projections.measures import Policy
from projections.periods import Period, PeriodRefused, parse_period
from projections.reports import Grouping, Question, Rollup
from services.cli.options import AsJson, Data, DatabaseUrl, settings_from, with_database
from services.cli.output import print_json, print_table, say
from services.composition import Database
from services.evidence.manifest import Publication
from services.history.when import parse_when
from services.publishing.comparing import diff as compare
from services.publishing.freezing import Asked
from services.publishing.log_keeping import evidence_place
from services.publishing.publishing import publish_reports
from services.publishing.restating import listed
from services.reporting import asked_period

Evidence = Annotated[
    Path | None,
    typer.Option(help="Folder of publications and logs.  [env: DUECOURSE_EVIDENCE; default: evidence under --data]"),
]
PeriodName = Annotated[str | None, typer.Option(help="2024, 2024-Q1, 2024-07, calendar:2024-07")]
CASES_SHOWN = 3


class KindOption(StrEnum):
    PROCEDURE = "procedure"
    COMPLAINT = "complaint"


def register(app: typer.Typer) -> None:
    app.command()(publish)
    app.command()(publications)
    app.command()(diff)


def publish(
    reports: Annotated[list[str], typer.Argument(metavar="REPORT…", help=f"Any of {', '.join(BY_REPORT)}.")],
    period: PeriodName = None,
    by: Annotated[Grouping, typer.Option(help="What a row is.")] = Grouping.UNIT,
    unit: Annotated[str | None, typer.Option(help="Code; rows and total are its subtree.")] = None,
    policy: Annotated[
        Policy | None, typer.Option(help="Compare local days or instants.  [default: the database's]")
    ] = None,
    rollup: Annotated[Rollup, typer.Option(help="How the total's rate is made.")] = Rollup.WEIGHTED,
    kind: Annotated[KindOption, typer.Option(help="Kind of case.")] = KindOption.PROCEDURE,
    evidence: Evidence = None,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Freeze reports as of now, with the cases behind every number, signed; in the database and in a folder beside it.

    Example: `duecourse publish on-time on-time-due --period 2024-07`
    """
    unknown = [name for name in reports if name not in BY_REPORT]
    if unknown:
        raise PeriodRefused(f"{unknown[0]!r} cannot be published; {', '.join(BY_REPORT)} can")
    settings = settings_from(data, database, evidence=evidence)
    chosen: Kind = "complaint" if kind is KindOption.COMPLAINT else "procedure"

    async def work(found: Database) -> Publication:
        span = asked_period(found.reporting().today(), period=period, begin=None, end=None)
        own = policy or found.founding.policy
        asked = [Asked(Question(BY_REPORT[name], span, own, by, rollup, unit), chosen) for name in reports]
        return await publish_reports(found.store, evidence_place(settings), asked, found.clock)

    publication = with_database(settings, work)
    if as_json:
        print_json({"id": publication.id, "published_at": publication.manifest.published_at})
        return
    for one in publication.manifest.reports:
        print(f"{one.report}, {one.from_} to {one.to} (exclusive): {one.total.percent or 'n/a'} %")
    print(f"publication {publication.id}")


def publications(
    evidence: Evidence = None, data: Data = None, database: DatabaseUrl = None, as_json: AsJson = False
) -> None:
    """List what was published, and what later facts have changed since (*restated*), with the reason.

    Example: `duecourse publications --json`
    """
    settings = settings_from(data, database, evidence=evidence)

    async def work(found: Database) -> list[dict[str, Any]]:
        return await listed(found.store, evidence_place(settings), found.clock)

    rows = with_database(settings, work)
    if as_json:
        print_json(rows)
        return
    lines = [
        (row["id"][:16], row["published_at"][:19], one["report"], one["from"], one["to"], _state(row), one["percent"])
        for row in rows
        for one in row["reports"]
    ]
    print_table("", ("id", "published at", "report", "from", "to", "state", "%"), lines, 6)


def _state(row: dict[str, Any]) -> str:
    """As published, or restated with how many cases count otherwise since, by class."""
    reasons = ", ".join(f"{name.replace('_', ' ')} {n}" for name, n in row["restated_because"].items())
    return f"restated: {reasons}" if reasons else "as published"


def diff(
    a: Annotated[str, typer.Argument(metavar="A", help="A publication's id, or any point of the history.")],
    b: Annotated[str, typer.Argument(metavar="B", help="The same, later or earlier.")] = "now",
    period: PeriodName = None,
    evidence: Evidence = None,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Say why two publications or points of the history differ: every difference by class, and the cases.

    Example: `duecourse diff 2024-07-01 2024-08-01 --period 2024-06`
    """
    settings = settings_from(data, database, evidence=evidence)
    span: Period | None = None if period is None else parse_period(period)

    async def work(found: Database) -> list[dict[str, Any]]:
        first, second = (parse_when(one, found.founding.time_zone) for one in (a, b))
        return await compare(found.store, evidence_place(settings), first, second, found.clock, span)

    rows = with_database(settings, work)
    if as_json:
        print_json(rows)
    else:
        _print_differences(rows)


def _print_differences(rows: list[dict[str, Any]]) -> None:
    lines = [
        (
            row["report"],
            row["unit"] or "total",
            row["measure"].replace("_", " "),
            ", ".join(f"{name.replace('_', ' ')} {n:+}" for name, n in row["classes"].items() if n),
            ", ".join(row["cases"][:CASES_SHOWN]) + (" …" if len(row["cases"]) > CASES_SHOWN else ""),
            f"{row['difference']:+}",
        )
        for row in rows
    ]
    print_table("", ("report", "unit", "measure", "because of", "cases", "difference"), lines, 5)
    if not rows:
        say("nothing differs")
