"""A table as JSON: nothing is lost, not the other language and not a digit."""

import json
from collections.abc import Sequence
from typing import Any

from projections.definitions import decimals
from projections.tables import Cell, Column, Sort, Table, Text
from services.documents.wording import scaled


def draw_json(table: Table) -> str:
    """`name`, `title`, `columns`, `rows` (cells by key), `total`, `notes`; words as `{"en", "vi"}`.

    A rate is `{"numerator", "denominator", "percent": "96.16"}`; a difference has `points`, a duration `days` instead
    of `percent`. What is not available is null. Raises ValueError where two columns have one key.
    """
    keys = [column.key for column in table.columns]
    if len(set(keys)) < len(keys):
        raise ValueError(f"table {table.name}: two columns have the same key among {', '.join(keys)}; name them apart")
    document = {
        "name": table.name,
        "title": _words(table.title),
        "columns": [
            {"key": column.key, "heading": _words(column.heading), "sort": column.sort.value}
            for column in table.columns
        ],
        "rows": [_row(row, table.columns) for row in table.rows],
        "total": None if table.total is None else _row(table.total, table.columns),
        "notes": [{"label": _words(note.label), "value": _words(note.value)} for note in table.notes],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _words(text: Text) -> dict[str, str]:
    return {"en": text.en, "vi": text.vi}


def _row(row: Sequence[Cell], columns: Sequence[Column]) -> dict[str, Any]:
    return {column.key: _value(cell, column.sort) for cell, column in zip(row, columns, strict=True)}


def _value(cell: Cell, sort: Sort) -> Any:
    if isinstance(cell, Text):
        return _words(cell)
    if cell is None or isinstance(cell, str) or (isinstance(cell, int) and sort in (Sort.TEXT, Sort.INTEGER)):
        return cell
    numerator, denominator = cell.as_integer_ratio()
    exact: dict[str, Any] = {"numerator": numerator, "denominator": denominator}
    if sort in (Sort.PERCENT, Sort.POINTS, Sort.DAYS):
        exact[sort.value] = decimals(scaled(cell, sort))
    return exact
