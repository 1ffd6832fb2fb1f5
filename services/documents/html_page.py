"""A table as a page of HTML that needs nothing beside itself: no script, no address outside, its style within."""

from collections.abc import Sequence
from html import escape

from projections.tables import Cell, Column, Note, Sort, Table
from services.documents.html_style import STYLE
from services.documents.visible import visible
from services.documents.wording import NO_ROWS, Language, printed, said

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Were there a hole in the escaping, a browser would still load and run nothing."""


def draw_html(table: Table, language: Language) -> str:
    """The page; printed, it is A4 landscape with the headings on every sheet."""
    title = _text(said(table.title, language))
    lines = [
        "<!doctype html>",
        f'<html lang="{language}">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title>",
        f"<style>{STYLE}</style>",
        "</head>",
        "<body>",
        "<main>",
        "<table>",
        f"<caption><h1>{title}</h1></caption>",
        *_head(table.columns, language),
        *_body(table, language),
        *_total(table, language),
        "</table>",
        *_foot(table.notes, language),
        "</main>",
        "</body>",
        "</html>",
    ]
    return "\n".join(lines) + "\n"


def _text(text: str) -> str:
    return escape(visible(text))


def _head(columns: Sequence[Column], language: Language) -> list[str]:
    headings = [f'<th scope="col">{_text(said(column.heading, language))}</th>' for column in columns]
    return ["<thead>", f"<tr>{''.join(headings)}</tr>", "</thead>"]


def _body(table: Table, language: Language) -> list[str]:
    rows = [_row(row, table.columns, language) for row in table.rows]
    if not rows:
        rows = [f'<tr><td class="none" colspan="{len(table.columns)}">{_text(said(NO_ROWS, language))}</td></tr>']
    return ["<tbody>", *rows, "</tbody>"]


def _total(table: Table, language: Language) -> list[str]:
    if table.total is None:
        return []
    return ["<tfoot>", _row(table.total, table.columns, language), "</tfoot>"]


def _row(row: Sequence[Cell], columns: Sequence[Column], language: Language) -> str:
    """The first text of a row says what the row is about."""
    texts = [_text(printed(cell, column.sort, language)) for cell, column in zip(row, columns, strict=True)]
    named = (place for place, column in enumerate(columns) if column.sort is Sort.TEXT and texts[place])
    head = next(named, None)
    cells = [
        f'<th scope="row" class="text">{text}</th>' if place == head else _cell(text, columns[place], row[place])
        for place, text in enumerate(texts)
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _cell(text: str, column: Column, cell: Cell) -> str:
    kind = "text" if column.sort is Sort.TEXT else "number"
    return f'<td class="{kind}{" missing" if cell is None else ""}">{text}</td>'


def _foot(notes: Sequence[Note], language: Language) -> list[str]:
    if not notes:
        return []
    lines = [
        f"<dt>{_text(said(note.label, language))}</dt><dd>{_text(said(note.value, language))}</dd>" for note in notes
    ]
    return ["<footer>", "<dl>", *lines, "</dl>", "</footer>"]
