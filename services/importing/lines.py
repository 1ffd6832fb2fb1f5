"""Lines of a file with a limit on their length, and the check that a text file is UTF-8."""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from services.importing.errors import ImportRefused

LINE_BYTES_MAX: Final = 16 << 20
CHUNK_BYTES: Final = 1 << 20
UTF_8_MARK: Final = codecs.BOM_UTF8


def read_line(file: BinaryIO, path: Path, number: int) -> bytes:
    """The next line with its end, `b""` after the last. Raises ImportRefused over LINE_BYTES_MAX bytes."""
    line = file.readline(LINE_BYTES_MAX)
    if len(line) == LINE_BYTES_MAX:
        raise ImportRefused([f"{path}: line {number} is longer than {LINE_BYTES_MAX:,} bytes; give one row a line"])
    return line


def require_utf8(path: Path) -> None:
    """Reads the file once, so that nothing of a file in another encoding gets in. Raises ImportRefused."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines_before = 0
    for chunk in _chunks(path):
        if lines_before == 0 and chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise ImportRefused([f"{path}: line 1 is UTF-16, not UTF-8; save the file as CSV UTF-8"])
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            raise _not_utf8(path, lines_before, error) from None
        lines_before += chunk.count(b"\n")
    if decoder.getstate()[0]:
        raise ImportRefused([f"{path}: the last character is cut off; the file is incomplete or not UTF-8"])


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _not_utf8(path: Path, lines_before: int, error: UnicodeDecodeError) -> ImportRefused:
    # the decoder may hold back up to three bytes of the chunk before; none of them is a line end
    number = lines_before + error.object.count(b"\n", 0, error.start) + 1
    byte = error.object[error.start]
    return ImportRefused([f"{path}: line {number} is not UTF-8 (byte 0x{byte:02x}); save the file as CSV UTF-8"])
