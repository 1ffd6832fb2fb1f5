"""JSON: an array of objects, alone or as `data` of an object; one object; or one object a line, as NDJSON has it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from services.importing.errors import ImportRefused
from services.importing.lines import UTF_8_MARK
from services.importing.ndjson_rows import NdjsonRows, json_row
from services.importing.row_file import Row, RowFile, UnreadableRow, columns_seen

FILE_BYTES_MAX: Final = 1 << 30
"""An array is read whole; what is larger comes as NDJSON, which is read line by line."""
ENVELOPE_KEY: Final = "data"
"""Where services that hand over rows put them."""


class JsonRows:
    """The objects of an array; `number` of a row is the line on which its object begins."""

    def __init__(self, path: Path, text: bytes, objects: list[msgspec.Raw]) -> None:
        self.path = path
        self.size = len(text)
        self.done = 0
        self._text = text
        self._objects = objects

    def columns(self, wanted: frozenset[str]) -> tuple[str, ...]:
        seen = columns_seen(self, wanted)
        self.done = 0
        return seen

    def __iter__(self) -> Iterator[Row | UnreadableRow]:
        end, number = 0, 1
        for found in self._objects:
            raw = bytes(found)
            begin = self._text.index(raw, end)
            number += self._text.count(b"\n", end, begin)
            yield json_row(number, raw)
            end = begin + len(raw)
            number += raw.count(b"\n")
            self.done = end
        self.done = self.size


def open_json(path: Path) -> RowFile:
    """The rows of a file. Raises ImportRefused where it is too large or neither JSON nor NDJSON."""
    size = path.stat().st_size
    if size > FILE_BYTES_MAX:
        raise ImportRefused([f"{path}: is {size:,} bytes; give more than {FILE_BYTES_MAX:,} as .ndjson"])
    text = path.read_bytes().removeprefix(UTF_8_MARK)
    begins = text.lstrip()[:1]
    try:
        if begins == b"{":
            return _of_object(path, text)
        return JsonRows(path, text, msgspec.json.decode(text, type=list[msgspec.Raw]))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        why = str(error) if text.strip() else "it is empty"
        raise ImportRefused([f"{path}: is no JSON array ({why}); give [{{…}}, {{…}}] or one object a line"]) from None


def _of_object(path: Path, text: bytes) -> RowFile:
    try:
        found = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    except msgspec.DecodeError:
        if b"\n" not in text.strip():
            raise
        return NdjsonRows(path)  # several objects, one a line; a faulty line is a faulty row
    within = found.get(ENVELOPE_KEY)
    if within is None or not bytes(within).lstrip().startswith(b"["):
        return JsonRows(path, text, [msgspec.Raw(text.strip())])
    return JsonRows(path, text, msgspec.json.decode(within, type=list[msgspec.Raw]))
