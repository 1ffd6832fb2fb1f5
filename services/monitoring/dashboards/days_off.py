"""The days off of a calendar as a query, so that graphs can mark them."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from events.instants import SECOND
from projections.calendar import Calendar, DayKind
from projections.zone import LocalDays
from services.calendars_loading import CalendarFile

YEARS_MARKED: Final = 3
"""The last years of the calendar: what a person looks back at."""


def days_off_query(found: CalendarFile) -> str:
    """1 while a public holiday lasts, by local midnights; weekends are not marked."""
    days = LocalDays(found.time_zone)
    spans = [
        f"(vector(time()) >= {days.start_of(begin) // SECOND} < {days.start_of(end) // SECOND})"
        for begin, end in _runs(found.calendar)
    ]
    return " or ".join(spans) if spans else "vector(1) < 0"


def _runs(calendar: Calendar) -> Iterator[tuple[int, int]]:
    """Holidays in a row, as half-open ranges of days."""
    years = sorted(calendar.years)[-YEARS_MARKED:]
    begin: int | None = None
    end = date(years[-1] + 1, 1, 1).toordinal()
    for day in range(date(years[0], 1, 1).toordinal(), end):
        entry = calendar.entry_on(day)
        is_off = entry is not None and entry.kind is DayKind.HOLIDAY
        if is_off and begin is None:
            begin = day
        elif not is_off and begin is not None:
            yield begin, day
            begin = None
    if begin is not None:
        yield begin, end
