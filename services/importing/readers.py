"""Opening a file by the ending of its name, and the check that it has the columns the mapping names."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from services.importing.csv_rows import CsvRows
from services.importing.errors import ImportRefused, suggestion
from services.importing.json_rows import open_json
from services.importing.mapping import Mapping
from services.importing.ndjson_rows import NdjsonRows
from services.importing.row_file import RowFile


def _xlsx(path: Path) -> RowFile:
    from services.importing.xlsx_rows import XlsxRows  # openpyxl takes a third of a second to import

    return XlsxRows(path)


def _parquet(path: Path) -> RowFile:
    from services.importing.parquet_rows import ParquetRows

    return ParquetRows(path)


READERS: Final[dict[str, Callable[[Path], RowFile]]] = {
    ".csv": CsvRows,
    ".tsv": CsvRows,
    ".xlsx": _xlsx,
    ".xlsm": _xlsx,
    ".parquet": _parquet,
    ".ndjson": NdjsonRows,
    ".jsonl": NdjsonRows,
    ".json": open_json,
}


def open_rows(path: Path) -> RowFile:
    """The rows of a file. Raises ImportRefused for an unknown ending and a file that is not what it says."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        endings = ", ".join(READERS)
        raise ImportRefused([f"{path}: unknown kind of file {path.suffix!r}; give one that ends in {endings}"])
    try:
        return reader(path)
    except OSError as error:
        raise ImportRefused([f"{path}: cannot be read: {error.strerror or error}"]) from None


def require_columns(rows: RowFile, mapping: Mapping) -> None:
    """Raises ImportRefused with a line for each column of the mapping the file lacks or has twice."""
    require_names(rows, mapping.columns)


def require_names(rows: RowFile, names: Sequence[str]) -> None:
    """The same for columns by name."""
    present = rows.columns(frozenset(names))
    missing = [name for name in names if name not in present]
    lines = [f"{rows.path}: has no column {name!r}{suggestion(name, present)}" for name in missing]
    if missing:
        lines.append(f"{rows.path}: has the columns {', '.join(map(repr, present)) or 'none'}")
    lines += [
        f"{rows.path}: has the column {name!r} {present.count(name)} times; rename all but one"
        for name in names
        if present.count(name) > 1
    ]
    if lines:
        raise ImportRefused(lines)
