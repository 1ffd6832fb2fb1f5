"""Times as the portal writes them: `yyyyMMddHHmmss` in local time; a day alone and RFC 3339 are understood, too."""

import re
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final

from services.importing.times import BareDate, Instant, read_instant

MOMENT: Final = re.compile(r"\d{14}", re.ASCII)
DAY: Final = re.compile(r"\d{8}", re.ASCII)
TICK: Final = timedelta(microseconds=1)
"""The least step of time: what comes right after something else comes a tick later."""


@lru_cache(maxsize=65_536)  # the rows of a file name the same times again and again
def portal_instant(text: str, zone: tzinfo, bare_date: BareDate) -> Instant:
    """The instant of a cell. Raises ValueError, with the text, for what is none."""
    if MOMENT.fullmatch(text):
        return read_instant(_spelled(text), zone, bare_date)
    if DAY.fullmatch(text):
        return read_instant(_day(text), zone, bare_date)
    try:
        return read_instant(text, zone, bare_date)
    except ValueError:
        raise ValueError(f"{text!r} is no time such as 20240115081200") from None


def _day(text: str) -> str:
    return f"{text[:4]}-{text[4:6]}-{text[6:8]}"


def _spelled(text: str) -> str:
    return f"{_day(text)}T{text[8:10]}:{text[10:12]}:{text[12:14]}"


def later(instant: Instant, by: timedelta = TICK) -> Instant:
    """The instant `by` after this one, with the offset it came with."""
    return Instant(instant.moment + by, instant.utc + by)


@lru_cache(maxsize=65_536)
def digits(instant: Instant) -> str:
    """Twenty digits in UTC, in whose order texts sort as the instants do: `20240115011200000000`."""
    return instant.utc.strftime("%Y%m%d%H%M%S%f").zfill(20)


def latest(instants: list[Instant]) -> Instant:
    """The latest of one or more."""
    return max(instants, key=_utc)


def _utc(instant: Instant) -> datetime:
    return instant.utc
