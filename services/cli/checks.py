"""`verify` and `doctor`: is everything as it must be?"""

from functools import partial
from typing import Annotated, Any

import typer
from msgspec.structs import asdict

from services.cli.options import AsJson, Data, DatabaseUrl, KafkaServers, run_async, settings_from, with_database
from services.cli.output import print_json, print_table, progress_bar
from services.cli.publications import Evidence
from services.composition import Database, database_url
from services.examination import Examined, examine
from services.publishing.archive_checking import ArchiveChecked, check_whole_archive
from services.publishing.checking import Checked, check_publication
from services.publishing.log_keeping import evidence_place
from services.settings import Settings
from services.verifying import Verification, archive_size
from services.verifying import verify as verify_store

DIFFERENT = 1


def register(app: typer.Typer) -> None:
    app.command()(verify)
    app.command()(doctor)


def verify(
    publication: Annotated[
        str | None, typer.Option(metavar="ID", help="Check one publication instead: archive, signature, every number.")
    ] = None,
    archive: Annotated[
        bool, typer.Option("--archive", help="Compare every archived event with the signed logs outside the database.")
    ] = False,
    evidence: Evidence = None,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Recompute every tally and figure from the archive by a second implementation and compare; exit 1 on a difference.

    Example: `duecourse verify --data ./duecourse-data`
    """
    if publication is not None and archive:
        raise typer.BadParameter("give --publication or --archive, not both")
    if archive:
        settings = settings_from(data, database, evidence=evidence)
        print_archive(with_database(settings, partial(checked_archive, settings)), as_json=as_json)
        return
    if publication is not None:
        settings = settings_from(data, database, evidence=evidence)
        print_checked(with_database(settings, partial(checked, settings, publication)), as_json=as_json)
        return
    print_verification(with_database(settings_from(data, database), verified), as_json=as_json)


async def checked_archive(settings: Settings, found: Database) -> ArchiveChecked:
    """Compares archive and logs with a progress bar."""
    bar, task = progress_bar("comparing", await archive_size(found.store))
    with bar:
        return await check_whole_archive(
            found.store, evidence_place(settings), lambda events: bar.update(task, completed=events)
        )


def print_archive(found: ArchiveChecked, *, as_json: bool = False) -> None:
    """Names every event that is not what was signed; exits 1 where there is any."""
    if as_json:
        print_json(found.as_json())
    else:
        for one in found.partitions:
            print(f"partition {one.partition}: {one.signed:,} of {one.archived:,} archived events are signed")
            for text in (*one.problems, *one.findings):
                print(f"  {text}")
        for text in found.problems:
            print(text)
        print(f"{found.differences:,} differences")
    if found.differences:
        raise typer.Exit(DIFFERENT)


async def checked(settings: Settings, publication: str, found: Database) -> Checked:
    """Checks one publication."""
    return await check_publication(found.store, evidence_place(settings), publication)


def print_checked(found: Checked, *, as_json: bool = False) -> None:
    """Says what of a publication does not hold; exits 1 where anything."""
    if as_json:
        print_json(asdict(found))
    else:
        print(f"publication {found.id}: {found.rows:,} rows from {found.events:,} archived events")
        for text in (*found.problems, *(f"note: {note}" for note in found.notes)):
            print(f"  {text}")
        print("does not hold" if found.problems else "holds")
    if found.problems:
        raise typer.Exit(DIFFERENT)


async def verified(found: Database) -> Verification:
    """Verifies with a progress bar."""
    bar, task = progress_bar("verifying", await archive_size(found.store))
    with bar:
        return await verify_store(found.store, lambda events: bar.update(task, completed=events))


def print_verification(found: Verification, *, as_json: bool = False) -> None:
    """Says what was compared and the first differences; exits 1 where there are any."""
    if as_json:
        print_json(_as_json(found))
    else:
        print(f"verified {found.events:,} events of {found.cases:,} cases: {found.figures:,} integers compared")
        for finding in found.findings:
            print(f"  {finding}")
        print(f"{found.differences:,} differences")
    if found.differences:
        raise typer.Exit(DIFFERENT)


def _as_json(found: Verification) -> dict[str, Any]:
    findings = [
        {"what": one.what, "where": one.where, "measure": one.measure, "archive": one.archive, "database": one.database}
        for one in found.findings
    ]
    return {
        "events": found.events,
        "cases": found.cases,
        "integers_compared": found.figures,
        "differences": found.differences,
        "first": findings,
    }


def doctor(
    data: Data = None, database: DatabaseUrl = None, kafka: KafkaServers = None, as_json: AsJson = False
) -> None:
    """Check settings, database, schema, clocks and Kafka's topics, and say what to do about each finding.

    Example: `duecourse doctor --database postgresql://duecourse@db.example/duecourse`
    """
    settings = settings_from(data, database, kafka=kafka)
    with database_url(settings) as url:
        found = run_async(examine(settings, url))
    if as_json:
        print_json([{"check": one.check, "ok": one.ok, "found": one.found, "advice": one.advice} for one in found])
    else:
        _print_examined(found)
    if not all(one.ok for one in found):
        raise typer.Exit(DIFFERENT)


def _print_examined(found: list[Examined]) -> None:
    rows = [("ok" if one.ok else "PROBLEM", one.check, one.found, "" if one.ok else one.advice) for one in found]
    print_table("duecourse doctor", ("", "check", "found", "what to do"), rows, 4)
