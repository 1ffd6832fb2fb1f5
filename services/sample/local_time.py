"""Time in the province: whole seconds since 0001-01-01 on its own wall clock (UTC+7, no summer time)."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache

PROVINCE_TIME = timezone(timedelta(hours=7))
DAY_SECONDS = 86_400
CLOSING_SECONDS = 17 * 3600
_OFFSET_SECONDS = 7 * 3600
# Formatting the digits anew for every event was a tenth of the time of a whole history.
_MINUTES = tuple(f"T{minute // 60:02d}:{minute % 60:02d}:" for minute in range(24 * 60))
_SECONDS = tuple(f"{second:02d}" for second in range(60))


def local_seconds(instant: datetime) -> int:
    """The province's wall clock at an aware `instant`, rounded down to the second."""
    if instant.tzinfo is None:
        raise ValueError("the time needs a UTC offset")
    local = instant.astimezone(PROVINCE_TIME)
    return local.toordinal() * DAY_SECONDS + local.hour * 3600 + local.minute * 60 + local.second


def closing(day: int) -> int:
    """17:00 on the day with this ordinal: the hour on every appointment slip."""
    return day * DAY_SECONDS + CLOSING_SECONDS


def closing_instant(day: int) -> datetime:
    """The same as an aware time."""
    return datetime.combine(date.fromordinal(day), time(17), PROVINCE_TIME)


def stamp(seconds: int, *, utc: bool) -> str:
    """RFC 3339 with `+07:00`, or with `Z` for desks whose software sends UTC."""
    day, second = divmod(seconds - _OFFSET_SECONDS if utc else seconds, DAY_SECONDS)
    minute, second = divmod(second, 60)
    return f"{_date(day)}{_MINUTES[minute]}{_SECONDS[second]}{'Z' if utc else '+07:00'}"


def precise_stamp(instant: datetime, *, utc: bool) -> str:
    """The same with microseconds, for events that happen now."""
    if utc:
        return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return instant.astimezone(PROVINCE_TIME).isoformat(timespec="microseconds")


@lru_cache(maxsize=4096)
def _date(day: int) -> str:
    return date.fromordinal(day).isoformat()
