"""Instants as days of the reporting time zone, and back."""

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_HOUR: Final = 3_600_000_000
_MIXED: Final = 0  # no day has this number: the hour holds a midnight or a change of offset


class Midnight(NamedTuple):
    """The local midnight that begins a day: the day's proleptic ordinal, and microseconds since 1970 UTC."""

    day: int
    instant: int


class LocalTime:
    """Days are proleptic ordinals (`date.toordinal`), instants are microseconds since 1970 UTC."""

    def __init__(self, time_zone: str) -> None:
        self._zone = ZoneInfo(time_zone)
        self._day_of_hour: dict[int, int] = {}
        self._midnights: dict[int, Midnight] = {}

    def day_of(self, instant: int) -> int:
        """The local day of an instant; whole hours inside one day are remembered."""
        hour = instant // _HOUR
        day = self._day_of_hour.get(hour)
        if day is None:
            day = self._day_of_hour[hour] = self._day_of_whole(hour)
        return day if day != _MIXED else self._clock(instant).toordinal()

    def midnight(self, day: int) -> Midnight:
        """The first instant of a local day (in a gap of the clock: the instant the clock jumps)."""
        known = self._midnights.get(day)
        if known is None:
            start = self._instant(datetime.fromordinal(day))
            known = self._midnights[day] = Midnight(day, start)
        return known

    def shift_days(self, instant: int, days: int) -> int:
        """The same wall time so many local days later. A wall time that occurs twice is the earlier one."""
        if days == 0:
            return instant
        return self._instant(self._clock(instant).replace(tzinfo=None) + timedelta(days=days))

    def _day_of_whole(self, hour: int) -> int:
        first, last = self._clock(hour * _HOUR), self._clock(hour * _HOUR + _HOUR - 1)
        uniform = first.date() == last.date() and first.utcoffset() == last.utcoffset()
        return first.toordinal() if uniform else _MIXED

    def _clock(self, instant: int) -> datetime:
        return (_EPOCH + timedelta(microseconds=instant)).astimezone(self._zone)

    def _instant(self, wall: datetime) -> int:
        return (wall.replace(tzinfo=self._zone) - _EPOCH) // _MICROSECOND
