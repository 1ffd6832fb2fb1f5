"""`case attach|attachments|erase`: what may name people, beside a case and never in its events."""

from pathlib import Path
from typing import Annotated, Any, Final

import typer
from msgspec import structs

from services.cli.operations import operator
from services.cli.options import AsJson, Data, DatabaseUrl, settings_from, with_database
from services.cli.output import print_json, print_table, say
from services.composition import Database
from services.postgres.attachment_table import (
    Beside,
    Erasure,
    add_attachment,
    beside,
    content_of,
    erase_attachments,
    is_known,
)

NOT_FOUND: Final = 1
MEGABYTES_MAX: Final = 16

CaseId = Annotated[str, typer.Argument(metavar="CASE", help="The case's id.")]


def register(case: typer.Typer) -> None:
    case.command("attach")(attach)
    case.command("attachments")(attachments)
    case.command("erase")(erase)


def attach(
    case_id: CaseId,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE…", exists=True, dir_okay=False, help="Kept under its name.")
    ],
    data: Data = None,
    database: DatabaseUrl = None,
) -> None:
    """Keep files beside a case: names, addresses, scans. No event, figure or proof depends on them; see `case erase`.

    Example: `duecourse case attach 000.00.12.H62-240115-0001 applicant.txt`
    """
    for file in files:
        if file.stat().st_size > MEGABYTES_MAX << 20:
            raise typer.BadParameter(f"{file} is larger than {MEGABYTES_MAX} MiB: keep it elsewhere")

    async def work(found: Database) -> list[str] | None:
        if not await is_known(found.pool, case_id):
            return None
        return [
            file.name for file in files if not await add_attachment(found.pool, case_id, file.name, file.read_bytes())
        ]

    there = with_database(settings_from(data, database), work)
    if there is None:
        say(f"duecourse: no fact names a case {case_id!r}")
        raise typer.Exit(NOT_FOUND)
    print(f"{len(files) - len(there):,} of {len(files):,} files kept beside case {case_id}")
    if there:
        say(f"duecourse: case {case_id} has attachments of these names, which stay as they are: {', '.join(there)}")
        raise typer.Exit(NOT_FOUND)


def attachments(
    case_id: CaseId,
    content: Annotated[
        str | None, typer.Option("--content", metavar="NAME", help="Write what this one holds to standard output.")
    ] = None,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """List what is kept beside a case, and what was erased.

    Example: `duecourse case attachments 000.00.12.H62-240115-0001 --content applicant.txt`
    """

    async def listed(found: Database) -> Beside:
        return await beside(found.pool, case_id)

    async def held(found: Database) -> bytes | None:
        return await content_of(found.pool, case_id, content or "")

    settings = settings_from(data, database)
    if content is not None:
        body = with_database(settings, held)
        if body is None:
            say(f"duecourse: case {case_id} has no attachment {content!r}")
            raise typer.Exit(NOT_FOUND)
        typer.get_binary_stream("stdout").write(body)
        return
    found = with_database(settings, listed)
    if as_json:
        print_json(_json(found))
        return
    rows = [(one.name, f"{one.bytes:,}", one.recorded_at.isoformat()) for one in found.attachments]
    print_table(f"{len(rows):,} attachments", ("name", "bytes", "kept since"), rows, 1)
    for one in found.erasures:
        print(_words(one))


def erase(
    case_id: CaseId,
    reason: Annotated[str, typer.Option(help="Why; kept with your name.")],
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Erase all attachments of a case and record that. Events stay; every figure and proof verifies as before.

    Backups keep what they have. Example: `duecourse case erase 000.00.12.H62-240115-0001 --reason "asked by letter 12"`
    """
    if not reason.strip():
        raise typer.BadParameter("say why: --reason is kept with the erasure")

    async def work(found: Database) -> Erasure | None:
        return await erase_attachments(found.pool, case_id, reason=reason.strip(), done_by=operator())

    done = with_database(settings_from(data, database), work)
    if done is None:
        say(f"duecourse: nothing is kept beside case {case_id}")
        raise typer.Exit(NOT_FOUND)
    if as_json:
        print_json(_erasure_json(done))
    else:
        print(_words(done))


def _words(one: Erasure) -> str:
    return (
        f"{one.attachments:,} attachments ({one.bytes:,} bytes) erased by {one.done_by} "
        f"at {one.done_at.isoformat()}: {one.reason}"
    )


def _json(found: Beside) -> dict[str, Any]:
    kept = [structs.asdict(one) | {"recorded_at": one.recorded_at.isoformat()} for one in found.attachments]
    return {"attachments": kept, "erasures": [_erasure_json(one) for one in found.erasures]}


def _erasure_json(one: Erasure) -> dict[str, Any]:
    return structs.asdict(one) | {"done_at": one.done_at.isoformat()}
