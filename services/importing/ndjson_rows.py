"""NDJSON: one JSON object a line; what is nested is reached by dotted column names."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from services.importing.lines import UTF_8_MARK, read_line
from services.importing.row_file import UNREADABLE_ROW, Row, UnreadableRow, columns_seen


class NdjsonRows:
    """A line that is no JSON object, or not UTF-8, is an unreadable row; blank lines are left out."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size
        self.done = 0

    def columns(self, wanted: frozenset[str]) -> tuple[str, ...]:
        seen = columns_seen(self, wanted)
        self.done = 0
        return seen

    def __iter__(self) -> Iterator[Row | UnreadableRow]:
        self.done = 0
        with self.path.open("rb") as file:
            number = 1
            while line := read_line(file, self.path, number):
                self.done += len(line)
                text = (line.removeprefix(UTF_8_MARK) if number == 1 else line).strip()
                if text:
                    yield json_row(number, text)
                number += 1


def json_row(number: int, text: bytes) -> Row | UnreadableRow:
    """The row of one JSON object; an unreadable row where the text is none."""
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return UnreadableRow(number, UNREADABLE_ROW, f"is no JSON: {error}", text)
    if not isinstance(found, dict):
        return UnreadableRow(number, UNREADABLE_ROW, "is no JSON object; give one object a line", text)
    return Row(number, dict(_cells(found, "")))


def _cells(found: dict[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in found.items():
        match value:
            case str():
                yield prefix + name, value
            case None:
                yield prefix + name, ""
            case dict():
                yield from _cells(value, f"{prefix}{name}.")
            case _:
                yield prefix + name, msgspec.json.encode(value).decode()
