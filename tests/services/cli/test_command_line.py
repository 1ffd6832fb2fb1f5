"""What holds for every verb: help with an example, JSON beside every table, and the exit statuses that are promised."""

from collections.abc import Iterator
from typing import Any

import pytest
import typer

from projections.definitions import BY_REPORT
from services.cli.main import DONE, REFUSED, STATUS_OF, UNREACHABLE, USAGE, app
from services.report_documents import REPORT_NAMES

PRINTS_TABLES = {
    ("calendar", "load"), ("calendar", "reschedule"), ("procedures", "list"), ("procedures", "load"),
    ("case", "attachments"), ("case", "erase"), ("case", "show"), ("checkpoints", "show"),
    ("dead-letters", "discard"), ("dead-letters", "list"),
    ("dead-letters", "redrive"), ("dead-letters", "show"), ("doctor",), ("import",), ("report",),
    ("diff",), ("digest",), ("explain",), ("publications",), ("publish",), ("rebuild",), ("replay",),
    ("topics", "apply"), ("topics", "check"), ("units", "list"), ("units", "load"), ("verify",),
    ("pauses", "list"), ("pauses", "load"), ("targets", "list"), ("targets", "load"), ("units", "move-cases"),
    ("backfill", "openmetrics"), ("export", "ocel"), ("export", "parquet"), ("export", "xes"),
}  # fmt: skip
ON_KAFKA_ALONE = {("topics", "apply"), ("topics", "check")}
ROLES = {("api",), ("worker",), ("deadlines",), ("exporter",)}
ON_A_DATABASE = PRINTS_TABLES - ON_KAFKA_ALONE | {
    ("case", "attach"), ("checkpoints", "reset"), ("demo",), ("migrate",), ("serve",),
}  # fmt: skip
ON_KAFKA_TOO = {("checkpoints", "reset"), ("dead-letters", "redrive"), ("doctor",), ("import",), ("serve",)} | {
    ("calendar", "reschedule"),
    ("units", "move-cases"),
}
WITHOUT_A_DATABASE = {("sample", "published-year")}


def verbs(command: Any = None, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every verb that does something, by the words that call it."""
    command = typer.main.get_command(app) if command is None else command
    inner = getattr(command, "commands", None)
    if inner is None:
        yield path, command
        return
    for name, one in inner.items():
        yield from verbs(one, *path, name)


VERBS = dict(verbs())


def options(command: Any) -> set[str]:
    return {name for parameter in command.params for name in parameter.opts}


@pytest.mark.parametrize("path", VERBS, ids=" ".join)
def test_the_help_of_each_verb_has_an_example_of_itself(path: tuple[str, ...]) -> None:
    text = " ".join((VERBS[path].help or "").split())
    assert f"Example: `duecourse {' '.join(path)}" in text


@pytest.mark.parametrize("path", VERBS, ids=" ".join)
def test_each_option_says_what_it_is_for(path: tuple[str, ...]) -> None:
    assert [one.name for one in VERBS[path].params if not getattr(one, "help", "")] == []


def test_every_verb_that_prints_a_table_prints_json_too() -> None:
    assert {path for path, command in VERBS.items() if "--json" in options(command)} == PRINTS_TABLES


def test_every_verb_finds_its_database_by_the_same_two_options() -> None:
    found = {path for path, command in VERBS.items() if {"--data", "--database"} <= options(command)}
    assert found == set(VERBS) - ON_KAFKA_ALONE - ROLES - WITHOUT_A_DATABASE == ON_A_DATABASE


def test_every_verb_that_talks_to_kafka_finds_it_by_the_same_option() -> None:
    found = {path for path, command in VERBS.items() if "--kafka" in options(command)}
    assert found == ON_KAFKA_ALONE | ROLES | ON_KAFKA_TOO


def test_the_reports_of_the_command_line_are_the_definitions() -> None:
    assert set(BY_REPORT) < set(REPORT_NAMES)
    [told] = [getattr(one, "help", None) or "" for one in VERBS["report",].params if one.name == "name"]
    assert all(f" {name}" in told for name in REPORT_NAMES)


def test_exit_statuses_are_those_that_are_promised() -> None:
    assert (DONE, REFUSED, USAGE, UNREACHABLE) == (0, 1, 2, 3)
    assert set(STATUS_OF.values()) == {REFUSED, USAGE, UNREACHABLE}
    kinds = list(STATUS_OF)
    for place, kind in enumerate(kinds):
        assert not any(issubclass(later, kind) for later in kinds[place + 1 :]), f"{kind} hides a later one"
