"""Tables of reference data as people bring them: CSV with a header, refused whole with every error by line."""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final, TypeVar

from msgspec import Struct

from projections.units import BEGINNING, FOREVER
from services.importing.errors import suggestion

Item = TypeVar("Item")
_WALL_TIME: Final = re.compile(r"(?P<hours>[01]?\d|2[0-3]|24(?=:00)):(?P<minutes>[0-5]\d)", re.ASCII)


class ReferenceRefused(ValueError):
    """A file of reference data with errors; refused whole, `lines` has one sentence each."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = list(lines)


class Row(Struct, frozen=True):
    """Cells by column, trimmed, empty where a column is left out; `line` is the last line of the row in the file."""

    line: int
    cells: dict[str, str]
    extra: bool


def read_text(path: Path) -> str:
    """The text of a UTF-8 file in composed form (NFC), so that equal names are equal; raises `ReferenceRefused`."""
    try:
        return unicodedata.normalize("NFC", path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ReferenceRefused([f"{path}: cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError as error:
        raise ReferenceRefused([f"{path}: not UTF-8 at byte {error.start}: save it as UTF-8"]) from None


def read_rows(path: Path, needed: Sequence[str], optional: Sequence[str] = ()) -> list[Row]:
    """The rows of a CSV file; raises `ReferenceRefused` where the header or the quoting cannot be read."""
    reader = csv.DictReader(io.StringIO(read_text(path), newline=""), strict=True)
    known = (*needed, *optional)
    try:
        if errors := _header_errors(reader.fieldnames or (), needed, known):
            raise ReferenceRefused([f"{path}: line 1: {error}; it needs {','.join(known)}" for error in errors])
        return [Row(reader.line_num, _cells(row, known), None in row) for row in reader]
    except csv.Error as error:
        raise ReferenceRefused([f"{path}: line {reader.reader.line_num}: {error}: save it as CSV"]) from None


def _header_errors(found: Sequence[str], needed: Sequence[str], known: Sequence[str]) -> list[str]:
    errors = []
    if missing := [name for name in needed if name not in found]:
        errors.append(f"columns {', '.join(missing)} are missing")
    errors += [f"unknown column {name!r}{suggestion(name, known)}" for name in found if name not in known]
    errors += [f"column {name!r} stands twice" for name in sorted(set(found)) if found.count(name) > 1]
    return errors


def _cells(row: dict[str, str | None], known: Sequence[str]) -> dict[str, str]:
    return {name: (row.get(name) or "").strip() for name in known}


def parse_rows(
    rows: Iterable[Row], parse: Callable[[Mapping[str, str]], Item]
) -> tuple[list[tuple[int, Item]], list[tuple[int, str]]]:
    """The items of rows and the errors (ValueError) of those that are none, each with its line."""
    items: list[tuple[int, Item]] = []
    errors: list[tuple[int, str]] = []
    for row in rows:
        if row.extra:
            errors.append((row.line, "more cells than columns: put a cell that has a comma in quotes"))
            continue
        try:
            items.append((row.line, parse(row.cells)))
        except ValueError as error:
            errors.append((row.line, str(error)))
    return items, errors


def refuse_if_any(path: Path, errors: Iterable[tuple[int, str]]) -> None:
    """Raises `ReferenceRefused` with every error in the order of lines, or does nothing where there is none."""
    if found := sorted(errors):
        raise ReferenceRefused([f"{path}: line {line}: {text}" for line, text in found])


def not_empty(cells: Mapping[str, str], *columns: str) -> None:
    """Raises ValueError for an empty cell in one of the columns."""
    if empty := [column for column in columns if not cells[column]]:
        raise ValueError(f"{' and '.join(empty)} must not be empty")


def chosen(cell: str, column: str, values: Sequence[str]) -> str:
    """The cell, if it is one of the values; raises ValueError that names them."""
    if cell not in values:
        raise ValueError(f"{column} {cell!r} is not known: use {', '.join(values)}{suggestion(cell, values)}")
    return cell


def day_of_cell(cell: str, column: str) -> int:
    """The ordinal of a date; raises ValueError for anything but `2026-02-16`."""
    try:
        return date.fromisoformat(cell).toordinal()
    except ValueError:
        raise ValueError(f"{column} {cell!r} is no date: write it like 2026-02-16") from None


def validity_of(cells: Mapping[str, str]) -> tuple[int, int]:
    """Days of the cells `valid_from` and `valid_to`; an empty one sets no bound."""
    begin, end = cells["valid_from"], cells["valid_to"]
    return day_of_cell(begin, "valid_from") if begin else BEGINNING, day_of_cell(end, "valid_to") if end else FOREVER


def minute_of_cell(cell: str, column: str) -> int:
    """Minutes after midnight of a wall time from 00:00 to 24:00; raises ValueError for anything but `15:00`."""
    match = _WALL_TIME.fullmatch(cell)
    if match is None:
        raise ValueError(f"{column} {cell!r} is no time of day: write it like 15:00")
    return int(match["hours"]) * 60 + int(match["minutes"])
