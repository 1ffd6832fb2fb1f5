"""Periods: half-open intervals of local days (`domain.md`, Periods).

The reporting year runs from 15 December to 14 December; its months, quarters and half-years follow the same grid.
"""

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Final

from msgspec import Struct

from projections.zone import date_of

GRID_DAY: Final = 15
_NAME: Final = re.compile(r"(?P<calendar>calendar:)?(?P<year>\d{4})(?:-(?P<part>Q[1-4]|H[12]|0[1-9]|1[0-2]))?")


class Period(Struct, frozen=True, order=True):
    """Local days `[begin, end)`, as ordinals."""

    begin: int
    end: int

    @property
    def from_date(self) -> date:
        return date_of(self.begin)

    @property
    def to_date(self) -> date:
        """Exclusive."""
        return date_of(self.end)

    @property
    def days(self) -> int:
        return self.end - self.begin


class PeriodRefused(ValueError):
    """A period that cannot be read or is empty."""


class PeriodNotBegun(PeriodRefused):
    """A period that begins after the as-of time."""


def parse_period(name: str) -> Period:
    """`2024`, `2024-Q1`, `2024-H1`, `2024-07` on the reporting grid; `calendar:2024-07` and so on the calendar."""
    match = _NAME.fullmatch(name)
    if match is None:
        raise PeriodRefused(f"period {name!r} is not known: use 2024, 2024-Q1, 2024-H1, 2024-07 or calendar:2024-07")
    year, part = int(match["year"]), match["part"]
    if not 2 <= year <= 9_000:
        raise PeriodRefused(f"period {name!r}: the year is out of range")
    first, count = _months(part)
    begin = _month_start if match["calendar"] else _grid_start
    return Period(begin(year, first), begin(year, first + count))


def _months(part: str | None) -> tuple[int, int]:
    """First month and number of months of a part of the year."""
    if part is None:
        return 1, 12
    if part.startswith("Q"):
        return 3 * int(part[1]) - 2, 3
    if part.startswith("H"):
        return 6 * int(part[1]) - 5, 6
    return int(part), 1


def _month_start(year: int, month: int) -> int:
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1).toordinal()


def _grid_start(year: int, month: int) -> int:
    """The reporting month m begins on the 15th of the month before."""
    return date_of(_month_start(year, month - 1)).replace(day=GRID_DAY).toordinal()


def reporting_year(day: int) -> Period:
    """The reporting year in which a day lies."""
    found = date_of(day)
    year = found.year + (found.month == 12 and found.day >= GRID_DAY)
    return Period(_grid_start(year, 1), _grid_start(year, 13))


def reporting_month(day: int) -> Period:
    """The reporting month in which a day lies."""
    found = date_of(day)
    month = found.month + (found.day >= GRID_DAY)
    return Period(_grid_start(found.year, month), _grid_start(found.year, month + 1))


def calendar_month(day: int) -> Period:
    """The calendar month in which a day lies."""
    found = date_of(day)
    return Period(_month_start(found.year, found.month), _month_start(found.year, found.month + 1))


def months_of(period: Period) -> Iterator[Period]:
    """The months of a period, cut at its edges: of the calendar where it begins on the first, else of the grid."""
    month_of = calendar_month if period.from_date.day == 1 else reporting_month
    begin = period.begin
    while begin < period.end:
        end = min(month_of(begin).end, period.end)
        yield Period(begin, end)
        begin = end


def previous(period: Period) -> Period:
    """The period before: as many whole months of the grid or the calendar where it is such, else of the same length."""
    months = _whole_months(period)
    if months is None:
        return Period(period.begin - period.days, period.begin)
    first = period.from_date
    begin = _month_start(first.year, first.month - months)
    return Period(date_of(begin).replace(day=first.day).toordinal(), period.begin)


def _whole_months(period: Period) -> int | None:
    """Number of months of a period that begins and ends on the grid or on the calendar's first days."""
    first, last = period.from_date, period.to_date
    if first.day != last.day or first.day not in (1, GRID_DAY):
        return None
    return 12 * (last.year - first.year) + last.month - first.month


def series_warnings(periods: list[Period]) -> list[str]:
    """What is wrong with a series of periods: neighbours that overlap or leave a gap."""
    found = []
    for earlier, later in pairwise(sorted(periods)):
        if later.begin < earlier.end:
            found.append(f"{_span(earlier)} and {_span(later)} overlap by {earlier.end - later.begin} days")
        elif later.begin > earlier.end:
            found.append(f"{_span(earlier)} and {_span(later)} leave a gap of {later.begin - earlier.end} days")
    return found


def _span(period: Period) -> str:
    return f"[{period.from_date}, {period.to_date})"
