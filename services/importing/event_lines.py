"""Files that already hold one CloudEvents JSON a line, plain or gzipped. The lines are not parsed here."""

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from services.importing.errors import ImportRefused
from services.importing.lines import UTF_8_MARK, read_line

GZIP_MARK: Final = b"\x1f\x8b"
_ADVICE: Final = "give one CloudEvent a line, or --mapping for rows that are no events yet"


class EventLines:
    """Iterates lazily over (line number, line without its end); `size` and `done` are bytes on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size
        self._disk: BinaryIO | None = None
        self._finished = False

    @property
    def done(self) -> int:
        if self._disk is None:
            return self.size if self._finished else 0
        return self._disk.tell()

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Raises ImportRefused for a line that is too long or an archive that is broken."""
        number = 0
        self._finished = False
        try:
            with self.path.open("rb") as disk:
                self._disk = disk
                for number, line in _numbered(_unpacked(disk), self.path):
                    yield number, line
                self._finished = True
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise ImportRefused([f"{self.path}: the archive is broken after line {number}: {error}"]) from None
        finally:
            self._disk = None


def open_event_lines(path: Path) -> EventLines:
    """The lines of a file of events. Raises ImportRefused where it cannot be opened."""
    try:
        with path.open("rb"):
            return EventLines(path)
    except OSError as error:
        raise ImportRefused([f"{path}: cannot be read: {error.strerror}"]) from None


def _numbered(file: BinaryIO, path: Path) -> Iterator[tuple[int, bytes]]:
    number, begun = 1, False
    while line := read_line(file, path, number):
        text = (line.removeprefix(UTF_8_MARK) if number == 1 else line).strip()
        if text.startswith(b"[") and not begun:
            raise ImportRefused([f"{path}: line {number} begins a JSON array; {_ADVICE}"])
        if text:
            begun = True
            yield number, text
        number += 1


def _unpacked(disk: io.BufferedReader) -> BinaryIO:
    if disk.peek(2)[:2] != GZIP_MARK:
        return disk
    return gzip.GzipFile(fileobj=disk, mode="rb")  # type: ignore[return-value]
