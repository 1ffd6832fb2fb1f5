"""Local days of the reporting time zone. A day is its proleptic Gregorian ordinal (`date.toordinal`)."""

from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from events.instants import DAY, EPOCH, MINUTE, SECOND, instant_of, moment_of

_EPOCH_ORDINAL: Final = EPOCH.toordinal()
_QUARTER: Final = 15 * MINUTE
_REMEMBERED_MAX: Final = 500_000
"""Quarters of an hour for which the day is kept, some 14 years; then it begins anew."""


class LocalDays:
    """Converts instants (microseconds) to local days and back.

    Asking `zoneinfo` costs a microsecond or two, and every fact asks several times. So the day is remembered for each
    quarter of an hour (`_QUARTER`) that lies in one local day as a whole, and the offset for each UTC day in which it
    does not change.
    """

    def __init__(self, time_zone: str) -> None:
        self.time_zone = time_zone
        self._zone = ZoneInfo(time_zone)
        self._days: dict[int, int] = {}
        self._offsets: dict[int, int | None] = {}
        self._starts: dict[int, int] = {}

    def day_of(self, instant: int) -> int:
        """The local day in which an instant lies."""
        day = self._days.get(instant // _QUARTER)
        return self._find_day(instant) if day is None else day

    def _find_day(self, instant: int) -> int:
        quarter = instant // _QUARTER
        first, last = self._day_asked(quarter * _QUARTER), self._day_asked((quarter + 1) * _QUARTER - 1)
        if first != last:
            return self._day_asked(instant)
        if len(self._days) >= _REMEMBERED_MAX:
            self._days.clear()
        self._days[quarter] = first
        return first

    def _day_asked(self, instant: int) -> int:
        return (instant + self._offset(instant)) // DAY + _EPOCH_ORDINAL

    def start_of(self, day: int) -> int:
        """The instant of the local midnight that begins a day."""
        start = self._starts.get(day)
        if start is None:
            start = self._instant_of_wall((day - _EPOCH_ORDINAL) * DAY)
            self._starts[day] = start
        return start

    def last_of(self, day: int) -> int:
        """The last instant of a local day."""
        return self.start_of(day + 1) - 1

    def shift(self, instant: int, days: int) -> int:
        """The same wall time, `days` local days later."""
        if days == 0:
            return instant  # a wall time that occurs twice would lose which of the two it was
        return self._instant_of_wall(instant + self._offset(instant) + days * DAY)

    def _offset(self, instant: int) -> int:
        utc_day = instant // DAY
        try:
            offset = self._offsets[utc_day]
        except KeyError:
            offset = self._constant_offset(utc_day)
            self._offsets[utc_day] = offset
        return self._ask(instant) if offset is None else offset

    def _constant_offset(self, utc_day: int) -> int | None:
        start = utc_day * DAY
        first, last = self._ask(start), self._ask(start + DAY - 1)
        return first if first == last else None

    def _ask(self, instant: int) -> int:
        offset = moment_of(instant).astimezone(self._zone).utcoffset() or timedelta()
        return (offset.days * 86_400 + offset.seconds) * SECOND + offset.microseconds

    def _instant_of_wall(self, wall: int) -> int:
        """A wall time that a change of the clocks skips or repeats is taken as before the change (fold 0)."""
        local = (EPOCH + timedelta(microseconds=wall)).replace(tzinfo=self._zone)
        return instant_of(local.astimezone(UTC))


def day_number(day: date) -> int:
    """The day of a calendar date."""
    return day.toordinal()


def date_of(day: int) -> date:
    """The calendar date of a day."""
    return date.fromordinal(day)


def local_date(moment: datetime, days: LocalDays) -> date:
    """The local calendar date of an aware datetime."""
    return date_of(days.day_of(instant_of(moment)))
