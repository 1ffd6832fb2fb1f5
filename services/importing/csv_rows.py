"""CSV: UTF-8, header in the first line, separated by comma, semicolon or tab, quoted as RFC 4180 says."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from services.importing.errors import ImportRefused
from services.importing.lines import UTF_8_MARK, read_line, require_utf8
from services.importing.row_file import UNREADABLE_ROW, Row, UnreadableRow

DELIMITERS: Final = (",", ";", "\t")


class RecordLines:
    """Feeds the CSV reader and remembers the lines of the running record, to show or to read again."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path
        self._again: list[bytes] = []
        self.record: list[bytes] = []
        self.number = 0
        self.bytes_read = 0

    def __iter__(self) -> "RecordLines":
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else read_line(self._file, self._path, self.number + 1)
        if not line:
            raise StopIteration
        self.record.append(line)
        self.number += 1
        self.bytes_read += len(line)
        return (line.removeprefix(UTF_8_MARK) if self.number == 1 else line).decode()

    def first_number(self) -> int:
        return self.number - len(self.record) + 1

    def keep_first(self) -> None:
        """Takes all but the first line of the record back, to be read again as records of their own."""
        following = self.record[1:]
        del self.record[1:]
        self._again.extend(reversed(following))
        self.number -= len(following)
        self.bytes_read -= sum(map(len, following))


class CsvRows:
    """Raises ImportRefused for a file that is not UTF-8 or has no header."""

    def __init__(self, path: Path) -> None:
        require_utf8(path)
        self.path = path
        self.size = path.stat().st_size
        self.done = 0
        self._delimiter, self._header = _header(path)

    def columns(self, wanted: frozenset[str]) -> tuple[str, ...]:
        return self._header

    def __iter__(self) -> Iterator[Row | UnreadableRow]:
        with self.path.open("rb") as file:
            lines = RecordLines(file, self.path)
            records = csv.reader(lines, delimiter=self._delimiter, strict=True)
            next(records)
            while True:
                lines.record.clear()
                try:
                    cells = next(records)
                except StopIteration:
                    break
                except csv.Error as error:
                    # A quote that is never closed must not swallow the good rows after it
                    lines.keep_first()
                    yield _unreadable(lines, f"is no CSV: {error}")
                    continue
                finally:
                    self.done = lines.bytes_read
                if len(cells) == len(self._header):
                    yield Row(lines.first_number(), dict(zip(self._header, cells, strict=True)))
                elif cells:
                    yield _unreadable(lines, f"has {len(cells)} cells, the header has {len(self._header)}")


def _unreadable(lines: RecordLines, detail: str) -> UnreadableRow:
    raw = b"".join(lines.record).rstrip(b"\r\n")
    return UnreadableRow(lines.first_number(), UNREADABLE_ROW, detail, raw)


def _header(path: Path) -> tuple[str, tuple[str, ...]]:
    """The delimiter that splits the header into most names, and the names."""
    found = {delimiter: _first_record(path, delimiter) for delimiter in DELIMITERS}
    # a quote within a name shows that its quoted delimiters were taken for real ones
    delimiter = max(found, key=lambda candidate: sum('"' not in name for name in found[candidate]))
    names = tuple(name.strip() for name in found[delimiter])
    if not any(names):
        raise ImportRefused([f"{path}: line 1 is no CSV header; give the names of the columns there"])
    return delimiter, names


def _first_record(path: Path, delimiter: str) -> list[str]:
    with path.open("rb") as file:
        try:
            return next(csv.reader(RecordLines(file, path), delimiter=delimiter, strict=True), [])
        except csv.Error:
            return []
