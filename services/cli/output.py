"""Tables for people, JSON for machines; both on stdout, everything else on stderr."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

TABLE_WIDTH_MIN = 160
"""Width of a table that is not printed to a terminal, in characters: nothing is cut off in a file."""


def print_json(value: Any) -> None:
    """One JSON document."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], numbers_from: int) -> None:
    """A table; columns from `numbers_from` on are right-aligned."""
    console = Console(width=None if sys.stdout.isatty() else TABLE_WIDTH_MIN, highlight=False)
    table = Table(title=title, title_justify="left", header_style="bold")
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place >= numbers_from else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(_cell, row))
    console.print(table)


def _cell(value: object) -> str:
    if value is None:
        return "n/a"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def say(text: str) -> None:
    """A word to the person at the terminal."""
    print(text, file=sys.stderr)


def progress_bar(text: str, total: int) -> tuple[Progress, Any]:
    """A progress bar on stderr; silent where that is no terminal."""
    console = Console(stderr=True)
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    return progress, progress.add_task(text, total=total, note="")
