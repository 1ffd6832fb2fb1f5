"""`case show`, `dead-letters list|show|redrive|discard`: things looked up and handled one by one."""

import base64
from typing import Annotated, Any

import typer

from services.cases import show_case
from services.cli import attachments
from services.cli.operations import operator
from services.cli.options import AsJson, Data, DatabaseUrl, KafkaServers, settings_from, with_database
from services.cli.output import print_json, print_table, say
from services.composition import Database, log_door
from services.dead_letters import dead_letter_row
from services.handling import Handled, discard, redrive
from services.history.lookups import case_view_at
from services.history.when import AS_OF_HELP, parse_when
from services.postgres.queries import DeadLetter, dead_letter, dead_letters

case = typer.Typer(help="One case: events, state, deadline, label and why.", no_args_is_help=True)
letters = typer.Typer(help="Records that could not become facts.", no_args_is_help=True)
NOT_FOUND = 1


def register(app: typer.Typer) -> None:
    attachments.register(case)
    app.add_typer(case, name="case")
    app.add_typer(letters, name="dead-letters")


@case.command("show")
def case_show(
    case_id: Annotated[str, typer.Argument(help="The case's id.")],
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="WHEN", help=AS_OF_HELP)] = None,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show a case's events, state, deadline, label and why.

    Example: `duecourse case show 000.00.12.H62-240115-0001`
    """

    async def work(found: Database) -> dict[str, Any] | None:
        if as_of is None:
            return await show_case(found.store, case_id, found.clock)
        return await case_view_at(found.store, case_id, parse_when(as_of, found.founding.time_zone), found.clock)

    view = with_database(settings_from(data, database), work)
    if view is None:
        say(f"duecourse: no fact names a case {case_id!r}")
        raise typer.Exit(NOT_FOUND)
    if as_json:
        print_json(view)
    else:
        _print_case(view)


def _print_case(view: dict[str, Any]) -> None:
    print(f"case {view['case_id']}: {view['state']}")
    for name in ("unit", "received_unit", "procedure", "kind", "received_at", "promised", "ended_at", "returned_at"):
        if view.get(name):
            print(f"  {name.replace('_', ' '):14} {view[name]}")
    if promise := view.get("promise"):
        print(f"  {'promised by':14} procedures {promise['procedures'][:12]}, calendar {promise['calendar'][:12]}")
    for policy, found in view.get("policies", {}).items():
        print(f"  policy {policy:8} {found['label']}: {found['why']}")
    if view["problems"]:
        print(f"  problems       {', '.join(view['problems'])}")
    rows = [
        (fact["time"], fact["type"], _data(fact["data"]), fact["use"], fact["why"] or "", fact["source"], fact["id"])
        for fact in view["timeline"]
    ]
    print_table("", ("time", "type", "data", "use", "why", "source", "id"), rows, 7)


def _data(data: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in data.items())


@letters.command("list")
def dead_letters_list(
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 100,
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """List refused records, newest first. Example: `duecourse dead-letters list --limit 20`"""

    async def work(found: Database) -> list[DeadLetter]:
        return await dead_letters(found.pool, limit)

    rows = [dead_letter_row(letter) for letter in with_database(settings_from(data, database), work)]
    if as_json:
        print_json(rows)
        return
    columns = ("id", "reason", "topic", "partition", "offset", "recorded_at", "handled", "detail")
    print_table(f"{len(rows):,} dead letters", columns, [[row[name] for name in columns] for row in rows], 8)


@letters.command("show")
def dead_letters_show(
    letter_id: Annotated[int, typer.Argument(metavar="ID", help="As `dead-letters list` prints it.")],
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show one refused record with its bytes. Example: `duecourse dead-letters show 7`"""

    async def work(found: Database) -> DeadLetter | None:
        return await dead_letter(found.pool, letter_id)

    letter = with_database(settings_from(data, database), work)
    if letter is None:
        say(f"duecourse: no dead letter {letter_id}")
        raise typer.Exit(NOT_FOUND)
    row = dead_letter_row(letter)
    if as_json:
        print_json(row | {"body_base64": base64.b64encode(letter.body).decode()})
        return
    for name, value in row.items():
        print(f"{name:12} {value}")
    print(letter.body.decode("utf-8", "backslashreplace"))


Ids = Annotated[list[int], typer.Argument(metavar="ID…", help="As `dead-letters list` prints them.")]


@letters.command("redrive")
def dead_letters_redrive(
    ids: Ids, data: Data = None, database: DatabaseUrl = None, kafka: KafkaServers = None, as_json: AsJson = False
) -> None:
    """Send refused records through the door again, each once, after what was wrong is put right (a unit loaded, say).

    What would be refused again is left as it is. Example: `duecourse dead-letters redrive 7 8 9`
    """
    settings = settings_from(data, database, kafka=kafka)

    async def work(found: Database) -> list[Handled]:
        async with log_door(settings) as door:
            return await redrive(found, door or found.projector(), ids, done_by=operator())

    _print_handled(with_database(settings, work), as_json=as_json)


@letters.command("discard")
def dead_letters_discard(
    ids: Ids,
    reason: Annotated[str, typer.Option(help="Why; kept with your name.")],
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Put refused records aside for good; their rows and bytes stay.

    Example: `duecourse dead-letters discard 7 --reason "test of the sender"`
    """

    async def work(found: Database) -> list[Handled]:
        return await discard(found, ids, reason=reason, done_by=operator())

    _print_handled(with_database(settings_from(data, database), work), as_json=as_json)


def _print_handled(found: list[Handled], *, as_json: bool) -> None:
    if as_json:
        print_json([{"id": one.id, "done": one.done, "said": one.said} for one in found])
    else:
        for one in found:
            print(f"dead letter {one.id}: {one.said}")
    if not all(one.done for one in found):
        raise typer.Exit(NOT_FOUND)
