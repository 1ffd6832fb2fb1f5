"""`topics apply`, `topics check`: Kafka's topics as code."""

from collections.abc import Sequence
from typing import Any

import typer
from msgspec import Struct
from msgspec.structs import asdict

from services.cli.options import AsJson, KafkaServers, run_async
from services.cli.output import print_json, print_table
from services.kafka.connection import Connection, connection_of
from services.settings import Settings, load_settings

DIFFERENT = 1
ALL_TEXT = 9

topics = typer.Typer(help="Kafka's topics: what they must be, compared, made and corrected.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(topics, name="topics")


@topics.command("apply")
def topics_apply(kafka: KafkaServers = None, as_json: AsJson = False) -> None:
    """Make the topics that are missing, correct their settings, add partitions; nothing is ever deleted.

    Exit 1 where something is left that needs a person. Example: `duecourse topics apply --kafka localhost:9092`
    """
    from services.kafka.topics import apply, wanted_topics

    settings, connection = _reached(kafka)
    applied = run_async(apply(connection, wanted_topics(settings)))
    changes, left = _as_rows(applied.changes), _as_rows(applied.left)
    if as_json:
        print_json({"changes": changes, "left": left})
    else:
        _print_rows("changed", changes, "nothing to change")
        _print_rows("left to do", left, "every topic is as it must be")
    if left:
        raise typer.Exit(DIFFERENT)


@topics.command("check")
def topics_check(kafka: KafkaServers = None, as_json: AsJson = False) -> None:
    """Compare the topics with what they must be; exit 1 on a difference. Changes nothing.

    Example: `duecourse topics check --kafka localhost:9092`
    """
    from services.kafka.topics import check, wanted_topics

    settings, connection = _reached(kafka)
    found = _as_rows(run_async(check(connection, wanted_topics(settings))))
    if as_json:
        print_json(found)
    else:
        _print_rows("differences", found, "every topic is as it must be")
    if found:
        raise typer.Exit(DIFFERENT)


def _reached(kafka: str | None) -> tuple[Settings, Connection]:
    settings = load_settings({"kafka": kafka})
    return settings, connection_of(settings)


def _as_rows(found: Sequence[Struct]) -> list[dict[str, Any]]:
    return [asdict(one) for one in found]


def _print_rows(title: str, rows: Sequence[dict[str, Any]], otherwise: str) -> None:
    if rows:
        cells = [["yes" if cell is True else "no" if cell is False else cell for cell in row.values()] for row in rows]
        print_table(title, tuple(rows[0]), cells, ALL_TEXT)
    else:
        print(otherwise)
