"""Effective due (`domain.md`), sentence by sentence, under both policies."""

import pytest

from events.facts import Closed, Paused, Processed, Received, Resumed
from projections.deadline import Deadline, deadline
from projections.measures import POLICIES
from projections.zone import LocalDays
from tests.events.telling import at, due_at, received, rescheduled, said, told
from tests.projections.tallying import DATE, HANOI, INSTANT


def found(*facts, policy=DATE) -> Deadline:
    return deadline(told(received("03-04"), *facts), policy, HANOI)


def pause(begin: str, end: str | None = None, reason: str = "supplement"):
    begun = said(begin, Paused(reason))
    return [begun] if end is None else [begun, said(end, Resumed())]


@pytest.mark.parametrize("policy", POLICIES)
def test_it_starts_from_the_due_date_of_received(policy):
    assert found(policy=policy) == Deadline(due_at("03-08"), None, ())
    assert found(policy=policy).due == due_at("03-08")


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("reason", ["supplement", "calendar", "correction"])
def test_a_rescheduling_that_counts_sets_it_earlier_or_later(policy, reason):
    assert found(rescheduled("03-05", "03-20", reason), policy=policy).due == due_at("03-20")
    assert found(rescheduled("03-05", "03-06", reason), policy=policy).due == due_at("03-06")


@pytest.mark.parametrize("policy", POLICIES)
def test_an_apology_does_not_move_it(policy):
    assert found(rescheduled("03-05", "03-20", "apology"), policy=policy).due == due_at("03-08")


@pytest.mark.parametrize("policy", POLICIES)
def test_the_last_of_several_reschedulings_stands(policy):
    facts = rescheduled("03-06", "03-15"), rescheduled("03-05", "03-20")
    assert found(*facts, policy=policy).due == due_at("03-15")


@pytest.mark.parametrize("policy", POLICIES)
def test_facts_before_received_at_are_walked_too(policy):
    assert found(rescheduled("03-01", "03-20"), policy=policy).due == due_at("03-20")
    assert found(*pause("03-01", "03-03"), policy=policy).due == due_at("03-10")


@pytest.mark.parametrize("policy", POLICIES)
def test_a_rescheduling_also_counts_after_the_due_date_has_passed(policy):
    assert found(rescheduled("03-12", "03-20"), policy=policy).due == due_at("03-20")


@pytest.mark.parametrize("policy", POLICIES)
def test_a_clock_stopping_pause_moves_it_by_its_length_when_it_ends(policy):
    expected = Deadline(due_at("03-10"), None, ((at("03-05"), at("03-07")),))
    assert found(*pause("03-05", "03-07"), policy=policy) == expected
    assert found(*pause("03-05", "03-07", "verification"), policy=policy) == expected


def test_under_date_the_length_is_in_local_days_and_the_wall_time_is_kept():
    assert found(*pause("03-05 00:00", "03-06 23:59")).due == due_at("03-09")
    assert found(*pause("03-05 23:59", "03-06 00:00")).due == due_at("03-09")
    assert found(*pause("03-05 08:00", "03-05 20:00")).due == due_at("03-08")


def test_under_date_the_wall_time_is_kept_where_the_clocks_change_in_between():
    reception = said("2024-03-28T10:00:00+01:00", Received("A", at("2024-03-29T17:00:00+01:00")))
    facts = said("2024-03-29T10:00:00+01:00", Paused("supplement")), said("2024-04-02T12:00:00+02:00", Resumed())
    amsterdam = LocalDays("Europe/Amsterdam")
    assert deadline(told(reception, *facts), DATE, amsterdam).due == at("2024-04-02T17:00:00+02:00")
    assert deadline(told(reception, *facts), INSTANT, amsterdam).due == at("2024-04-02T19:00:00+02:00")


def test_under_instant_the_length_is_the_exact_duration():
    assert found(*pause("03-05 23:59", "03-06 00:00"), policy=INSTANT).due == at("03-08 17:01")
    assert found(*pause("03-05 08:00", "03-05 20:00"), policy=INSTANT).due == at("03-09 05:00")


@pytest.mark.parametrize("policy", POLICIES)
def test_pauses_that_do_not_stop_the_clock_do_not_move_it(policy):
    expected = Deadline(due_at("03-08"), None, ())
    for reason in ("payment", "other"):
        assert found(*pause("03-05", "03-07", reason), policy=policy) == expected
        assert found(*pause("03-05", reason=reason), policy=policy) == expected


