"""The working calendar: which days are worked, and what was known of them when."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.calendar import Calendar, CalendarDay, DayKind, OfficeHours, entry_errors
from tests.events.telling import at

WEEK = frozenset(range(5))
HOURS = (OfficeHours(450, 690), OfficeHours(780, 1020))
LONG_AGO = at("2012-06-18T00:00:00+07:00")


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def off(text: str, published: int = LONG_AGO, **more: str) -> CalendarDay:
    return CalendarDay(day(text), DayKind.HOLIDAY, "Nghỉ", published, **more)


def worked(text: str, published: int = LONG_AGO, **more: str) -> CalendarDay:
    return CalendarDay(day(text), DayKind.MAKE_UP_WORKING_DAY, "Làm bù", published, **more)


def calendar(*entries: CalendarDay) -> Calendar:
    return Calendar(WEEK, HOURS, entries, frozenset({2025, 2026}))


def test_weekdays_of_the_week_are_worked_unless_an_entry_says_otherwise() -> None:
    swapped = calendar(off("2026-08-31"), worked("2026-08-22"), off("2026-09-02"))
    days = ["2026-08-21", "2026-08-22", "2026-08-23", "2026-08-28", "2026-08-31", "2026-09-01", "2026-09-02"]
    assert [swapped.is_working_day(day(one)) for one in days] == [True, True, False, True, False, True, False]
    assert swapped.next_working_day(day("2026-08-28")) == day("2026-09-01")


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_without_entries_the_weekday_alone_decides(one: date) -> None:
    assert calendar().is_working_day(one.toordinal()) == (one.weekday() < 5)


def test_the_entry_that_counts_can_be_shown() -> None:
    entry = off("2026-09-02")
    assert calendar(entry).entry_on(day("2026-09-02")) == entry
    assert calendar(entry).entry_on(day("2026-09-03")) is None


def test_a_calendar_as_known_at_an_instant_has_the_entries_published_by_then() -> None:
    published = at("2025-12-25T00:00:00+07:00")
    known = calendar(off("2026-01-01"), off("2026-01-02", published), worked("2026-01-10", published))
    before, since = known.as_known_at(published - 1), known.as_known_at(published)
    assert (before.is_working_day(day("2026-01-02")), before.is_working_day(day("2026-01-10"))) == (True, False)
    assert not before.is_working_day(day("2026-01-01"))
    assert since is known
    assert known.as_known_at(LONG_AGO) is before
    assert known.as_known_at(LONG_AGO - 1).entries == ()


def test_a_day_is_taken_back_by_publishing_the_other_kind_later() -> None:
    announced, revoked = at("2025-11-01"), at("2025-12-01")
    known = calendar(worked("2026-01-02", revoked), off("2026-01-02", announced))
    assert known.is_working_day(day("2026-01-02"))
    assert not known.as_known_at(announced).is_working_day(day("2026-01-02"))


def test_days_of_a_province_count_there_only_and_outweigh_those_of_the_nation() -> None:
    known = calendar(off("2026-05-05", province="H62"), off("2026-01-02", at("2025-12-25")))
    both = Calendar(WEEK, HOURS, (*known.entries, worked("2026-01-02", province="H62")), known.years)
    assert both.is_working_day(day("2026-05-05"))
    assert not both.in_province("H62").is_working_day(day("2026-05-05"))
    assert both.in_province("H62").is_working_day(day("2026-01-02"))
    assert not both.in_province("H01").is_working_day(day("2026-01-02"))


def test_a_year_without_holidays_in_the_file_is_not_covered() -> None:
    assert calendar().covers(day("2026-12-31"))
    assert not calendar().covers(day("2027-01-01"))


def test_the_version_is_of_the_content_whatever_the_order() -> None:
    entries = (off("2026-09-01"), off("2026-09-02"), worked("2026-08-22"))
    assert calendar(*entries).version == calendar(*reversed(entries)).version
    assert calendar(*entries) == calendar(*reversed(entries))


def test_the_version_of_a_content_never_changes_because_cases_keep_it() -> None:
    assert calendar(off("2026-09-02"), worked("2026-08-22")).version == (
        "8d41ea50a69e09125b1616b0bb31f8a561bcaad5317a701c76eea432aacd29b6"
    )


def test_every_part_of_the_content_makes_another_version() -> None:
    base = Calendar(WEEK, HOURS, (off("2026-09-02"),), frozenset({2026}))
    others = [
        Calendar(WEEK | {5}, HOURS, base.entries, base.years),
        Calendar(WEEK, HOURS[:1], base.entries, base.years),
        Calendar(WEEK, HOURS, (worked("2026-09-02"),), base.years),
        Calendar(WEEK, HOURS, (off("2026-09-03"),), base.years),
        Calendar(WEEK, HOURS, (off("2026-09-02", LONG_AGO + 1),), base.years),
        Calendar(WEEK, HOURS, (off("2026-09-02", province="H62"),), base.years),
        Calendar(WEEK, HOURS, (CalendarDay(day("2026-09-02"), DayKind.HOLIDAY, "Lễ", LONG_AGO),), base.years),
        Calendar(WEEK, HOURS, base.entries, frozenset({2026, 2027})),
        base.in_province("H62"),
    ]
    assert len({base.version, *(one.version for one in others)}) == 1 + len(others)


@pytest.mark.parametrize("week", [frozenset(), frozenset({7}), frozenset({-1, 0})])
def test_a_week_without_days_or_with_unknown_ones_is_refused(week: frozenset[int]) -> None:
    with pytest.raises(ValueError, match="weekdays"):
        Calendar(week, HOURS)


@pytest.mark.parametrize(
    "hours",
    [(), ((600, 600),), ((600, 500),), ((-1, 5),), ((600, 1441),), ((780, 1020), (450, 690)), ((1, 9), (8, 10))],
)
def test_office_hours_out_of_order_are_refused(hours: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ValueError, match="office hours"):
        Calendar(WEEK, tuple(OfficeHours(*one) for one in hours))


def test_entries_that_contradict_each_other_or_the_week_are_named_by_index() -> None:
    entries = [
        off("2026-09-02"),
        off("2028-01-01"),
        worked("2026-09-03"),
        worked("2026-09-02"),
        off("2026-09-02", at("2026-01-01")),
        off("2026-09-02", province="H62"),
        worked("2026-08-22"),
    ]
    found = dict(entry_errors(entries, WEEK, {2026}))
    assert {index: text.partition(":")[0] for index, text in found.items()} == {
        1: "2028-01-01 lies in a year that the header does not list",
        2: "2026-09-03 is a working day anyway",
        3: "2026-09-02 stands twice with the same published_at",
    }
