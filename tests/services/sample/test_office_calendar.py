"""Working days, holidays and the wall clock of the province."""

from datetime import date, datetime

import pytest

from services.sample.local_time import closing_instant, local_seconds, precise_stamp, stamp
from services.sample.office_calendar import is_tet, is_working_day, last_working_day, working_day_after


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("2026-02-12", 5, "2026-02-26"),  # AC-19
        ("2026-08-20", 2, "2026-08-22"),  # AC-20
        ("2025-04-29", 1, "2025-05-05"),  # AC-21
        ("2025-04-25", 1, "2025-04-26"),  # AC-21
    ],
)
def test_working_days_skip_holidays_and_count_make_up_saturdays(day: str, count: int, expected: str) -> None:
    found = working_day_after(date.fromisoformat(day).toordinal(), count)
    assert date.fromordinal(found).isoformat() == expected


def test_nobody_works_during_tet() -> None:
    days = range(date(2024, 1, 1).toordinal(), date(2027, 12, 31).toordinal())
    closed = [day for day in days if is_tet(day)]
    assert len(closed) == 7 + 9 + 9 + 9
    assert not any(is_working_day(day) for day in closed)


def test_the_last_working_day_of_a_sunday_is_the_friday_and_of_a_friday_itself() -> None:
    friday = date(2025, 6, 13).toordinal()
    assert last_working_day(friday + 2) == friday
    assert last_working_day(friday) == friday


@pytest.mark.parametrize("text", ["2025-06-18T00:00:00+07:00", "2024-02-29T23:59:59+07:00"])
def test_a_stamp_reads_as_the_instant_it_was_made_from_with_either_offset(text: str) -> None:
    instant = datetime.fromisoformat(text)
    seconds = local_seconds(instant)
    assert stamp(seconds, utc=False) == text
    assert stamp(seconds, utc=True).endswith("Z")
    assert datetime.fromisoformat(stamp(seconds, utc=True)) == instant
    assert datetime.fromisoformat(precise_stamp(instant, utc=True)) == instant


def test_the_slip_says_five_in_the_afternoon() -> None:
    day = date(2025, 6, 18).toordinal()
    assert closing_instant(day).isoformat() == "2025-06-18T17:00:00+07:00"


def test_a_time_without_offset_is_no_instant() -> None:
    with pytest.raises(ValueError, match="offset"):
        local_seconds(datetime(2025, 6, 18))  # noqa: DTZ001 - the mistake is the point
