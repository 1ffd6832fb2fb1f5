"""The history is what the interface allows, and as messy as real senders are."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from services.sample.history import OpenCase, history
from services.sample.local_time import PROVINCE_TIME

from .reading import CASES, SEED, UNTIL, Event, read
from .validity import ALLOWED, UNITS, assert_valid

pytestmark = pytest.mark.slow

Facts = Callable[[str], list[Event]]


def test_every_event_is_one_the_interface_accepts(events: list[Event]) -> None:
    for event in events:
        assert_valid(event)


def test_every_type_but_overdue_occurs_a_few_times_in_two_thousand_cases(facts: list[Event]) -> None:
    counts = Counter(fact.name for fact in facts)
    assert counts.keys() == ALLOWED.keys()
    assert min(counts.values()) >= 3


@pytest.mark.parametrize("name", ["received", "rescheduled", "paused", "closed", "processed"])
def test_every_value_of_a_list_but_other_occurs(name: str, of_name: Facts) -> None:
    for field in ("channel", "digitised", "reason", "outcome", "paid"):
        allowed = ALLOWED[name].get(field)
        if allowed:
            assert {fact.data[field] for fact in of_name(name) if field in fact.data} == allowed - {"other"}


def test_an_event_is_written_as_in_the_interface() -> None:
    first = next(history(seed=SEED, cases=CASES, until=UNTIL))
    assert first.startswith(b'{"specversion":"1.0","id":"')
    assert b'"type":"duecourse.case.received.v1","subject":"000.00.' in first
    assert b'"datacontenttype":"application/json","data":{"unit":"H99.' in first


@pytest.mark.parametrize("hour", ["03:00:00", "08:15:00", "10:30:00.7", "16:45:00", "23:59:59"])
def test_nothing_has_a_time_after_the_end_at_any_hour_of_it(hour: str) -> None:
    until = datetime.fromisoformat(f"2025-06-18T{hour}+07:00")
    times = [read(raw).time for raw in history(seed=SEED, cases=500, until=until)]
    assert max(times) <= until
    assert max(times) > until - timedelta(days=2)
    assert min(times) > until - timedelta(days=432)


def test_an_id_comes_again_only_with_the_same_bytes(events: list[Event]) -> None:
    bodies = defaultdict(set)
    for event in events:
        bodies[event.source, event.id].add(event.raw)
    assert all(len(raw) == 1 for raw in bodies.values())
    assert 0.01 < 1 - len(bodies) / len(events) < 0.03


def test_histories_that_end_at_another_time_share_no_event_id(facts: list[Event]) -> None:
    later = history(seed=SEED, cases=CASES, until=UNTIL + timedelta(minutes=5))
    assert {fact.id for fact in facts}.isdisjoint(read(raw).id for raw in later)


def test_there_are_as_many_cases_as_asked_for(facts: list[Event]) -> None:
    assert CASES * 0.995 < len({fact.case_id for fact in facts}) <= CASES


@pytest.mark.parametrize("cases", [0, 1, 500])
def test_a_small_history_is_possible(cases: int) -> None:
    assert len({read(raw).case_id for raw in history(seed=3, cases=cases, until=UNTIL)}) <= cases


def test_a_case_has_between_three_and_five_events(facts: list[Event]) -> None:
    assert 3.3 < len(facts) / CASES < 4.5


def test_mondays_are_busier_than_thursdays_and_sundays_are_online(of_name: Facts) -> None:
    received = of_name("received")
    days = Counter(fact.time.astimezone(PROVINCE_TIME).strftime("%a") for fact in received)
    assert days["Mon"] > 1.2 * days["Thu"]
    assert days["Sun"] < 0.2 * days["Thu"]
    sundays = [fact for fact in received if fact.time.astimezone(PROVINCE_TIME).strftime("%a") == "Sun"]
    assert {fact.data["channel"] for fact in sundays} == {"online"}


def test_mornings_are_busier_than_afternoons(of_name: Facts) -> None:
    hours = [fact.time.astimezone(PROVINCE_TIME).hour for fact in of_name("received")]
    assert sum(7 <= hour < 12 for hour in hours) > sum(13 <= hour < 18 for hour in hours)


def test_no_desk_works_during_tet(facts: list[Event]) -> None:
    first, after = datetime(2025, 1, 24, 17, tzinfo=UTC), datetime(2025, 2, 2, 17, tzinfo=UTC)
    during = [fact for fact in facts if first <= fact.time < after]
    at_a_desk = [fact for fact in during if fact.name in {"processed", "transferred", "paused"}]
    assert not at_a_desk
    assert {fact.data["channel"] for fact in during if fact.name == "received"} <= {"online"}


def test_due_dates_are_at_five_in_the_afternoon_of_a_working_day(of_name: Facts) -> None:
    dues = [datetime.fromisoformat(fact.data["due"]) for fact in of_name("received") if "due" in fact.data]
    local = [due.astimezone(PROVINCE_TIME) for due in dues]
    assert {due.strftime("%H:%M:%S") for due in local} == {"17:00:00"}
    assert not any(due.strftime("%Y-%m-%d") in {"2025-01-28", "2025-04-30", "2024-09-02"} for due in local)


def test_most_is_entered_in_order_but_a_few_in_a_hundred_late(events: list[Event]) -> None:
    latest = events[0].time
    seen, behind = set(), 0
    for event in events:
        behind += event.id not in seen and event.time < latest - timedelta(hours=20)
        seen.add(event.id)
        # What the log has reached: late entries never lie ahead of it.
        latest = max(latest, event.time)
    assert 0.015 < behind / len(seen) < 0.05


def test_the_mess_of_real_senders_is_there(facts: list[Event]) -> None:
    of_case = defaultdict(list)
    for fact in facts:
        of_case[fact.case_id].append(fact)
    names = {case_id: Counter(fact.name for fact in told) for case_id, told in of_case.items()}
    assert any(count["received"] == 2 for count in names.values())
    assert any(count["returned"] and not count["processed"] for count in names.values())
    assert any(count["closed"] and not count["received"] for count in names.values())
    assert any("due" not in fact.data for fact in facts if fact.name == "received")
    assert {fact.offset for fact in facts} == {"+07:00", "Z"}
    assert any(_ended_first(told) for told in of_case.values())


def _ended_first(told: list[Event]) -> bool:
    received = [fact.time for fact in told if fact.name == "received"]
    return any(fact.name == "processed" and fact.time < min(received) for fact in told if received)


def test_a_retraction_names_a_fact_of_its_own_case(of_name: Facts) -> None:
    decisions = {(fact.case_id, fact.source, fact.id) for fact in of_name("processed")}
    for fact in of_name("retracted"):
        assert (fact.case_id, fact.data.get("source", fact.source), fact.data["id"]) in decisions


def test_the_open_cases_are_those_without_an_end(facts: list[Event], left_open: list[OpenCase]) -> None:
    taken_back = {fact.data["id"] for fact in facts if fact.name == "retracted"}
    pending: dict[str, bool] = {}
    for fact in sorted(facts, key=lambda fact: fact.time):
        if fact.name in {"received", "reopened"}:
            pending.setdefault(fact.case_id, True)
            pending[fact.case_id] |= fact.name == "reopened"
        if fact.name in {"processed", "returned", "closed"} and fact.id not in taken_back:
            pending[fact.case_id] = False
    assert {case.case_id for case in left_open} == {case_id for case_id, still in pending.items() if still}
    assert 0.02 < len(left_open) / (CASES * 365 / 425) < 0.05
    assert any(case.paused for case in left_open)
    assert any(case.due and case.due < UNTIL for case in left_open)
    assert {case.unit for case in left_open} <= UNITS


def test_some_units_are_late_often_and_the_province_in_three_to_five_of_a_hundred() -> None:
    ends: dict[str, datetime] = {}
    dues: dict[str, datetime] = {}
    # Apologies, pauses and reopened cases aside, the label is plain.
    moved = set()
    for raw in history(seed=1, cases=6_000, until=UNTIL):
        event = read(raw)
        if event.name == "processed":
            ends.setdefault(event.case_id, event.time)
        elif event.name == "received" and "due" in event.data:
            dues[event.case_id] = datetime.fromisoformat(event.data["due"])
        elif event.name in {"paused", "reopened", "retracted"}:
            moved.add(event.case_id)
    plain = [case_id for case_id in ends if case_id in dues and case_id not in moved]
    late = sum(ends[case_id] > dues[case_id] + timedelta(hours=7) for case_id in plain)
    assert 0.02 < late / len(plain) < 0.06
