"""The live office keeps the board moving, and never runs ahead of the clock."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from services.sample.history import OpenCase
from services.sample.live import EVENTS_PER_CALL_MAX, LiveOffice

from .reading import UNTIL, Event, read
from .validity import ALLOWED, assert_valid

NIGHT = datetime.fromisoformat("2025-06-18T02:00:00+07:00")


def run(office: LiveOffice, start: datetime, seconds: int) -> list[Event]:
    calls = (office.events_until(start + timedelta(seconds=second)) for second in range(1, seconds + 1))
    return [read(raw) for call in calls for raw in call]


def test_events_lie_between_the_previous_call_and_now() -> None:
    office, previous = LiveOffice(seed=1, start=NIGHT), NIGHT
    for pause in (1.0, 0.3, 0.01, 7.5, 1.0):
        now = previous + timedelta(seconds=pause)
        times = [read(raw).time for raw in office.events_until(now)]
        assert all(previous < time <= now for time in times)
        assert times == sorted(times)
        previous = now


@pytest.mark.parametrize("rate", [0.5, 5, 40])
def test_the_rate_holds_at_night_too(rate: float) -> None:
    office = LiveOffice(seed=1, start=NIGHT, events_per_second=rate)
    assert len(run(office, NIGHT, 60)) == 60 * rate


def test_a_clock_that_stands_still_or_goes_back_brings_nothing() -> None:
    office = LiveOffice(seed=1, start=NIGHT)
    office.events_until(NIGHT + timedelta(seconds=10))
    assert office.events_until(NIGHT + timedelta(seconds=10)) == []
    assert office.events_until(NIGHT) == []
    assert len(office.events_until(NIGHT + timedelta(seconds=11))) == 5


def test_after_a_long_sleep_one_call_brings_a_limited_number_and_the_rest_is_skipped() -> None:
    office = LiveOffice(seed=1, start=NIGHT)
    morning = NIGHT + timedelta(hours=8)
    assert len(office.events_until(morning)) == EVENTS_PER_CALL_MAX
    assert len(office.events_until(morning + timedelta(seconds=1))) == 5


def test_every_live_event_is_valid_and_every_type_occurs(left_open: list[OpenCase]) -> None:
    events = run(LiveOffice(seed=1, start=UNTIL, open_cases=left_open, events_per_second=50), UNTIL, 90)
    for event in events:
        assert_valid(event)
    assert {event.name for event in events} == ALLOWED.keys()
    assert len({event.id for event in events}) == len(events)


def test_open_cases_of_the_history_are_decided_and_new_ones_come_in(left_open: list[OpenCase]) -> None:
    events = run(LiveOffice(seed=1, start=UNTIL, open_cases=left_open, events_per_second=20), UNTIL, 60)
    old = {case.case_id for case in left_open}
    assert any(event.name == "processed" and event.case_id in old for event in events)
    assert old.isdisjoint(event.case_id for event in events if event.name == "received")


def test_an_office_without_open_cases_starts_with_filings() -> None:
    events = run(LiveOffice(seed=1, start=NIGHT), NIGHT, 20)
    counts = Counter(event.name for event in events)
    assert counts["received"] > len(events) / 2


def test_the_backlog_grows_no_further_than_a_fifth_above_two_hundred(left_open: list[OpenCase]) -> None:
    events = run(LiveOffice(seed=1, start=UNTIL, open_cases=left_open, events_per_second=100), UNTIL, 60)
    counts = Counter(event.name for event in events)
    opened = len(left_open) + counts["received"] + counts["reopened"] + counts["retracted"]
    assert 150 < opened - counts["processed"] - counts["closed"] < 250


def test_a_restart_repeats_neither_cases_nor_event_ids() -> None:
    later = NIGHT + timedelta(seconds=90)
    first = run(LiveOffice(seed=1, start=NIGHT), NIGHT, 60)
    second = run(LiveOffice(seed=1, start=later), later, 60)
    assert {event.id for event in first}.isdisjoint(event.id for event in second)
    assert {event.case_id for event in first}.isdisjoint(event.case_id for event in second)


def test_the_same_calls_bring_the_same_bytes(left_open: list[OpenCase]) -> None:
    first, second = (run(LiveOffice(seed=1, start=UNTIL, open_cases=left_open), UNTIL, 30) for _ in range(2))
    assert first == second
