"""The looks of a sheet by name, so that a person who opens it can change all of a kind at once."""

from enum import StrEnum
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side

from projections.tables import Sort
from services.documents.wording import Language

LINE_SIZE_POINTS: Final = 11
TITLE_SIZE_POINTS: Final = 14
_FORMATS: Final = {
    Sort.TEXT: "@",
    Sort.INTEGER: "#,##0",
    Sort.PERCENT: "0.00%",
    Sort.POINTS: "+0.00;-0.00;0.00",
    Sort.DAYS: "#,##0.00",
}


_SEPARATORS: Final = {Language.EN: "", Language.VI: "[$-42A]"}
"""Where the program honours it (LibreOffice), Vietnamese separators wherever the file is opened; Excel has its own."""
_TEXT_INDENT: Final = 1
"""So that a text does not touch the figure before it."""


class Look(StrEnum):
    """What a cell is, apart from the values, whose style is `value_style`."""

    TITLE = "title"
    HEADING = "heading"
    NOTE = "note"


_TEXT: Final = Alignment(horizontal="left", vertical="top", wrap_text=True, indent=_TEXT_INDENT)
_NUMBER: Final = Alignment(horizontal="right", vertical="top")
_FONT: Final = "Times New Roman"
_THIN: Final = Side(style="thin", color="FF777777")
_GRID: Final = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_ABOVE_TOTAL: Final = Border(left=_THIN, right=_THIN, top=Side(style="double", color="FF333333"), bottom=_THIN)


def value_style(sort: Sort, *, total: bool, missing: bool) -> str:
    """Name of the style of a column's values, or of its total; what is not available looks different."""
    return f"{'total' if total else 'value'} {'missing' if missing else sort.value}"


def number_format(sort: Sort, language: Language) -> str:
    """How a spreadsheet shows the values of a column."""
    return _FORMATS[sort] if sort is Sort.TEXT else f"{_SEPARATORS[language]}{_FORMATS[sort]}"


def add_styles(book: Workbook, language: Language) -> None:
    """Makes every style known to the workbook."""
    wrapped = Alignment(horizontal="left", vertical="top", wrap_text=True)
    centred = Alignment(horizontal="center", vertical="center", wrap_text=True)
    title = Font(name=_FONT, size=TITLE_SIZE_POINTS, bold=True)
    book.add_named_style(NamedStyle(Look.TITLE.value, font=title, alignment=centred))
    book.add_named_style(NamedStyle(Look.NOTE.value, font=_font(), alignment=wrapped))
    fill = PatternFill("solid", fgColor="FFE8ECF1")
    book.add_named_style(
        NamedStyle(Look.HEADING.value, font=_font(bold=True), alignment=centred, border=_GRID, fill=fill)
    )
    for total in (False, True):
        for sort in Sort:
            book.add_named_style(_value(sort, language, total=total))
        book.add_named_style(_missing(total=total))


def _value(sort: Sort, language: Language, *, total: bool) -> NamedStyle:
    is_text = sort is Sort.TEXT
    return NamedStyle(
        value_style(sort, total=total, missing=False),
        font=_font(bold=total),
        alignment=_TEXT if is_text else _NUMBER,
        border=_ABOVE_TOTAL if total else _GRID,
        number_format=number_format(sort, language),
    )


def _missing(*, total: bool) -> NamedStyle:
    return NamedStyle(
        value_style(Sort.TEXT, total=total, missing=True),
        font=Font(name=_FONT, size=LINE_SIZE_POINTS, bold=total, italic=True, color="FF555555"),
        alignment=_NUMBER,
        border=_ABOVE_TOTAL if total else _GRID,
        number_format=number_format(Sort.TEXT, Language.EN),
    )


def _font(*, bold: bool = False) -> Font:
    return Font(name=_FONT, size=LINE_SIZE_POINTS, bold=bold)
