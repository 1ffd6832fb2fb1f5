"""The scripted incident: what is told when, and what the two weeks look like before, during and after it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain

import pytest

from services.sample.incidents import CASES_ELSEWHERE, DISTRICT, LATE_CASES, LateRise
from services.sample.units import province_units

from .reading import SEED, Event, read
from .validity import assert_valid

pytestmark = pytest.mark.slow

NOON = datetime.fromisoformat("2025-06-18T12:00:00+07:00")
NEW_YEAR = datetime.fromisoformat("2026-02-22T12:00:00+07:00")
HOUR = timedelta(hours=1)
DISTRICT_UNITS = {unit.code for unit in province_units() if DISTRICT in (unit.code, unit.parent)}
OTHERS = {unit.code for unit in province_units()} - DISTRICT_UNITS


def begun(start: datetime = NOON) -> LateRise:
    return LateRise(seed=SEED, start=start, length=HOUR)


def told(incident: LateRise, start: datetime, *minutes: float) -> list[list[Event]]:
    """What comes in until each of these minutes after the start."""
    return [[read(raw) for raw in incident.events_until(start + timedelta(minutes=one))] for one in minutes]


def late_and_settled(events: Iterable[Event], units: set[str], now: datetime) -> tuple[tuple[int, int], ...]:
    """Late and all settled cases of some units in the last 7 days and in the 7 before, as the exporter has them."""
    found = list(events)
    filed = {one.case_id: one for one in found if one.name == "received"}
    void = {one.data["id"] for one in found if one.name == "retracted"}
    counts: Counter[tuple[str, bool]] = Counter()
    for one in found:
        case = filed[one.case_id]
        if one.name == "processed" and one.id not in void and case.data["unit"] in units:
            ago = (now.date() - one.time.astimezone(now.tzinfo).date()).days
            window = "7d" if ago < 7 else "prev_7d" if ago < 14 else "older"
            counts[window, one.time > datetime.fromisoformat(case.data["due"])] += 1
    return tuple((counts[window, True], counts[window, True] + counts[window, False]) for window in ("7d", "prev_7d"))


def share(counted: tuple[int, int]) -> float:
    return counted[0] / counted[1] if counted[1] else 0.0


@pytest.mark.parametrize("start", [NOON, NEW_YEAR])
@pytest.mark.parametrize("days_later", [0, 1])
def test_late_decisions_of_one_district_rise_and_the_province_as_a_whole_stays_below_five_points(
    start: datetime, days_later: int
) -> None:
    events = told(begun(start), start, 6)[0]
    now = start + timedelta(days=days_later)
    week, week_before = late_and_settled(events, DISTRICT_UNITS, now)
    assert (week, week_before) == ((LATE_CASES, LATE_CASES), (0, LATE_CASES))
    week, week_before = late_and_settled(events, OTHERS, now)
    assert (week, week_before) == ((0, CASES_ELSEWHERE), (0, CASES_ELSEWHERE))
    whole = late_and_settled(events, DISTRICT_UNITS | OTHERS, now)
    assert 0.03 < share(whole[0]) - share(whole[1]) < 0.05


def test_after_its_second_half_no_decision_is_late_any_more() -> None:
    wrong, nothing, right = told(incident := begun(), NOON, 6, 29.9, 36)
    assert nothing == []
    assert Counter(one.name for one in right) == {"retracted": LATE_CASES, "processed": LATE_CASES}
    week, week_before = late_and_settled([*wrong, *right], DISTRICT_UNITS, NOON)
    assert (week, week_before) == ((0, 0), (0, 2 * LATE_CASES))
    assert told(incident, NOON, 600) == [[]]


def test_it_begins_at_once_and_comes_in_evenly() -> None:
    calls = told(begun(), NOON, *range(7))
    assert calls[0]
    assert max(len(call) for call in calls[1:]) < 1.2 * len(calls[1])


def events_of_a_call(start: datetime) -> Iterator[Event]:
    return chain.from_iterable(told(begun(start), start, 60))


def test_every_event_is_valid_in_the_past_and_told_once() -> None:
    events = list(events_of_a_call(NOON))
    for one in events:
        assert_valid(one)
        assert one.time <= NOON + HOUR
    assert len({one.id for one in events}) == len(events)


def test_equal_arguments_give_equal_bytes_and_another_start_other_cases() -> None:
    first, again, later = (list(events_of_a_call(start)) for start in (NOON, NOON, NOON + timedelta(seconds=1)))
    assert first == again
    assert {one.case_id for one in first}.isdisjoint(one.case_id for one in later)
    assert {one.id for one in first}.isdisjoint(one.id for one in later)


def test_a_person_is_told_who_does_what_until_when() -> None:
    assert "(H99.31)" in begun().announcement
    assert "from 2025-06-18T12:30:00+07:00 on they are put right" in begun().announcement
