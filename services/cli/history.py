"""`replay` and `explain`: past figures again, and why a case is counted as it is."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from projections.measures import Policy
from services.cli import publications
from services.cli.options import AsJson, Data, DatabaseUrl, settings_from, with_database
from services.cli.output import print_json, print_table, say
from services.composition import Database, database_url
from services.composition import database as open_database
from services.history.lookups import explain_case
from services.history.replaying import Replayed, heading, replay_columnar, replay_shared
from services.history.replaying import replay as replay_archive
from services.history.when import AS_OF_HELP, parse_when
from services.history.wording import Language
from services.history.workers import WORKERS_MAX
from services.settings import Settings

NOT_FOUND = 1


class LanguageOption(StrEnum):
    ENGLISH = "en"
    VIETNAMESE = "vi"


class Engine(StrEnum):
    ROWS = "rows"
    COLUMNAR = "columnar"


AsOf = Annotated[str, typer.Option("--as-of", metavar="WHEN", help=AS_OF_HELP)]


def register(app: typer.Typer) -> None:
    app.command()(explain)
    app.command()(replay)
    publications.register(app)


def replay(
    as_of: AsOf = "now",
    to: Annotated[
        str | None, typer.Option(metavar="URL", help="Empty PostgreSQL to fill with what is replayed.")
    ] = None,
    engine: Annotated[
        Engine, typer.Option(help="Case by case, or in columns: cases that count alike are counted once.")
    ] = Engine.ROWS,
    workers: Annotated[int, typer.Option(min=1, max=WORKERS_MAX, help="Processes that share the work.")] = 1,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Fold the archive from nothing up to a point; print the figures of its reporting year and a digest of all tallies.

    The digest is the same on every machine, and for `now` it is that of the live tallies.

    Example: `duecourse replay --as-of 2024-07-01T08:00+07:00`
    """
    if engine is Engine.COLUMNAR and (to is not None or workers > 1):
        raise typer.BadParameter("--engine columnar folds into memory, in one process: without --to and --workers")
    settings = settings_from(data, database)

    async def work(found: Database) -> Replayed:
        when = parse_when(as_of, found.founding.time_zone)
        if engine is Engine.COLUMNAR:
            return await replay_columnar(found.store, when, found.clock)
        if to is None and workers > 1:
            with database_url(settings) as url:
                return await replay_shared(found.store, url, when, found.clock, workers)
        if to is None:
            return await replay_archive(found.store, when, found.clock)
        founding = Settings(database=to, time_zone=found.founding.time_zone, policy=found.founding.policy)
        async with open_database(founding, to, upgrade=True) as target:
            return await replay_archive(found.store, when, found.clock, to=target.pool)

    found = with_database(settings, work)
    if as_json:
        print_json(found.as_json())
        return
    _print_replayed(found)


def _print_replayed(found: Replayed) -> None:
    if found.report is not None:
        question = found.report.question
        title = (
            f"on-time, {question.period.from_date} to {question.period.to_date} (exclusive), policy {question.policy}"
        )
        rows = [
            (row.unit or "", row.name, row.percent, row.numerator, row.denominator)
            for row in (*found.report.rows, found.report.total)
        ]
        print_table(f"{title}, {found.time_zone}", ("unit", "name", "%", "num.", "den."), rows, 2)
    print(heading(found))
    print(f"digest {found.digest}")


def explain(
    case_id: Annotated[str, typer.Argument(help="The case's id.")],
    policy: Annotated[
        Policy | None, typer.Option(help="Compare local days or instants.  [default: the database's]")
    ] = None,
    as_of: AsOf = "now",
    language: Annotated[LanguageOption, typer.Option(help="Of the words for people.")] = LanguageOption.ENGLISH,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Say why a case is counted as it is: facts used, facts not used and why, pauses, days compared, label.

    Example: `duecourse explain 000.00.12.H62-240115-0001 --as-of 2024-07-01 --language vi`
    """
    words: Language = "vi" if language is LanguageOption.VIETNAMESE else "en"

    async def work(found: Database) -> dict[str, Any] | None:
        when = parse_when(as_of, found.founding.time_zone)
        return await explain_case(found.store, case_id, when, found.clock, policy=policy, language=words)

    found = with_database(settings_from(data, database), work)
    if found is None:
        say(f"duecourse: no fact recorded by {as_of} names a case {case_id!r}")
        raise typer.Exit(NOT_FOUND)
    if as_json:
        print_json(found)
    else:
        _print_explained(found)


def _print_explained(found: dict[str, Any]) -> None:
    print(f"case {found['case_id']}: {found['text']}")
    days = {name: value for name, value in found.get("days", {}).items() if value is not None}
    for name in ("definition", "policy", "unit", "received_at", "promised", "due", "ended_at"):
        if found.get(name):
            print(f"  {name.replace('_', ' '):14} {found[name]['name'] if name == 'definition' else found[name]}")
    if days:
        counted = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in days.items())
        print(f"  {'days':14} {counted}")
    if found["problems"]:
        print(f"  {'problems':14} {', '.join(found['problems'])}")
    for pause in found.get("pauses", ()):
        print(f"  {'pause':14} {pause['from']} to {pause['to'] or '…'}, {pause['reason']}: {pause['text']}")
    rows = [
        (one["use"], one["type"], one["time"], one["text"] or "", one["recorded_at"], one["source"], one["id"])
        for one in (*found["used"], *found["not_used"])
    ]
    print_table("", ("use", "type", "time", "why", "recorded at", "source", "id"), rows, 7)
    positions = ", ".join(f"{one}:{at}" for one, at in found["as_of"]["positions"].items())
    print(f"As of {found['as_of']['recorded_at']}, positions {positions or 'none'}.")
