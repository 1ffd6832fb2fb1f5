"""Fold rules: rescheduled."""

import pytest

from events.case import DueSet, PauseOver
from events.facts import Paused, Processed, Reopened, Resumed
from tests.events.telling import at, due_at, ignored, received, rescheduled, said, told


@pytest.mark.parametrize("reason", ["supplement", "calendar", "correction"])
def test_a_rescheduling_for_supplement_calendar_or_correction_sets_the_due_date(reason):
    case = told(received("03-04"), rescheduled("03-05", "03-20", reason))
    assert case.steps == (DueSet(due_at("03-20")),)
    assert not case.apologised
    assert case.problems == frozenset()


def test_an_apology_sets_no_due_date_and_marks_the_case_apologised():
    case = told(received("03-04"), rescheduled("03-05", "03-20", "apology"))
    assert case.steps == ()
    assert case.apologised


@pytest.mark.parametrize("reason", ["supplement", "apology"])
def test_a_rescheduling_after_the_end_is_ignored_and_no_problem(reason):
    late = rescheduled("03-06", "03-20", reason)
    case = told(received("03-04"), said("03-05", Processed()), late)
    assert case.steps == ()
    assert not case.apologised
    assert case.problems == frozenset()
    assert ignored(case) == {late.id: "rescheduled_after_end"}


def test_a_rescheduling_ignored_after_an_end_stays_ignored_when_the_case_is_reopened():
    case = told(received("03-04"), said("03-05", Processed()), rescheduled("03-06", "03-20"), said("03-07", Reopened()))
    assert case.steps == ()


def test_a_rescheduling_before_received_at_is_walked_too():
    case = told(received("03-04"), rescheduled("03-01", "03-20"))
    assert case.steps == (DueSet(due_at("03-20")),)


def test_reschedulings_and_pauses_are_walked_in_the_order_of_their_times():
    case = told(
        rescheduled("03-09", "03-25"),
        said("03-08", Resumed()),
        said("03-06", Paused("supplement")),
        rescheduled("03-05", "03-20"),
        received("03-04"),
    )
    assert case.steps == (DueSet(due_at("03-20")), PauseOver(at("03-06"), at("03-08")), DueSet(due_at("03-25")))


def test_a_rescheduling_inside_a_pause_interrupts_it_and_the_pause_never_counted():
    case = told(
        received("03-04"), said("03-05", Paused("supplement")), rescheduled("03-06", "03-20"), said("03-08", Resumed())
    )
    assert case.steps == (DueSet(due_at("03-20")),)
    assert case.problems == frozenset()


def test_a_rescheduling_inside_an_open_pause_leaves_no_pause_that_counts():
    case = told(received("03-04"), said("03-05", Paused("supplement")), rescheduled("03-06", "03-20"))
    assert case.open_pause is None


def test_an_interrupted_pause_still_lasts_until_it_is_resumed():
    inner = said("03-07", Paused("supplement"))
    case = told(
        received("03-04"),
        said("03-05", Paused("supplement")),
        rescheduled("03-06", "03-20"),
        inner,
        said("03-08", Resumed()),
    )
    assert case.steps == (DueSet(due_at("03-20")),)
    assert ignored(case) == {inner.id: "paused_while_paused"}


def test_an_apology_inside_a_pause_does_not_interrupt_it():
    case = told(
        received("03-04"),
        said("03-05", Paused("supplement")),
        rescheduled("03-06", "03-20", "apology"),
        said("03-08", Resumed()),
    )
    assert case.steps == (PauseOver(at("03-05"), at("03-08")),)


def test_a_rescheduling_at_the_instant_a_pause_begins_interrupts_it():
    case = told(
        received("03-04"), said("03-05", Paused("supplement")), rescheduled("03-05", "03-20"), said("03-08", Resumed())
    )
    assert case.steps == (DueSet(due_at("03-20")),)


def test_a_rescheduling_at_the_instant_a_pause_ends_comes_after_it():
    case = told(
        received("03-04"), said("03-05", Paused("supplement")), rescheduled("03-08", "03-20"), said("03-08", Resumed())
    )
    assert case.steps == (PauseOver(at("03-05"), at("03-08")), DueSet(due_at("03-20")))
