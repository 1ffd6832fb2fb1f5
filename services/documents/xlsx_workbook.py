"""A table as an XLSX workbook: one sheet with title, headings, rows, total, and the notes beneath."""

import re
from collections.abc import Sequence
from typing import Final, cast

from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.packaging.core import DocumentProperties
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from projections.tables import Cell, Sort, Table
from services.documents.visible import visible
from services.documents.wording import NO_ROWS, Language, printed, said
from services.documents.xlsx_page import set_up_page
from services.documents.xlsx_styles import LINE_SIZE_POINTS, TITLE_SIZE_POINTS, Look, add_styles, value_style
from services.documents.xlsx_undated import undated
from services.documents.xlsx_values import put, put_text
from services.documents.xlsx_widths import FILLER_WIDTH, column_widths, lines_of, span_of

TITLE_ROW: Final = 1
HEADING_ROW: Final = 3
LINE_HEIGHT_POINTS: Final = 15
SHEET_NAME_LENGTH_MAX: Final = 31
_NOT_IN_A_SHEET_NAME: Final = re.compile(r"[\[\]:*?/\\']")


def draw_xlsx(table: Table, language: Language) -> bytes:
    """The workbook; percents are numbers of which 1 is 100 %, with their exact value. The same table, the same bytes.

    Separators are those of the spreadsheet that opens it; words are in `language`.
    """
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = _NOT_IN_A_SHEET_NAME.sub("-", visible(table.name))[:SHEET_NAME_LENGTH_MAX]
    title = visible(said(table.title, language))
    book.properties = DocumentProperties(creator="Duecourse", title=title, language=str(language))
    add_styles(book, language)
    _Drawing(sheet, table, language).draw()
    return undated(book)


class _Drawing:
    """One sheet being filled from the top; `_row` is the next one."""

    def __init__(self, sheet: Worksheet, table: Table, language: Language) -> None:
        self._sheet = sheet
        self._table = table
        self._language = language
        self._widths = column_widths(table, language)
        self._row = TITLE_ROW

    def draw(self) -> None:
        table, language = self._table, self._language
        self._line(said(table.title, language), Look.TITLE)
        self._row = HEADING_ROW
        self._headings()
        self._values(table.rows, total=False)
        if not table.rows:
            self._line(said(NO_ROWS, language), Look.NOTE)
        self._values([] if table.total is None else [table.total], total=True)
        self._row += 1
        for note in table.notes:
            self._line(f"{said(note.label, language)}: {said(note.value, language)}", Look.NOTE)
        set_up_page(self._sheet, table.columns, self._widths, HEADING_ROW, self._row - 1)

    def _headings(self) -> None:
        texts = [said(column.heading, self._language) for column in self._table.columns]
        self._heighten([lines_of(text, width) for text, width in zip(texts, self._widths, strict=True)])
        for place, text in enumerate(texts, start=1):
            put_text(self._cell(place, Look.HEADING), text)
        self._row += 1

    def _values(self, rows: Sequence[Sequence[Cell]], *, total: bool) -> None:
        columns, language = self._table.columns, self._language
        for row in rows:
            for place, (value, column) in enumerate(zip(row, columns, strict=True), start=1):
                style = value_style(column.sort, total=total, missing=value is None)
                put(self._cell(place, style), value, column.sort, language)
            texts = zip(row, columns, self._widths, strict=True)
            self._heighten(
                [
                    lines_of(printed(value, column.sort, language), width)
                    for value, column, width in texts
                    if column.sort is Sort.TEXT
                ]
            )
            self._row += 1

    def _line(self, text: str, look: Look) -> None:
        """Over the width of the page."""
        size = TITLE_SIZE_POINTS if look is Look.TITLE else LINE_SIZE_POINTS
        span = span_of(self._widths)
        width = sum(self._widths) + FILLER_WIDTH * (span - len(self._widths))
        self._heighten([lines_of(text, width * LINE_SIZE_POINTS // size)], size)
        put_text(self._cell(1, look), text)
        self._sheet.merge_cells(f"A{self._row}:{get_column_letter(span)}{self._row}")
        self._row += 1

    def _heighten(self, lines: Sequence[int], size: int = LINE_SIZE_POINTS) -> None:
        """Room for the tallest text of the row: spreadsheets do not find it out in each case by themselves."""
        highest = max(lines, default=1)
        if highest > 1 or size > LINE_SIZE_POINTS:
            self._sheet.row_dimensions[self._row].height = highest * LINE_HEIGHT_POINTS * size / LINE_SIZE_POINTS

    def _cell(self, place: int, style: str) -> SheetCell:
        cell = cast(SheetCell, self._sheet.cell(self._row, place))  # not a merged one: cells are merged once filled
        cell.style = str(style)
        return cell
