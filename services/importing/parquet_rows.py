"""Parquet: read by DuckDB, every column as text, times with a zone in UTC."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import duckdb

from services.importing.errors import ImportRefused
from services.importing.row_file import Row

BATCH_ROWS: Final = 2048
OFFLINE: Final[dict[str, str | bool | int | float | list[str]]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
ROWS: Final = "select columns(*)::varchar from read_parquet(?, hive_partitioning = false)"
COUNT: Final = "select count(*) from read_parquet(?, hive_partitioning = false)"


class ParquetRows:
    """Raises ImportRefused for a file that is no Parquet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.done = 0
        with _reading(path, COUNT) as answer:
            self.size = int(answer.fetchone()[0])
        with _reading(path, ROWS) as answer:
            self._header = tuple(str(column[0]) for column in answer.description)

    def columns(self, wanted: frozenset[str]) -> tuple[str, ...]:
        return self._header

    def __iter__(self) -> Iterator[Row]:
        self.done = 0
        with _reading(self.path, ROWS) as answer:
            while batch := answer.fetchmany(BATCH_ROWS):
                for values in batch:
                    self.done += 1
                    texts = ("" if value is None else value for value in values)
                    yield Row(self.done, dict(zip(self._header, texts, strict=True)))


@contextmanager
def _reading(path: Path, query: str) -> Iterator[Any]:
    """A running query over the file, fetched piece by piece."""
    with duckdb.connect(":memory:", config=OFFLINE) as connection:
        connection.execute("set TimeZone = 'UTC'")
        try:
            yield connection.execute(query, [_literal(path)])
        except duckdb.Error as error:
            first_line = str(error).partition("\n")[0]
            raise ImportRefused([f"{path}: is no readable Parquet file: {first_line}"]) from None


def _literal(path: Path) -> str:
    """The path with its wildcards quoted: DuckDB would take `a[1].parquet` for a pattern."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(path))
