"""Promised due dates, walked anew: the day of reception, day after day, and the offices minute after minute.

Sources: `domain.md`, AC-19 to AC-21; Bộ luật Dân sự 2015, articles 147 and 148. Slow and plain on purpose.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from services.verifier.local_time import LocalTime
from services.verifier.reading import instant_of_moment

_MINUTE: Final = 60_000_000
_WORKED: Final = "make_up_working_day"


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A procedure of a version of the registry; None where the row leaves something open. `cutoff` in minutes."""

    code: str
    kind: str
    amount: int | None
    unit: str | None
    cutoff: int | None
    former_codes: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day of a version of the calendar, known since `published_at` (microseconds)."""

    day: date
    kind: str
    published_at: int
    province: str


@dataclass(frozen=True, slots=True)
class CalendarRows:
    """A version of the calendar; `office_hours` as (opens, closes) in minutes after local midnight."""

    working_week: frozenset[int]
    office_hours: tuple[tuple[int, int], ...]
    province: str
    days: Sequence[DayRow]


class Promises:
    """What one version of the registry and one of the calendar promise."""

    def __init__(self, limits: Sequence[LimitRow], calendar: CalendarRows, time_zone: str) -> None:
        self._limits: dict[str, list[LimitRow]] = {}
        self._came_after: dict[str, str] = {}
        for limit in limits:
            self._limits.setdefault(limit.code, []).append(limit)
            self._came_after.update(dict.fromkeys(limit.former_codes, limit.code))
        self._hours = sorted(calendar.office_hours)
        self._week = calendar.working_week
        self._province = calendar.province
        self._days: dict[int, list[DayRow]] = {}
        for row in calendar.days:
            self._days.setdefault(row.day.toordinal(), []).append(row)
        self._zone = ZoneInfo(time_zone)
        self._local = LocalTime(time_zone)

    def due(self, procedure: str | None, kind: str, received_at: int) -> int | None:
        """The due instant that a case had to be promised; None where no limit is known for it."""
        row = self._limit(procedure, kind, self._local.day_of(received_at))
        if row is None or row.amount is None:
            return None
        first, begun = self._taken_in(received_at, row.cutoff)
        if row.unit == "hours":
            return self._hours_later(begun, row.amount, received_at)
        day = first
        for _ in range(row.amount):
            day = self._worked_after(day, received_at) if row.unit == "working_days" else day + 1
        if not self._works(day, received_at):
            day = self._worked_after(day, received_at)
        return self._local.midnight(day + 1).instant - 1

    def _limit(self, procedure: str | None, kind: str, day: int) -> LimitRow | None:
        """The row for a code on a day: its own, or that of the code that came after it."""
        code, seen = procedure, set[str]()
        while code is not None and code not in seen:
            seen.add(code)
            for row in self._limits.get(code, ()):
                if _in_force(row, day):
                    return row if row.kind == kind else None
            code = self._came_after.get(code)
        return None

    def _taken_in(self, received_at: int, cutoff: int | None) -> tuple[int, int]:
        """The day on which a case counts as received, and the instant from which its hours count."""
        day = self._local.day_of(received_at)
        last = self._hours[-1][1] if cutoff is None else min(self._hours[-1][1], cutoff)
        if self._works(day, received_at) and received_at <= self._at(day, last):
            return day, received_at
        day = self._worked_after(day, received_at)
        return day, self._local.midnight(day).instant

    def _hours_later(self, begun: int, hours: int, known_at: int) -> int:
        left = hours * 60 * _MINUTE
        for opens, closes in self._open_after(begun, known_at):
            at = max(opens, begun)
            while at < closes:
                step = min(_MINUTE, closes - at, left)
                at, left = at + step, left - step
                if left == 0:
                    return at
        raise AssertionError("offices open for ever")

    def _open_after(self, begun: int, known_at: int) -> Iterator[tuple[int, int]]:
        """The times at which the offices are open, from the day of an instant on."""
        day = self._local.day_of(begun)
        while True:
            if self._works(day, known_at):
                for opens, closes in self._hours:
                    yield self._at(day, opens), self._at(day, closes)
            day += 1

    def _worked_after(self, day: int, known_at: int) -> int:
        day += 1
        while not self._works(day, known_at):
            day += 1
        return day

    def _works(self, day: int, known_at: int) -> bool:
        """Whether a day is worked, by what was published until an instant; a date left out by the clock is none."""
        if self._local.midnight(day).instant == self._local.midnight(day + 1).instant:
            return False
        said = [
            (row.province != "", row.published_at, row.kind)
            for row in self._days.get(day, ())
            if row.published_at <= known_at and row.province in ("", self._province)
        ]
        if said:
            return max(said, key=lambda one: one[:2])[2] == _WORKED
        return date.fromordinal(day).weekday() in self._week

    def _at(self, day: int, minute: int) -> int:
        """The instant of a wall time, in minutes after midnight."""
        wall = datetime.combine(date.fromordinal(day), time()) + timedelta(minutes=minute)
        return instant_of_moment(wall.replace(tzinfo=self._zone))


def _in_force(row: LimitRow, day: int) -> bool:
    begins = row.valid_from is None or row.valid_from.toordinal() <= day
    return begins and (row.valid_to is None or day < row.valid_to.toordinal())
