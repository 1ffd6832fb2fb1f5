"""The sheet around its cells: widths, what stays in sight, and how it is printed."""

from collections.abc import Sequence
from typing import Final

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from projections.tables import Column, Sort
from services.documents.xlsx_widths import FILLER_WIDTH, span_of

A4: Final = 9
FROZEN_WIDTH_MAX: Final = 70
"""Leading columns of text stay in sight unless they would fill the window. In characters."""


def set_up_page(
    sheet: Worksheet, columns: Sequence[Column], widths: Sequence[int], heading_row: int, last_row: int
) -> None:
    """A4 landscape, as wide as the table, with the headings on every page."""
    span = span_of(widths)
    for place in range(span):
        width = widths[place] if place < len(widths) else FILLER_WIDTH
        sheet.column_dimensions[get_column_letter(place + 1)].width = width
    sheet.freeze_panes = f"{get_column_letter(_frozen(columns, widths) + 1)}{heading_row + 1}"
    sheet.print_title_rows = f"{heading_row}:{heading_row}"
    sheet.print_area = f"A1:{get_column_letter(span)}{last_row}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = A4
    sheet.page_setup.fitToHeight = 0  # as many pages as it takes
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins = PageMargins(left=0.5, right=0.5, top=0.5, bottom=0.6, header=0.3, footer=0.3)
    footer = HeaderFooterItem()
    footer.right.text = "&P / &N"
    sheet.HeaderFooter.oddFooter = footer
    sheet.print_options.horizontalCentered = True


def _frozen(columns: Sequence[Column], widths: Sequence[int]) -> int:
    leading = 0
    while leading < len(widths) - 1 and columns[leading].sort is Sort.TEXT:
        leading += 1
    return leading if sum(widths[:leading]) <= FROZEN_WIDTH_MAX else 0
