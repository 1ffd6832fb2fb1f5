"""A digest as text for a terminal or a plain mail, and as one HTML page that needs nothing else."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from events.instants import moment_of
from projections.definitions import percent, points
from projections.targets import distance
from projections.zone import date_of
from services.digest.figures import WEEK_DAYS, Digest, Row
from services.digest.wording import PHRASES, Language, Phrases

ABSENT: Final = "–"
_STYLE: Final = (
    "body{font:15px/1.45 system-ui,sans-serif;margin:2rem;color:#222}table{border-collapse:collapse}"
    "th,td{padding:.3rem .7rem;border-bottom:1px solid #ddd;text-align:right}"
    "th:first-child,td:first-child{text-align:left}thead th{vertical-align:bottom}"
    "tfoot td{font-weight:600;border-top:2px solid #888}.missed{color:#b00020}p{color:#555}"
)


def digest_text(digest: Digest, language: Language) -> str:
    """Columns under each other; the first is left-aligned."""
    said = PHRASES[language]
    lines = [_title(digest, said), ""]
    if digest.rows:
        cells = [said.columns, *(_cells(row, said) for row in digest.rows), _cells(digest.total, said)]
        lines += _aligned(cells)
    else:
        lines.append(said.nothing)
    return "\n".join([*lines, "", _basis(digest, said)]) + "\n"


def digest_html(digest: Digest, language: Language) -> str:
    """A page of its own; everything that comes from data is escaped."""
    said = PHRASES[language]
    title = escape(_title(digest, said))
    table = _table(digest, said) if digest.rows else f"<p>{escape(said.nothing)}</p>"
    return (
        f'<!doctype html>\n<html lang="{language.value}">\n<head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head>\n<body>\n<h1>{title}</h1>\n{table}\n<p>{escape(_basis(digest, said))}</p>\n"
        "</body>\n</html>\n"
    )


def _table(digest: Digest, said: Phrases) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in said.columns)
    body = "\n".join(_line(row, said) for row in digest.rows)
    return (
        f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n"
        f"<tfoot>{_line(digest.total, said)}</tfoot>\n</table>"
    )


def _line(row: Row, said: Phrases) -> str:
    missed = f' class="missed" title="{escape(said.missed)}"' if row.behind else ""
    return f"<tr{missed}>{''.join(f'<td>{escape(cell)}</td>' for cell in _cells(row, said))}</tr>"


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        first, *others = (
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join([first, *others]).rstrip()


def _cells(row: Row, said: Phrases) -> tuple[str, ...]:
    name = said.total if row.unit is None else f"{row.name} ({row.unit})"
    if row.unit is None and row.name:
        name = f"{said.total}: {row.name}"
    away = points(distance(row.rate, row.target))
    return (
        name,
        str(row.due_this_week),
        str(row.overdue),
        str(row.settled_7d),
        str(row.late_7d),
        ABSENT if row.oldest_days is None else str(row.oldest_days),
        _decimal(percent(row.rate), said),
        str(row.settled_year),
        _decimal(percent(row.target), said),
        _decimal(away, said),
    )


def _decimal(printed: str | None, said: Phrases) -> str:
    return ABSENT if printed is None else printed.replace(".", said.decimal)


def _title(digest: Digest, said: Phrases) -> str:
    last = digest.today + WEEK_DAYS - 1
    return said.title.format(first=_day(digest.today), last=_day(last))


def _basis(digest: Digest, said: Phrases) -> str:
    local: datetime = moment_of(digest.as_of).astimezone(ZoneInfo(digest.time_zone))
    return said.basis.format(as_of=f"{local:%d/%m/%Y %H:%M}", zone=digest.time_zone)


def _day(day: int) -> str:
    return f"{date_of(day):%d/%m/%Y}"
