"""The calendar of Vietnam that is shipped: what the law and the notices say, and another source beside it."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import holidays
import pytest

from projections.calendar import Calendar, CalendarDay, DayKind
from projections.time_limits import LimitUnit, TimeLimit, due_of
from projections.zone import LocalDays, date_of
from services.calendars_loading import read_calendar_file
from tests.events.telling import at

FILE = Path(__file__).parents[2] / "deploy" / "calendars" / "vietnam.toml"
VIETNAM = read_calendar_file(FILE)
CALENDAR: Calendar = VIETNAM.calendar
YEARS = range(2018, 2028)
HANOI = LocalDays("Asia/Ho_Chi_Minh")


def dates(kind: DayKind) -> dict[date, CalendarDay]:
    return {date_of(entry.day): entry for entry in CALENDAR.entries if entry.kind is kind}


HOLIDAYS = dates(DayKind.HOLIDAY)
MAKE_UPS = dates(DayKind.MAKE_UP_WORKING_DAY)

# What `holidays` (the release in requirements/dev.txt) says otherwise, and why. A newer release that agrees makes the
# test fail: then its row goes.
NOTICE_2025 = "swap by 8726/VPCP-KGVX and 6150/TB-BLĐTBXH of 2024; the package has swaps up to 2024 only"
NOTICE_2026 = "swap by 12729/VPCP-KGVX of 25/12/2025; the package has swaps up to 2024 only"
NATIONAL_DAY_2026 = "swap by 9441/TB-BNV of 16/10/2025; the package has swaps up to 2024 only"
CULTURE_DAY = "new in Nghị quyết 28/2026/QH16; the package does not know it yet"
HOLIDAY_HERE_ONLY = {
    date(2025, 5, 2): NOTICE_2025,
    date(2026, 1, 2): NOTICE_2026,
    date(2026, 8, 31): NATIONAL_DAY_2026,
    date(2026, 11, 24): CULTURE_DAY,
    date(2027, 11, 24): CULTURE_DAY,
}
HOLIDAY_THERE_ONLY = {
    date(2025, 2, 1): "a Saturday; the package counts Tết from 29/12 to 4/1 each year, the notice chose 28/12 to 3/1",
}
MAKE_UP_HERE_ONLY = {
    date(2025, 4, 26): NOTICE_2025,
    date(2026, 1, 10): NOTICE_2026,
    date(2026, 8, 22): NATIONAL_DAY_2026,
}


def test_the_holidays_package_differs_only_where_it_is_explained() -> None:
    package = holidays.country_holidays("VN", years=YEARS)
    assert set(HOLIDAYS) - set(package) == set(HOLIDAY_HERE_ONLY)
    assert set(package) - set(HOLIDAYS) == set(HOLIDAY_THERE_ONLY)
    worked = {day for day in package.weekend_workdays if day.year in YEARS}
    assert set(MAKE_UPS) - worked == set(MAKE_UP_HERE_ONLY)
    assert worked <= set(MAKE_UPS)


def test_what_is_worked_differs_from_the_package_on_those_days_only() -> None:
    package = holidays.country_holidays("VN", years=YEARS)
    days = [date(2018, 1, 1) + timedelta(n) for n in range((date(2028, 1, 1) - date(2018, 1, 1)).days)]
    differ = {day for day in days if CALENDAR.is_working_day(day.toordinal()) != package.is_working_day(day)}
    assert differ == {*HOLIDAY_HERE_ONLY, *MAKE_UP_HERE_ONLY}


@pytest.mark.parametrize(
    ("received", "amount", "expected"),
    [
        ("2026-02-12", 5, "2026-02-26"),  # AC-19
        ("2026-08-20", 2, "2026-08-22"),  # AC-20
        ("2025-04-29", 1, "2025-05-05"),  # AC-21
        ("2025-04-25", 1, "2025-04-26"),  # AC-21
        ("2018-12-28", 1, "2019-01-02"),
        ("2024-05-03", 1, "2024-05-04"),
        ("2026-11-23", 1, "2026-11-25"),
    ],
)
def test_ac_19_to_21_hold_with_the_calendar_that_is_shipped(received: str, amount: int, expected: str) -> None:
    known = CALENDAR.as_known_at(at(received))
    due = due_of(at(received), TimeLimit(amount, LimitUnit.WORKING_DAYS), known, HANOI)
    assert str(date_of(HANOI.day_of(due))) == expected


@pytest.mark.parametrize("year", YEARS)
def test_each_year_has_the_holidays_of_the_law(year: int) -> None:
    names = [entry.name for day, entry in HOLIDAYS.items() if day.year == year and "hoán đổi" not in entry.name]
    count = Counter(name.partition(" (")[0] for name in names if "nghỉ bù" not in name)
    assert count == {
        "Tết Dương lịch": 1,
        "Tết Nguyên đán": 5,
        "Giỗ Tổ Hùng Vương": 1,
        "Ngày Chiến thắng": 1,
        "Ngày Quốc tế lao động": 1,
        "Quốc khánh": 2 if year >= 2021 else 1,
        **({"Ngày Văn hóa Việt Nam": 1} if year >= 2026 else {}),
    }


@pytest.mark.parametrize("year", YEARS)
def test_each_holiday_on_a_weekly_day_off_is_made_up(year: int) -> None:
    of_year = {day: entry.name for day, entry in HOLIDAYS.items() if day.year == year}
    at_weekends = [day for day in of_year if day.weekday() >= 5]
    made_up = [day for day, name in of_year.items() if "nghỉ bù" in name]
    assert len(made_up) == len(at_weekends)
    assert all(day.weekday() < 5 for day in made_up)


def test_each_swap_gives_a_weekday_for_a_saturday() -> None:
    swapped = [day for day, entry in HOLIDAYS.items() if "hoán đổi" in entry.name]
    assert len(swapped) == len(MAKE_UPS) == 6
    assert all(day.weekday() < 5 for day in swapped)
    assert all(day.weekday() == 5 for day in MAKE_UPS)
    for day in swapped:
        named = HOLIDAYS[day].name.partition("làm bù ")[2].rstrip(")")
        worked = date(*map(int, reversed(named.split("/"))))
        assert MAKE_UPS[worked].name == f"Làm bù cho ngày {day.day}/{day.month}/{day.year}"
        assert MAKE_UPS[worked].published_at == HOLIDAYS[day].published_at


def test_every_day_was_published_before_it_came() -> None:
    assert all(entry.published_at < HANOI.start_of(entry.day) for entry in CALENDAR.entries)


def test_each_year_names_its_sources_and_how_sure_it_is() -> None:
    assert [one.year for one in VIETNAM.years] == list(YEARS)
    assert {one.year for one in VIETNAM.years if one.status != "decided"} == {2027}


def test_a_working_day_has_eight_hours() -> None:
    assert sum(hours.closes - hours.opens for hours in CALENDAR.office_hours) == 8 * 60
