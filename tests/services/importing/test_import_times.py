"""Time cells: notations, clock changes, dates alone, and what is refused."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.importing.times import BareDate, read_instant

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-01-15T08:12:00+07:00", "2024-01-15T08:12:00+07:00"),
        ("2024-01-15 08:12", "2024-01-15T08:12:00+07:00"),
        ("2024-01-15T08:12:30", "2024-01-15T08:12:30+07:00"),
        ("2024-01-15 08:12:30.5", "2024-01-15T08:12:30.500000+07:00"),
        ("2024-01-15 08:12:30.1234569", "2024-01-15T08:12:30.123456+07:00"),
        ("2024-01-15 08:12:30.123456999999Z", "2024-01-15T08:12:30.123456+00:00"),
        ("2024-01-15t08:12:30z", "2024-01-15T08:12:30+00:00"),
        ("2024-01-15 08:12:30 -0530", "2024-01-15T08:12:30-05:30"),
        ("2024-01-15 01:12:30+00", "2024-01-15T01:12:30+00:00"),
        ("2024-01-15", "2024-01-15T00:00:00+07:00"),
    ],
)
def test_a_time_is_read_and_keeps_its_own_offset(text: str, moment: str) -> None:
    assert read_instant(text, HANOI, "starts").moment.isoformat() == moment


@pytest.mark.parametrize(
    "text",
    [
        "15/01/2024",
        "2024-1-15",
        "20240115",
        "2024-W03-1",
        "2024-01-15T08",
        "2024-01-15T0812",
        "2024-02-30",
        "2024-01-15 25:00",
        "2024-01-15 08:12:60",
        "2024-01-15T08:12:00,5",
        "2024-01-15T08:12:00+24:00",
        "٢٠٢٤-٠١-١٥",
        "45306",
        "0001-01-01 00:00",
        "9999-12-31T23:59:59-05:00",
        "soon",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"year|time|day|hour|second|offset|date"):
        read_instant(text, HANOI, "starts")


@pytest.mark.parametrize(
    ("text", "bare_date", "utc"),
    [
        ("2024-10-27 02:30", "starts", "2024-10-27T00:30:00+00:00"),  # occurs twice: the first
        ("2024-03-31 02:30", "starts", "2024-03-31T01:30:00+00:00"),  # does not occur
        ("2024-10-27", "ends", "2024-10-27T22:59:59.999999+00:00"),  # a day of 25 hours
        ("2024-03-31", "ends", "2024-03-31T21:59:59.999999+00:00"),  # a day of 23 hours
        ("2024-03-31", "starts", "2024-03-30T23:00:00+00:00"),
    ],
)
def test_clock_changes_move_local_times(text: str, bare_date: BareDate, utc: str) -> None:
    assert read_instant(text, AMSTERDAM, bare_date).utc.isoformat() == utc


def test_a_day_ends_with_the_second_of_two_equal_hours() -> None:
    azores = ZoneInfo("America/Asuncion")  # clocks went back from 24:00 to 23:00 on 23 March 2024
    assert read_instant("2024-03-23", azores, "ends").moment.isoformat() == "2024-03-23T23:59:59.999999-04:00"


def test_local_mean_time_is_written_in_utc_as_its_offset_has_seconds() -> None:
    assert datetime(1910, 6, 1, 12, tzinfo=HANOI).utcoffset() == timedelta(hours=7, minutes=6, seconds=30)
    assert read_instant("1910-06-01 12:00", HANOI, "starts").moment.isoformat() == "1910-06-01T04:53:30+00:00"


@pytest.mark.parametrize(
    ("text", "form", "moment"),
    [
        ("15/01/2024 08:12", "%d/%m/%Y %H:%M", "2024-01-15T08:12:00+07:00"),
        ("15/01/2024", "%d/%m/%Y", "2024-01-15T23:59:59.999999+07:00"),
        ("15.01.24 08:12 +0100", "%d.%m.%y %H:%M %z", "2024-01-15T08:12:00+01:00"),
        ("2024-01-15", "%d/%m/%Y", "2024-01-15T23:59:59.999999+07:00"),  # a true date among texts
        ("100% 15/01/2024", "100%% %d/%m/%Y", "2024-01-15T23:59:59.999999+07:00"),
    ],
)
def test_a_format_reads_other_notations(text: str, form: str, moment: str) -> None:
    assert read_instant(text, HANOI, "ends", form).moment.isoformat() == moment


def test_a_cell_that_does_not_fit_the_format_is_refused() -> None:
    with pytest.raises(ValueError, match="does not match format"):
        read_instant("01/15/2024", HANOI, "starts", "%d/%m/%Y")


MOMENTS = st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds of local times
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(MOMENTS, OFFSETS, st.sampled_from("T "))
def test_every_notation_of_an_instant_is_read_as_that_instant(moment: datetime, offset: timezone, sign: str) -> None:
    read = read_instant(moment.astimezone(offset).isoformat(sep=sign), HANOI, "starts")
    assert read.utc == moment
    assert read.moment.utcoffset() == offset.utcoffset(None)
