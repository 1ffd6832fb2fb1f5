"""Office hours and days off for Alertmanager, minute by minute against the calendar they come from."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from projections.zone import LocalDays
from services.calendars_loading import WEEKDAYS, CalendarFile, read_calendar_file
from services.monitoring.rendering import monitoring_files
from services.monitoring.site import Province
from services.monitoring.time_intervals import OfficeTimes, calendar_ends_at, office_times
from tests.services.monitoring.case_files import DEPLOY, SITE_READ

pytestmark = pytest.mark.slow

VIETNAM = read_calendar_file(DEPLOY / "calendars/vietnam.toml")
MINUTE_STEP = 15


def holds(name: str, times: OfficeTimes, day: date, minute: int) -> bool:
    """What Alertmanager's documentation says of a time interval: within one of its parts, within all that it names."""
    [parts] = [one["time_intervals"] for one in times.definitions if one["name"] == name]
    assert isinstance(parts, Sequence)
    return any(_within(part, day, minute) for part in parts if isinstance(part, Mapping))


def _within(part: Mapping[str, Any], day: date, minute: int) -> bool:
    named = {"years": day.year, "months": day.month, "days_of_month": day.day}
    return (
        WEEKDAYS[day.weekday()] in part.get("weekdays", WEEKDAYS)
        and all(_listed(value, part[name]) for name, value in named.items() if name in part)
        and (
            "times" not in part
            or any(_clock(one["start_time"]) <= minute < _clock(one["end_time"]) for one in part["times"])
        )
    )


def _listed(value: int, ranges: Sequence[str]) -> bool:
    edges = [[int(edge) for edge in text.split(":")] for text in ranges]
    return any(one[0] <= value <= one[-1] for one in edges)


def _clock(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def sends(times: OfficeTimes, day: date, minute: int) -> bool:
    active = any(holds(name, times, day, minute) for name in times.active)
    return active and not any(holds(name, times, day, minute) for name in times.muted)


def worked(found: CalendarFile, day: date, minute: int) -> bool:
    office = any(one.opens <= minute < one.closes for one in found.calendar.office_hours)
    return office and found.calendar.is_working_day(day.toordinal())


@pytest.mark.parametrize("year", [2026, 2027])
def test_messages_go_out_when_offices_work(year: int) -> None:
    times = office_times(VIETNAM)
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(365)]
    assert [
        (day, minute)
        for day in days
        for minute in range(0, 24 * 60, MINUTE_STEP)
        if sends(times, day, minute) != worked(VIETNAM, day, minute)
    ] == []


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-23T09:00", True),  # a Monday
        ("2026-11-23T12:00", False),  # noon
        ("2026-11-24T09:00", False),  # Ngày Văn hóa Việt Nam
        ("2026-08-22T09:00", True),  # a Saturday, worked for 31 August
        ("2026-08-29T09:00", False),  # another Saturday
        ("2027-02-10T09:00", False),  # the last day of Tết
        ("2027-02-11T07:30", True),
        ("2027-02-11T17:00", False),
    ],
)
def test_days_that_people_know(moment: str, expected: bool) -> None:
    day, _, clock = moment.partition("T")
    assert sends(office_times(VIETNAM), date.fromisoformat(day), _clock(clock)) is expected


def test_every_part_is_in_the_calendars_time_zone() -> None:
    parts = [part for one in office_times(VIETNAM).definitions for part in one["time_intervals"]]
    assert {part["location"] for part in parts} == {"Asia/Ho_Chi_Minh"}


def test_a_calendar_without_days_off_has_no_empty_intervals(tmp_path: Path) -> None:
    (tmp_path / "plain.csv").write_text("date,kind,name,published_at\n")
    header = (
        'name = "Plain"\ntime_zone = "Europe/Amsterdam"\nworking_week = ["monday"]\noffice_hours = ["09:00-17:00"]\n'
    )
    years = 'days = ["plain.csv"]\n[[year]]\nyear = 2027\nstatus = "decided"\nsources = ["a test"]\n'
    (tmp_path / "plain.toml").write_text(header + years)
    times = office_times(read_calendar_file(tmp_path / "plain.toml"), "-plain")
    assert times.active == ("office-hours-plain",)
    assert times.muted == ()
    assert [one["name"] for one in times.definitions] == ["office-hours-plain"]


def test_a_province_with_its_own_calendar_has_its_own_hours() -> None:
    own = Province(code="H01", name="Tỉnh Hai", calendar="../calendars/vietnam.toml")
    site = SITE_READ.model_copy(update={"province": (*SITE_READ.province, own)})
    text = monitoring_files(site, DEPLOY / "alertmanager")["alertmanager/alertmanager.yml"]
    assert text.count("active_time_intervals: [office-hours-H01, make-up-days-H01]") == 2
    assert text.count("- name: holidays-H01") == 1


def test_the_calendar_ends_at_the_local_midnight_of_a_year_that_nobody_knows() -> None:
    assert (
        calendar_ends_at(VIETNAM) == LocalDays("Asia/Ho_Chi_Minh").start_of(date(2028, 1, 1).toordinal()) // 1_000_000
    )
