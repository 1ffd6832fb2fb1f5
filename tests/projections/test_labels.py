"""Labels (`domain.md`): early, on time, late; and when an open case becomes overdue."""

import pytest

from events.facts import Paused, Processed, Reopened
from projections.deadline import deadline
from projections.labels import Timeliness, open_when_due_passed, overdue_time, passes_at, timeliness
from projections.measures import POLICIES
from tests.events.telling import at, due_at, received, said, told
from tests.projections.tallying import DATE, HANOI, INSTANT

EARLY, ON_TIME, LATE = Timeliness.EARLY, Timeliness.ON_TIME, Timeliness.LATE
DUE = due_at("03-08")

EDGES = [
    # settled at                 date     instant
    ("03-07 17:00", EARLY, EARLY),
    ("03-07 23:59:59.999999", EARLY, EARLY),
    ("03-08 00:00", ON_TIME, ON_TIME),
    ("03-08 16:59:59.999999", ON_TIME, ON_TIME),
    ("03-08 17:00", ON_TIME, ON_TIME),
    ("03-08 17:00:00.000001", ON_TIME, LATE),
    ("03-08 23:59:59.999999", ON_TIME, LATE),
    ("03-09 00:00", LATE, LATE),
]


@pytest.mark.parametrize(("end", "by_date", "by_instant"), EDGES, ids=[edge[0] for edge in EDGES])
def test_the_label_of_a_case_due_on_8_march_at_17_00(end, by_date, by_instant):
    assert timeliness(at(end), DUE, DATE, HANOI) is by_date
    assert timeliness(at(end), DUE, INSTANT, HANOI) is by_instant


@pytest.mark.parametrize("policy", POLICIES)
def test_without_a_due_date_a_settled_case_is_on_time(policy):
    assert timeliness(at("03-20"), None, policy, HANOI) is ON_TIME


def test_days_are_those_of_the_reporting_time_zone_and_not_of_the_sender():
    end = at("2024-03-08T17:00:00+00:00")  # already 9 March in Vietnam
    assert timeliness(end, DUE, DATE, HANOI) is LATE
    assert timeliness(end - 1, DUE, DATE, HANOI) is ON_TIME


def test_under_date_a_case_is_overdue_from_the_first_moment_of_the_day_after_its_due_day():
    assert passes_at(DUE, at("03-04"), DATE, HANOI) == at("03-09 00:00") - 1


def test_under_instant_a_case_is_overdue_strictly_after_the_due_instant():
    assert passes_at(DUE, at("03-04"), INSTANT, HANOI) == DUE


@pytest.mark.parametrize("policy", POLICIES)
def test_a_case_received_after_its_due_date_is_overdue_from_then_on(policy):
    assert passes_at(DUE, at("03-11"), policy, HANOI) == at("03-11")


def wanted(*facts, policy=DATE, due="03-08", time="03-04"):
    case = told(received(time, due=due), *facts)
    return overdue_time(case, deadline(case, policy, HANOI), policy, HANOI)


def test_the_overdue_fact_of_an_open_case_is_of_local_midnight_or_the_due_instant():
    assert wanted() == (at("03-09 00:00"), DUE)
    assert wanted(policy=INSTANT) == (DUE, DUE)


@pytest.mark.parametrize("policy", POLICIES)
def test_the_overdue_fact_of_a_case_received_too_late_is_of_received_at(policy):
    assert wanted(time="03-11", policy=policy) == (at("03-11"), DUE)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_case_that_ended_since_is_told_overdue_all_the_same(policy):
    assert wanted(said("03-12", Processed()), policy=policy) is not None


@pytest.mark.parametrize("policy", POLICIES)
def test_a_case_settled_in_time_calls_for_no_overdue_fact(policy):
    assert wanted(said("03-07", Processed()), policy=policy) is None


@pytest.mark.parametrize("policy", POLICIES)
def test_a_paused_case_and_one_without_due_date_call_for_no_overdue_fact(policy):
    assert wanted(said("03-05", Paused("supplement")), policy=policy) is None
    assert wanted(due=None, policy=policy) is None


@pytest.mark.parametrize("policy", POLICIES)
def test_a_case_never_received_calls_for_no_overdue_fact(policy):
    case = told(said("03-05", Paused("other")))
    assert overdue_time(case, deadline(case, policy, HANOI), policy, HANOI) is None


@pytest.mark.parametrize("policy", POLICIES)
def test_a_reopened_case_was_open_throughout(policy):
    assert wanted(said("03-05", Processed()), said("03-20", Reopened()), policy=policy) is not None


def test_an_end_at_the_midnight_after_the_due_day_is_late_and_found_the_case_open():
    assert wanted(said("03-09 00:00", Processed())) == (at("03-09 00:00"), DUE)
    assert wanted(said("03-08 23:59:59.999999", Processed())) is None


def test_under_instant_an_end_at_the_due_instant_is_on_time_and_a_moment_later_late():
    assert wanted(said("03-08 17:00", Processed()), policy=INSTANT) is None
    assert wanted(said("03-08 17:00:00.000001", Processed()), policy=INSTANT) == (DUE, DUE)


def test_a_case_is_not_open_before_it_was_received():
    case = told(received("03-11"))
    assert not open_when_due_passed(case, at("03-11") - 1, DUE)
    assert open_when_due_passed(case, at("03-11"), DUE)
