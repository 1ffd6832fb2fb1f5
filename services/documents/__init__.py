"""Reports drawn for people and programs: one layout (`projections.tables.Table`), a file for each form."""

from projections.tables import Table
from services.documents.csv_rows import draw_csv
from services.documents.html_page import draw_html
from services.documents.json_document import draw_json
from services.documents.terminal_table import draw_text
from services.documents.wording import Language

__all__ = ["Language", "draw_csv", "draw_html", "draw_json", "draw_text", "draw_xlsx"]


def draw_xlsx(table: Table, language: Language) -> bytes:
    """As `services.documents.xlsx_workbook.draw_xlsx`, which only who draws a workbook waits for."""
    from services.documents.xlsx_workbook import draw_xlsx as draw

    return draw(table, language)
