"""`case show`, `dead-letters list|show`: things looked up one by one."""

import base64
from typing import Annotated, Any

import typer

from services.cases import show_case
from services.cli.options import AsJson, Data, DatabaseUrl, settings_from, with_database
from services.cli.output import print_json, print_table, say
from services.composition import Database
from services.dead_letters import dead_letter_row
from services.postgres.queries import DeadLetter, dead_letter, dead_letters

case = typer.Typer(help="One case: events, state, deadline, label and why.", no_args_is_help=True)
letters = typer.Typer(help="Records that could not become facts.", no_args_is_help=True)
NOT_FOUND = 1


def register(app: typer.Typer) -> None:
    app.add_typer(case, name="case")
    app.add_typer(letters, name="dead-letters")


@case.command("show")
def case_show(
    case_id: Annotated[str, typer.Argument(help="The case's id.")],
    data: Data = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show a case's events, state, deadline, label and why.

    Example: `duecourse case show 000.00.12.H62-240115-0001`
    """

    async def work(found: Database) -> dict[str, Any] | None:
        return await show_case(found.store, case_id, found.clock)

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
    columns = ("id", "reason", "topic", "partition", "offset", "recorded_at", "detail")
    print_table(f"{len(rows):,} dead letters", columns, [[row[name] for name in columns] for row in rows], 7)


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
