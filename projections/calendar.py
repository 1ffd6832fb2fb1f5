"""The working calendar: which days are worked, at which hours, and since when that was known.

Days are ordinals, hours are minutes after local midnight, publication times are instants. A calendar has no time zone
of its own: it speaks of local days and wall times, and whoever asks brings the `LocalDays`.
"""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Final

from msgspec import Struct

from events.instants import iso
from projections.zone import date_of

MINUTES_OF_DAY: Final = 24 * 60
_DAYS_OF_WEEK: Final = 7


class DayKind(StrEnum):
    """What a day in the calendar is, whatever its weekday."""

    HOLIDAY = "holiday"
    MAKE_UP_WORKING_DAY = "make_up_working_day"


class OfficeHours(Struct, frozen=True, order=True):
    """Wall times `[opens, closes)` of every working day, in minutes after local midnight; `closes` is at most 1440."""

    opens: int
    closes: int


class CalendarDay(Struct, frozen=True):
    """One published day: `published_at` is the instant since which it is known; `province` is empty for the nation."""

    day: int
    kind: DayKind
    name: str
    published_at: int
    province: str = ""


@dataclass(frozen=True)
class Calendar:
    """One version of the working calendar.

    `working_week` has weekdays from 0, Monday. `office_hours` follow one another without overlap and hold for every
    working day. `years` are those whose holidays are in `entries`. Days of a province count in `in_province` only.
    Of several entries for a day the province's outweighs the nation's, then the one published last counts, so that a
    day is taken back by publishing the other kind. Raises ValueError for a week without days or hours out of order.
    """

    working_week: frozenset[int]
    office_hours: tuple[OfficeHours, ...]
    entries: tuple[CalendarDay, ...] = ()
    years: frozenset[int] = frozenset()
    province: str = ""

    def __post_init__(self) -> None:
        if not self.working_week or not self.working_week <= frozenset(range(_DAYS_OF_WEEK)):
            raise ValueError("the working week needs at least one of the weekdays 0 to 6")
        if error := hours_error(self.office_hours):
            raise ValueError(error)
        object.__setattr__(self, "entries", tuple(sorted(self.entries, key=_by_publication)))

    def is_working_day(self, day: int) -> bool:
        """Whether offices work on a day: its entry says so, or else its weekday."""
        entry = self._counting.get(day)
        if entry is None:
            return (day - 1) % _DAYS_OF_WEEK in self.working_week  # day 1 was a Monday
        return entry.kind is DayKind.MAKE_UP_WORKING_DAY

    def entry_on(self, day: int) -> CalendarDay | None:
        """The entry that counts for a day; None where the weekday alone decides."""
        return self._counting.get(day)

    def next_working_day(self, day: int) -> int:
        """The first working day after a day."""
        day += 1
        while not self.is_working_day(day):
            day += 1
        return day

    def covers(self, day: int) -> bool:
        """Whether the holidays of the day's year are known; beyond, weekdays alone decide."""
        return date_of(day).year in self.years

    def in_province(self, province: str) -> "Calendar":
        """The calendar with the days of a province counted beside those of the nation."""
        return replace(self, province=province)

    def as_known_at(self, instant: int) -> "Calendar":
        """The calendar of the entries published by then. Cases received before a change are counted without it."""
        known = bisect_right(self.entries, instant, key=lambda entry: entry.published_at)
        if known == len(self.entries):
            return self
        if known not in self._editions:
            self._editions[known] = replace(self, entries=self.entries[:known])
        return self._editions[known]

    @cached_property
    def _editions(self) -> dict[int, "Calendar"]:
        return {}

    @cached_property
    def version(self) -> str:
        """sha256 of the content, whatever the order of entries."""
        content = {
            "working_week": sorted(self.working_week),
            "office_hours": [[hours.opens, hours.closes] for hours in self.office_hours],
            "years": sorted(self.years),
            "province": self.province,
            "entries": sorted(
                [str(date_of(one.day)), one.kind.value, one.name, iso(one.published_at), one.province]
                for one in self.entries
            ),
        }
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def _counting(self) -> dict[int, CalendarDay]:
        own = (entry for entry in self.entries if entry.province in ("", self.province))
        return {entry.day: entry for entry in sorted(own, key=lambda one: (one.province != "", one.published_at))}


def _by_publication(entry: CalendarDay) -> tuple[int, str, int, str, str]:
    return entry.published_at, entry.province, entry.day, entry.kind.value, entry.name


def hours_error(hours: Sequence[OfficeHours]) -> str:
    """What is wrong with office hours; empty for good ones."""
    if not hours:
        return "there must be office hours on a working day"
    if any(not 0 <= one.opens < one.closes <= MINUTES_OF_DAY for one in hours):
        return "office hours must open before they close, within one day"
    if any(after.opens < before.closes for before, after in pairwise(hours)):
        return "office hours must follow one another without overlap"
    return ""


def entry_errors(
    entries: Sequence[CalendarDay], working_week: frozenset[int], years: Iterable[int]
) -> Iterator[tuple[int, str]]:
    """What is wrong with entries that come together: index and a sentence that says what to do."""
    known = frozenset(years)
    first: dict[tuple[int, str, int], int] = {}
    holidays = {entry.day for entry in entries if entry.kind is DayKind.HOLIDAY}
    for index, entry in enumerate(entries):
        day = date_of(entry.day)
        if day.year not in known:
            yield index, f"{day} lies in a year that the header does not list: correct the date or add the year"
        if first.setdefault((entry.day, entry.province, entry.published_at), index) != index:
            yield index, f"{day} stands twice with the same published_at: remove one, or say when it was changed"
        if entry.kind is DayKind.MAKE_UP_WORKING_DAY and day.weekday() in working_week and entry.day not in holidays:
            yield index, f"{day} is a working day anyway: a make-up day is a day off that is worked; correct the date"
