"""The instants of a back-fill: each sample is the page as it stood up to its time.

A flow counts what lies before the tick, on the days of its window that end with it; a state is that of the tick. So at
a local midnight both are the figures of the report for the period that ends there.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from msgspec import Struct

from events.instants import MINUTE, SECOND
from projections.periods import Period
from projections.zone import LocalDays, date_of
from services.exporter.windows import windows_on

HOUR: Final = 60 * MINUTE
SETTLES_AFTER: Final = 3 * HOUR
"""Prometheus still writes the last hours itself: samples in blocks must be older."""


class Tick(Struct, frozen=True):
    """An instant, and for each window the instants between which its flows lie.

    The second of them is the tick itself, but for windows that end earlier.
    """

    instant: int
    spans: dict[str, tuple[int, int]]

    @property
    def seconds(self) -> int:
        """Unix time."""
        return self.instant // SECOND

    def instants(self) -> Iterator[int]:
        """All those before which sums are needed."""
        yield self.instant
        for span in self.spans.values():
            yield from span


class Month(Struct, frozen=True):
    """The ticks of a calendar month, and those of them at which a local day ends."""

    name: str
    hourly: Sequence[Tick]
    daily: Sequence[Tick]


def months_of_ticks(period: Period, days: LocalDays, last: int) -> list[Month]:
    """The ticks of whole hours over a period, none later than an instant; a midnight belongs to the day it ends."""
    found = []
    for (year, month), own in groupby(range(period.begin, period.end), _year_and_month):
        hourly = [tick for day in own for tick in _ticks_of(day, days, last)]
        if hourly:
            daily = [tick for tick in hourly if _ends_a_day(tick.instant, days)]
            found.append(Month(f"{year:04}-{month:02}", hourly, daily))
    return found


def _year_and_month(day: int) -> tuple[int, int]:
    date = date_of(day)
    return date.year, date.month


def _ends_a_day(instant: int, days: LocalDays) -> bool:
    return days.start_of(days.day_of(instant)) == instant


def _ticks_of(day: int, days: LocalDays, last: int) -> Iterator[Tick]:
    """Hour by hour from the midnight that begins a day; the last is the midnight that ends it."""
    ranges = windows_on(day, 0).ranges
    begin, end = days.start_of(day), days.start_of(day + 1)
    for instant in (*range(begin + HOUR, end, HOUR), end):
        if instant > last:
            return
        spans = {
            window: (days.start_of(first), min(days.start_of(behind), instant))
            for window, (first, behind) in ranges.items()
        }
        yield Tick(instant, spans)
