"""`digest`: what every unit must look at this week."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from services.cli.options import AsJson, Data, DatabaseUrl, settings_from, with_database
from services.cli.output import say
from services.composition import Database
from services.digest.drawing import digest_html, digest_text
from services.digest.figures import DUE_SOON_DAYS, Digest, digest_of
from services.digest.wording import Language
from services.exporter.live import LiveFigures
from services.targets_loading import targets_in_force


class Format(StrEnum):
    TEXT = "text"
    HTML = "html"
    JSON = "json"


def register(app: typer.Typer) -> None:
    app.command()(digest)


def digest(
    unit: Annotated[str | None, typer.Option(help="Code; its subtree. Without: all units.")] = None,
    format_: Annotated[Format, typer.Option("--format", help="text, html or json.")] = Format.TEXT,
    language: Annotated[Language, typer.Option(help="Of the words: en or vi.")] = Language.ENGLISH,
    output: Annotated[Path | None, typer.Option(help="File to write instead of stdout.")] = None,
    as_json: AsJson = False,
    data: Data = None,
    database: DatabaseUrl = None,
) -> None:
    """Print per unit what is due this week, overdue now, settled late in the last 7 days, oldest, and the target.

    Example: `duecourse digest --unit H99.31 --format html --language vi --output digest.html`
    """

    async def work(found: Database) -> Digest:
        live = LiveFigures(found.store, found.clock, due_soon_days=DUE_SOON_DAYS)
        await live.refresh()
        return digest_of(live, found.store.days, await targets_in_force(found.store), unit)

    made = with_database(settings_from(data, database), work)
    text = _text(made, Format.JSON if as_json else format_, language)
    if output is None:
        print(text, end="")
    else:
        output.write_text(text, encoding="utf-8")
        say(f"written to {output}")


def _text(made: Digest, chosen: Format, language: Language) -> str:
    match chosen:
        case Format.TEXT:
            return digest_text(made, language)
        case Format.HTML:
            return digest_html(made, language)
        case Format.JSON:
            return json.dumps(made.as_json(), ensure_ascii=False, indent=2) + "\n"
