"""RFC 3339 times of events and due dates; instants have microseconds."""

import pytest

from events.codec import decode
from events.facts import Received
from events.instants import instant_of, iso, moment_of
from tests.events.telling import at
from tests.events.writing import about, message


def time_of(text: str) -> int:
    return decode(message(time=text)).fact.time


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-15T08:12:00+07:00",
        "2024-01-15T01:12:00Z",
        "2024-01-15t01:12:00z",
        "2024-01-15t08:12:00+07:00",
        "2024-01-15 01:12:00Z",
        "2024-01-15T01:12:00-00:00",
        "2024-01-14T20:12:00.000-05:00",
        "2024-01-15T06:57:00.000000000+05:45",
    ],
)
def test_every_notation_of_an_instant_is_the_same_instant(text):
    assert time_of(text) == at("2024-01-15T08:12:00+07:00")


@pytest.mark.parametrize(
    ("fraction", "microseconds"),
    [
        (".5", 500_000),
        (".000001", 1),
        (".9999999", 999_999),
        (".0000009", 0),
        (".1234569", 123_456),
        (".123456999999999999999999", 123_456),
    ],
)
def test_digits_beyond_the_microsecond_are_cut_and_not_rounded(fraction, microseconds):
    for offset in ("Z", "z", "+00:00", "-00:00"):
        assert time_of(f"2024-01-15T00:00:00{fraction}{offset}") == at("2024-01-15T00:00:00+00:00") + microseconds


def test_the_last_moment_of_a_day_stays_on_its_day():
    assert iso(time_of("2024-01-15T23:59:59.9999999Z")) == "2024-01-15T23:59:59.999999Z"


def test_the_last_moment_of_a_due_day_stays_on_its_day():
    body = decode(about("received", unit="A", due="2024-12-31T23:59:59.9999999+07:00")).fact.body
    assert isinstance(body, Received)
    assert body.due == at("2025-01-01T00:00:00+07:00") - 1


def test_a_due_date_may_have_another_offset_than_the_time():
    body = decode(about("received", unit="A", due="2024-01-22T11:00:00+01:00")).fact.body
    assert body == Received("A", at("2024-01-22T17:00:00+07:00"))


def test_instants_before_1970_are_negative_and_exact():
    assert time_of("1969-12-31T23:59:59.999999Z") == -1
    assert time_of("1900-01-01T00:00:00Z") == -2_208_988_800_000_000


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+07:00", "9999-12-31T23:59:59-07:00"])
def test_a_time_at_the_edge_of_the_calendar_can_be_read(text):
    assert abs(time_of(text)) > at("2024-01-15")


@pytest.mark.parametrize("instant", [0, -1, 1, at("03-04"), at("03-04") + 1, -2_208_988_800_000_000])
def test_an_instant_is_written_so_that_it_reads_the_same(instant):
    assert time_of(iso(instant)) == instant_of(moment_of(instant)) == instant
