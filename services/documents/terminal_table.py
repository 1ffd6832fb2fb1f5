"""A table for a terminal: title, grid, total set off by a line, notes beneath. A line a row, so it can be searched."""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.cells import cell_len

from projections.tables import Cell, Sort, Table
from services.documents.folding import folded, narrowest
from services.documents.visible import visible
from services.documents.wording import NO_ROWS, Language, printed, said

HEADING_LINES: Final = 3
GAP: Final = "  "
TEXT_WIDTH_MIN: Final = 12
"""Columns of text are folded down to this, in characters, where the table is wider than it may be."""
NOTES_WIDTH_MIN: Final = 100

Line = Sequence[str]


def draw_text(table: Table, language: Language, width: int | None = None) -> str:
    """Plain lines without colours, as wide as the table needs; long texts are folded to make it fit into `width`.

    Numbers are never folded: a table of many figures may be wider than asked.
    """
    rows = [_texts(row, table, language) for row in table.rows]
    total = [] if table.total is None else [_texts(table.total, table, language)]
    headings = [_line(said(column.heading, language)) for column in table.columns]
    widths = _widths(table, headings, [*rows, *total], width)
    ruler = "─" * _sum(widths)
    no_rows = [] if rows else [f"{said(NO_ROWS, language)}"]
    lines = [
        _line(said(table.title, language)),
        "",
        *_laid_out(table, widths, headings, at_the_bottom=True),
        ruler,
        *(line for row in rows for line in _laid_out(table, widths, row)),
        *no_rows,
        *([ruler] if total else []),
        *(line for row in total for line in _laid_out(table, widths, row)),
        "",
        *_notes(table, language, width or max(_sum(widths), NOTES_WIDTH_MIN)),
    ]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _texts(row: Sequence[Cell], table: Table, language: Language) -> Line:
    cells = zip(row, table.columns, strict=True)
    return [_line(printed(cell, column.sort, language)) for cell, column in cells]


def _line(text: str) -> str:
    return " ".join(visible(text).expandtabs(1).splitlines())


def _sum(widths: Sequence[int]) -> int:
    return sum(widths) + len(GAP) * (len(widths) - 1)


def _widths(table: Table, headings: Line, rows: Sequence[Line], limit: int | None) -> list[int]:
    """In cells: the longest text, or the heading in no more than 3 lines where that is wider."""
    widths = []
    for place, heading in enumerate(headings):
        cells = max((cell_len(row[place]) for row in rows), default=0)
        widths.append(max(cells, narrowest(heading, HEADING_LINES)))
    texts = [place for place, column in enumerate(table.columns) if column.sort is Sort.TEXT]
    while limit is not None and texts and _sum(widths) > limit:
        widest = max(texts, key=widths.__getitem__)
        if widths[widest] <= TEXT_WIDTH_MIN:
            break
        widths[widest] = max(TEXT_WIDTH_MIN, widths[widest] - (_sum(widths) - limit))
    return widths


def _laid_out(table: Table, widths: Sequence[int], texts: Line, *, at_the_bottom: bool = False) -> Iterator[str]:
    """The lines of one row: as many as its tallest cell has; headings stand just above their column."""
    cells = [folded(text, width) for text, width in zip(texts, widths, strict=True)]
    height = max(map(len, cells))
    for cell in cells:
        missing = [""] * (height - len(cell))
        cell[:] = [*missing, *cell] if at_the_bottom else [*cell, *missing]
    for parts in zip(*cells, strict=True):
        placed = zip(parts, widths, table.columns, strict=True)
        yield GAP.join(_placed(part, width, column.sort) for part, width, column in placed)


def _placed(text: str, width: int, sort: Sort) -> str:
    space = " " * (width - cell_len(text))
    return text + space if sort is Sort.TEXT else space + text


def _notes(table: Table, language: Language, width: int) -> Iterator[str]:
    for note in table.notes:
        yield from folded(f"{_line(said(note.label, language))}: {_line(said(note.value, language))}", width)
