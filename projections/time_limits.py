"""Legal time limits: the due instant that a limit, a working calendar and the instant of reception give.

The rules are those of Vietnamese law (Bộ luật Dân sự 2015, articles 147 and 148); AC-19 to AC-21 of `domain.md` hold:

- The day of reception is not counted. n working days end on the n-th working day after it.
- n calendar days end on the n-th day after it, or on the next working day where that is a day off (148 (5)).
- A legal day ends at 24:00: the due instant is the last microsecond of the due day, so that under either policy
  whatever ends on that day is on time and midnight is late.
- Hours are working hours: time inside the office hours of working days. The due instant is the one at which the last
  hour has passed; at exactly that instant is on time.
- A case received on a day off, after the close of the offices or after the cut-off of its procedure counts, for its
  limit only, as received on the next working day; its hours begin when the offices open on that day. At exactly the
  close or the cut-off is not after it. Before the offices open and in their break is within the day.

Wall times that a change of the clocks skips or repeats are taken as before the change, as `zone.py` takes them.
"""

from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from events.instants import MINUTE, instant_of
from projections.calendar import Calendar
from projections.zone import LocalDays, date_of

HOUR: Final = 60 * MINUTE
WALL_TIMES_REMEMBERED: Final = 20_000
"""Opening, closing and cut-off times of some ten years; to ask `zoneinfo` costs more than all the rest."""


class LimitUnit(StrEnum):
    """What a limit counts."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    HOURS = "hours"


class TimeLimit(Struct, frozen=True):
    """A number of days, 0 for within the day of reception, or of working hours, 1 or more."""

    amount: int
    unit: LimitUnit


def due_of(received_at: int, limit: TimeLimit, calendar: Calendar, days: LocalDays, cutoff: int | None = None) -> int:
    """The due instant. `cutoff`: minutes after local midnight after which a case counts as received the next day.

    The calendar is taken as it is: for the one known at reception give `calendar.as_known_at(received_at)`.
    """
    first = counted_day(received_at, calendar, days, cutoff)
    match limit.unit:
        case LimitUnit.WORKING_DAYS:
            return days.last_of(_nth_working_day(first, limit.amount, calendar, days))
        case LimitUnit.CALENDAR_DAYS:
            return days.last_of(_worked_from(first + limit.amount, calendar, days))
        case LimitUnit.HOURS:
            return _after_working_hours(max(received_at, days.start_of(first)), limit.amount, calendar, days)


def counted_day(received_at: int, calendar: Calendar, days: LocalDays, cutoff: int | None = None) -> int:
    """The working day on which a case counts as received for its limit; elsewhere it counts on its own day."""
    day = days.day_of(received_at)
    if not calendar.is_working_day(day):
        return _next_worked(day, calendar, days)
    closes = calendar.office_hours[-1].closes
    last = closes if cutoff is None else min(closes, cutoff)
    return day if received_at <= wall_instant(day, last, days) else _next_worked(day, calendar, days)


@lru_cache(maxsize=WALL_TIMES_REMEMBERED)
def wall_instant(day: int, minute: int, days: LocalDays) -> int:
    """The instant of a wall time on a local day, in minutes after its midnight; 1440 is the midnight that ends it."""
    wall = datetime.combine(date_of(day), time(), ZoneInfo(days.time_zone)) + timedelta(minutes=minute)
    return instant_of(wall.astimezone(UTC))


def _nth_working_day(day: int, count: int, calendar: Calendar, days: LocalDays) -> int:
    for _ in range(count):
        day = _next_worked(day, calendar, days)
    return day


def _worked_from(day: int, calendar: Calendar, days: LocalDays) -> int:
    return day if _is_worked(day, calendar, days) else _next_worked(day, calendar, days)


def _next_worked(day: int, calendar: Calendar, days: LocalDays) -> int:
    day = calendar.next_working_day(day)
    while not _is_worked(day, calendar, days):
        day = calendar.next_working_day(day)
    return day


def _is_worked(day: int, calendar: Calendar, days: LocalDays) -> bool:
    """A working day that took place: when a country moves over the date line, a date is left out."""
    return calendar.is_working_day(day) and days.start_of(day) < days.start_of(day + 1)


def _after_working_hours(start: int, hours: int, calendar: Calendar, days: LocalDays) -> int:
    """The instant at which the offices have been open for `hours` since `start`, which lies in a working day."""
    left, day = hours * HOUR, days.day_of(start)
    while True:
        for office in calendar.office_hours:
            begins = max(start, wall_instant(day, office.opens, days))
            open_for = wall_instant(day, office.closes, days) - begins
            if open_for >= left:
                return begins + left
            left -= max(open_for, 0)
        day = _next_worked(day, calendar, days)
