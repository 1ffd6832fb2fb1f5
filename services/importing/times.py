"""Time cells: what is written in a cell, as a time with an offset and as a UTC instant.

Read are RFC 3339 and `YYYY-MM-DD[ T]HH:MM[:SS[.f…]][offset]`, and any `strptime` format the mapping names.
Digits beyond the microsecond are cut off. A time without an offset is local: in the hour that occurs twice it
is the first, and a time that a clock change leaves out is the instant `zoneinfo` gives.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final, Literal, NamedTuple

BareDate = Literal["starts", "ends"]
"""What a date alone means: its first instant, or its last microsecond, as a legal day ends at 24:00."""

MICROSECOND: Final = timedelta(microseconds=1)
MINUTE: Final = timedelta(minutes=1)
DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
DATE_TIME: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?", re.ASCII
)
TIME_OF_DAY: Final = re.compile(r"%-?[HIMSfpcXsTRr]")


class Instant(NamedTuple):
    """The same instant twice: `moment` with the offset it came with, `utc` with none."""

    moment: datetime
    utc: datetime


def read_instant(text: str, zone: tzinfo, bare_date: BareDate, form: str | None = None) -> Instant:
    """The instant a cell names; `zone` is for times without offset. Raises ValueError saying why not."""
    try:
        moment = _iso_moment(text, zone, bare_date) if form is None else _formed(text, zone, bare_date, form)
        utc = moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text!r} is outside the years 1 to 9999") from None
    return Instant(moment, utc)


def has_time_of_day(form: str) -> bool:
    """Whether a `strptime` format reads more than a date."""
    return TIME_OF_DAY.search(form.replace("%%", "")) is not None


def _iso_moment(text: str, zone: tzinfo, bare_date: BareDate) -> datetime:
    if DATE_TIME.fullmatch(text):
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else _whole_minutes(moment.replace(tzinfo=zone))
    if DATE.fullmatch(text):
        return _of_date(date.fromisoformat(text), zone, bare_date)
    tidy = _tidy(text)
    if tidy != text and DATE_TIME.fullmatch(tidy):
        return _iso_moment(tidy, zone, bare_date)
    raise ValueError(f"{text!r} is no time such as 2024-01-15T08:12:00+07:00 or 2024-01-15 08:12")


def _tidy(text: str) -> str:
    """Without the blank some databases put before the offset, and with the capitals RFC 3339 waives."""
    return text[:11].upper() + text[11:].replace(" ", "").upper()


@lru_cache(maxsize=8_192)  # strptime is slow, and the rows of a file name the same days again and again
def _formed(text: str, zone: tzinfo, bare_date: BareDate, form: str) -> datetime:
    try:
        moment = datetime.strptime(text, form)  # noqa: DTZ007 - the zone follows where the format has none
    except ValueError:
        if DATE_TIME.fullmatch(text) or DATE.fullmatch(text):
            return _iso_moment(text, zone, bare_date)  # a true date among texts, as spreadsheets have them
        raise
    if not has_time_of_day(form):
        return _of_date(moment.date(), zone, bare_date)
    return _whole_minutes(moment if moment.tzinfo else moment.replace(tzinfo=zone))


@lru_cache(maxsize=8_192)
def _of_date(day: date, zone: tzinfo, bare_date: BareDate) -> datetime:
    if bare_date == "starts":
        return _whole_minutes(datetime.combine(day, time(), zone))
    following_midnight = datetime.combine(day + timedelta(days=1), time(), zone)
    return _whole_minutes((following_midnight.astimezone(UTC) - MICROSECOND).astimezone(zone))


def _whole_minutes(moment: datetime) -> datetime:
    """In UTC where the offset has seconds: local mean time, before the time zones, has them and RFC 3339 has not."""
    offset = moment.utcoffset()
    return moment.astimezone(UTC) if offset is None or offset % MINUTE else moment