def test_under_date_a_pause_that_began_on_the_due_day_counts_at_whatever_hour():
    assert found(*pause("03-08 23:59:59.999999", "03-11")).due == due_at("03-11")
    assert found(*pause("03-09 00:00", "03-11")).due == due_at("03-08")


def test_under_instant_a_pause_that_began_at_the_due_instant_counts_and_a_moment_later_does_not():
    assert found(*pause("03-08 17:00", "03-08 18:00"), policy=INSTANT).due == at("03-08 18:00")
    assert found(*pause("03-08 17:00:00.000001", "03-08 18:00"), policy=INSTANT).due == due_at("03-08")


@pytest.mark.parametrize("policy", POLICIES)
def test_a_pause_that_began_after_the_due_date_cures_nothing(policy):
    expected = Deadline(due_at("03-08"), None, ())
    assert found(*pause("03-10", "03-12"), policy=policy) == expected
    assert found(*pause("03-10"), policy=policy) == expected


@pytest.mark.parametrize("policy", POLICIES)
def test_each_pause_is_held_against_the_due_date_at_that_point(policy):
    in_time = found(*pause("03-05", "03-07"), *pause("03-09", "03-11"), policy=policy)
    assert in_time.due == due_at("03-12")
    too_late = found(*pause("03-05", "03-06"), *pause("03-10", "03-12"), policy=policy)
    assert too_late.due == due_at("03-09")
    after_shortening = found(rescheduled("03-05", "03-05"), *pause("03-06", "03-07"), policy=policy)
    assert after_shortening.due == due_at("03-05")


@pytest.mark.parametrize("policy", POLICIES)
def test_a_pause_before_the_last_counting_rescheduling_is_replaced_by_it(policy):
    facts = *pause("03-05", "03-07"), rescheduled("03-08", "03-20")
    assert found(*facts, policy=policy) == Deadline(due_at("03-20"), None, ((at("03-05"), at("03-07")),))


@pytest.mark.parametrize("policy", POLICIES)
def test_a_rescheduling_inside_a_pause_interrupts_it(policy):
    expected = Deadline(due_at("03-20"), None, ())
    closed = *pause("03-05", "03-12"), rescheduled("03-06", "03-20")
    assert found(*closed, policy=policy) == expected
    still_open = *pause("03-05"), rescheduled("03-06", "03-20")
    assert found(*still_open, policy=policy) == expected


@pytest.mark.parametrize("policy", POLICIES)
def test_an_apology_inside_a_pause_does_not_interrupt_it(policy):
    facts = *pause("03-05", "03-07"), rescheduled("03-06", "03-20", "apology")
    assert found(*facts, policy=policy).due == due_at("03-10")


@pytest.mark.parametrize("policy", POLICIES)
def test_while_a_counting_pause_is_open_there_is_no_effective_due(policy):
    paused = found(*pause("03-05"), policy=policy)
    assert paused.due is None
    assert paused.standing == due_at("03-08")
    assert paused.paused_since == at("03-05")


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("end", [Processed(), Closed("stopped")], ids=["processed", "closed"])
def test_an_end_closes_the_pause_and_moves_the_due_date_to_what_it_would_have_been(policy, end):
    assert found(*pause("03-05"), said("03-07", end), policy=policy).due == due_at("03-10")


@pytest.mark.parametrize("policy", POLICIES)
def test_without_a_due_date_no_pause_counts(policy):
    reception = received("03-04", due=None)
    for facts in (pause("03-05"), pause("03-05", "03-07")):
        assert deadline(told(reception, *facts), policy, HANOI) == Deadline(None, None, ())


@pytest.mark.parametrize("policy", POLICIES)
def test_a_due_date_given_after_a_pause_is_not_moved_by_it(policy):
    facts = *pause("03-05", "03-07"), rescheduled("03-08", "03-20")
    case = told(received("03-04", due=None), *facts)
    assert deadline(case, policy, HANOI) == Deadline(due_at("03-20"), None, ())


def test_a_pause_may_count_under_one_policy_and_not_under_the_other():
    facts = pause("03-08 18:00", "03-10 18:00")
    assert found(*facts).due == due_at("03-10")
    assert found(*facts, policy=INSTANT).due == due_at("03-08")


def test_a_case_never_received_has_the_due_date_of_its_rescheduling_or_none():
    assert deadline(told(rescheduled("03-05", "03-20")), DATE, HANOI).due == due_at("03-20")
    assert deadline(told(said("03-05", Processed())), DATE, HANOI).due is None
