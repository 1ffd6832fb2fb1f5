"""XLSX: the first sheet, its first row with any text is the header."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from services.importing.errors import ImportRefused
from services.importing.row_file import Row

HOURS: Final = re.compile(r"h", re.IGNORECASE)


class XlsxRows:
    """Raises ImportRefused for a file that is no workbook or whose first sheet is empty."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.done = 0
        with _first_sheet(path) as sheet:
            self.size = int(sheet.max_row or 0)
            self._header = _header(path, sheet)

    def columns(self, wanted: frozenset[str]) -> tuple[str, ...]:
        return self._header

    def __iter__(self) -> Iterator[Row]:
        with _first_sheet(self.path) as sheet:
            rows = _text_rows(sheet)
            next(rows)
            for number, texts in rows:
                self.done = number
                yield Row(number, dict(zip(self._header, _padded(texts, len(self._header)), strict=True)))
        self.done = self.size = max(self.size, self.done)


@contextmanager
def _first_sheet(path: Path) -> Iterator[Any]:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise ImportRefused([f"{path}: is no XLSX workbook ({error}); save it again as .xlsx"]) from None
    try:
        if not book.worksheets:
            raise ImportRefused([f"{path}: the workbook has no sheet with cells"])
        yield book.worksheets[0]
    finally:
        book.close()


def _header(path: Path, sheet: Any) -> tuple[str, ...]:
    _, names = next(_text_rows(sheet), (0, []))
    if not names:
        raise ImportRefused([f"{path}: the first sheet is empty; give the names of the columns in its first row"])
    return tuple(name.strip() for name in names)


def _text_rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """Number and texts of each row that has any text."""
    sheet.reset_dimensions()  # some programs write a wrong extent, and rows beyond it would be lost
    for number, cells in enumerate(sheet.iter_rows(), 1):
        texts = [_text(cell) for cell in cells]
        if any(texts):
            yield number, texts


def _padded(texts: Sequence[str], width: int) -> list[str]:
    return [*texts[:width], *[""] * (width - len(texts))]


def _text(cell: Any) -> str:
    """Dates as ISO text without offset, whole numbers without a fraction.

    Midnight in a cell that is formatted as a date only is that date, without a time of day.
    """
    match cell.value:
        case None:
            return ""
        case str() as text:
            return text
        case bool() as truth:
            return "true" if truth else "false"
        case datetime() as moment if moment.time() == time() and not HOURS.search(cell.number_format or ""):
            return moment.date().isoformat()
        case datetime() | date() | time() as moment:
            return moment.isoformat()
        case float() as number if number.is_integer():
            return str(int(number))
        case value:
            return str(value)
