"""Reports drawn in the form that was asked for: terminal text, JSON, CSV, XLSX, HTML."""

import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from projections.periods import series_warnings
from services.documents import Language, draw_csv, draw_html, draw_text, draw_xlsx
from services.report_csv import report_csv
from services.report_documents import Document, ReportRefused


class Format(StrEnum):
    """The forms of a report."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    HTML = "html"


MEDIA_TYPES = {
    Format.TABLE: "text/plain; charset=utf-8",
    Format.JSON: "application/json",
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.HTML: "text/html; charset=utf-8",
}


def warnings_of(documents: Sequence[Document]) -> list[str]:
    """What is wrong with the periods of a series of reports: neighbours that overlap or leave a gap."""
    return series_warnings([one.period for one in documents])


def drawn(documents: Sequence[Document], form: Format, language: Language, width: int | None = None) -> bytes:
    """One or several reports as a file; a workbook or a page holds one. Raises `ReportRefused`."""
    if form in (Format.XLSX, Format.HTML) and len(documents) > 1:
        raise ReportRefused(f"{form.value} holds one report: ask for one period a file")
    match form:
        case Format.XLSX:
            return draw_xlsx(documents[0].table, language)
        case Format.HTML:
            return draw_html(documents[0].table, language).encode()
        case Format.JSON:
            return (json.dumps(json_of(documents), ensure_ascii=False, indent=2) + "\n").encode()
        case Format.CSV:
            return csv_of(documents, language).encode()
        case Format.TABLE:
            return "\n".join(draw_text(one.table, language, width) for one in documents).encode()


def json_of(documents: Sequence[Document]) -> Any:
    """The report; of a series of periods all of them, with its warnings."""
    if len(documents) == 1:
        return documents[0].json
    return {"reports": [one.json for one in documents], "warnings": warnings_of(documents)}


def csv_of(documents: Sequence[Document], language: Language = Language.EN) -> str:
    """A rate's rows name their period, so several periods stand under one header. Raises `ReportRefused` for others."""
    first, *others = documents
    if any(one.what_if for one in documents):
        raise ReportRefused("CSV has no foot that says what if: use table, json, xlsx or html")
    if others and not first.is_rate:
        raise ReportRefused("CSV of this report does not name the period: ask for one period a file")
    head = report_csv(first.answered) if first.is_rate else draw_csv(first.table, language)
    return head + "".join(report_csv(one.answered).split("\r\n", 1)[1] for one in others)
