"""Rows of a file, whatever its format: the port that the readers of CSV, XLSX, Parquet and NDJSON fill."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple, Protocol

UNREADABLE_ROW: Final = "unreadable_row"
"""The reason of every row whose cells cannot be told apart."""


class Row(NamedTuple):
    """`number` is the line of a text file, the row of a sheet, or the ordinal of a Parquet row, from 1."""

    number: int
    cells: dict[str, str]


class UnreadableRow(NamedTuple):
    """A row that could not be split into cells; `raw` is what the file holds there."""

    number: int
    reason: str
    detail: str
    raw: bytes


class RowFile(Protocol):
    """A file of rows. Each iteration reads it anew from its start, lazily; blank lines are left out."""

    @property
    def path(self) -> Path: ...

    @property
    def size(self) -> int:
        """How much there is to read, in the unit of `done`; for XLSX what the sheet claims, 0 if nothing."""

    @property
    def done(self) -> int:
        """How much of `size` is read: bytes for CSV and NDJSON, rows for XLSX and Parquet."""

    def columns(self, wanted: frozenset[str]) -> tuple[str, ...]:
        """Names of the columns, in file order; NDJSON is read only until all of `wanted` were seen."""

    def __iter__(self) -> Iterator[Row | UnreadableRow]:
        """Raises ImportRefused where the rest of the file cannot be read at all."""


def columns_seen(rows: Iterable[Row | UnreadableRow], wanted: frozenset[str]) -> tuple[str, ...]:
    """The columns of rows that each name their own, in the order met; read only until all of `wanted` were."""
    seen: dict[str, None] = {}
    for row in rows:
        if isinstance(row, Row):
            seen.update(dict.fromkeys(row.cells))
        if wanted <= seen.keys():
            break
    return tuple(seen)
