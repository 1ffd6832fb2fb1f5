"""How wide the columns of a sheet must be, and how far a note reaches: a spreadsheet does not say by itself."""

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len

from projections.tables import Sort, Table
from services.documents.folding import folded, narrowest
from services.documents.wording import Language, printed, said

WIDTH_MIN: Final = 9
TEXT_WIDTH_MAX: Final = 45
HEADING_LINES: Final = 3
NOTES_WIDTH_MIN: Final = 90
"""Notes run over the whole table, and beyond it where the table is narrower than this. In characters, like all here."""
FILLER_WIDTH: Final = 12
SPARE: Final = 3


def column_widths(table: Table, language: Language) -> list[int]:
    """In characters: the longest cell, or the heading in no more than 3 lines where that is wider."""
    lines = [*table.rows, *([] if table.total is None else [table.total])]
    widths = []
    for place, column in enumerate(table.columns):
        heading = said(column.heading, language)
        cells = [cell_len(printed(line[place], column.sort, language)) for line in lines]
        width = max(WIDTH_MIN, max([*cells, narrowest(heading, HEADING_LINES)]) + SPARE)
        widths.append(min(width, TEXT_WIDTH_MAX) if column.sort is Sort.TEXT else width)
    return widths


def lines_of(text: str, width: int) -> int:
    """Lines that a text takes; its letters are narrower than the digits that a width is counted in."""
    return len(folded(text, width * 10 // 9))


def span_of(widths: Sequence[int]) -> int:
    """How many columns a note spans: those of the table, and further ones of FILLER_WIDTH where that is narrow."""
    missing = NOTES_WIDTH_MIN - sum(widths)
    return len(widths) + max(0, -(-missing // FILLER_WIDTH))
