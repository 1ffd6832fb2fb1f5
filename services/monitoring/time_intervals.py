"""Office hours and holidays of a calendar, as Alertmanager's time intervals."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Final

from msgspec import Struct

from events.instants import SECOND
from projections.calendar import Calendar, DayKind, OfficeHours
from projections.zone import LocalDays, date_of
from services.calendars_loading import WEEKDAYS, CalendarFile
from services.monitoring.yaml_text import Value

YEARS_WRITTEN: Final = 2
"""The last years of the calendar: a year is decided in the autumn before it begins."""


class OfficeTimes(Struct, frozen=True):
    """The intervals of one calendar: messages go out while one of `active` holds and none of `muted`."""

    definitions: tuple[Mapping[str, Value], ...]
    active: tuple[str, ...]
    muted: tuple[str, ...]


def office_times(found: CalendarFile, suffix: str = "") -> OfficeTimes:
    """Office hours on the working week and on make-up days; holidays whole. `suffix` tells two calendars apart."""
    calendar, zone = found.calendar, found.time_zone
    years = sorted(calendar.years)[-YEARS_WRITTEN:]
    hours = _times(calendar.office_hours)
    week = [WEEKDAYS[number] for number in sorted(calendar.working_week)]
    made_up = _days(calendar, years, DayKind.MAKE_UP_WORKING_DAY)
    holidays = _days(calendar, years, DayKind.HOLIDAY)
    weekly: list[Mapping[str, Value]] = [{"weekdays": week, "times": hours, "location": zone}]
    named: dict[str, list[Mapping[str, Value]]] = {
        f"office-hours{suffix}": weekly,
        f"make-up-days{suffix}": [{**one, "times": hours, "location": zone} for one in made_up],
        f"holidays{suffix}": [{**one, "location": zone} for one in holidays],
    }
    office, make_up, off = named
    return OfficeTimes(
        definitions=tuple({"name": name, "time_intervals": parts} for name, parts in named.items() if parts),
        active=(office, make_up) if made_up else (office,),
        muted=(off,) if holidays else (),
    )


def calendar_ends_at(found: CalendarFile) -> int:
    """Unix time in seconds of the local midnight after the last year whose holidays are known."""
    first_unknown = date(max(found.calendar.years) + 1, 1, 1).toordinal()
    return LocalDays(found.time_zone).start_of(first_unknown) // SECOND


def _times(hours: Iterable[OfficeHours]) -> list[Mapping[str, Value]]:
    return [{"start_time": _wall(one.opens), "end_time": _wall(one.closes)} for one in hours]


def _wall(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _days(calendar: Calendar, years: Sequence[int], kind: DayKind) -> list[Mapping[str, Value]]:
    """The days of a kind by year and month, runs of days as ranges."""
    months: dict[tuple[int, int], list[int]] = defaultdict(list)
    for year in years:
        for day in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()):
            entry = calendar.entry_on(day)
            if entry is not None and entry.kind is kind:
                months[year, date_of(day).month].append(date_of(day).day)
    return [
        {"years": [str(year)], "months": [str(month)], "days_of_month": _ranges(days)}
        for (year, month), days in months.items()
    ]


def _ranges(days: Sequence[int]) -> list[str]:
    """`[4, 5, 6, 9]` as `4:6` and `9`."""
    runs = [[day for _, day in run] for _, run in groupby(enumerate(days), key=lambda pair: pair[1] - pair[0])]
    return [f"{run[0]}:{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs]
