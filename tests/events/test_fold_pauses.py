"""Fold rules: paused, resumed. Whether a pause counts depends on the due date: `projections.deadline`."""

import pytest

from events.case import PauseOver
from events.facts import Closed, Paused, Processed, Reopened, Resumed, Returned
from tests.events.telling import at, ignored, received, said, told


@pytest.mark.parametrize("reason", ["supplement", "verification"])
def test_a_pause_for_supplement_or_verification_stops_the_clock(reason):
    case = told(received("03-04"), said("03-05", Paused(reason)), said("03-07", Resumed()))
    assert case.steps == (PauseOver(at("03-05"), at("03-07")),)
    assert case.open_pause is None
    assert case.problems == frozenset()


@pytest.mark.parametrize("reason", ["payment", "other"])
def test_a_pause_for_payment_or_another_reason_does_not_stop_the_clock(reason):
    case = told(received("03-04"), said("03-05", Paused(reason)), said("03-07", Resumed()))
    assert case.steps == ()
    assert case.problems == frozenset()
    assert told(received("03-04"), said("03-05", Paused(reason))).open_pause is None


def test_a_pause_without_a_resumption_is_open():
    case = told(received("03-04"), said("03-05", Paused("supplement")))
    assert case.open_pause == at("03-05")
    assert case.steps == ()


def test_a_second_pause_inside_a_pause_is_ignored_and_no_problem():
    inner = said("03-06", Paused("supplement"))
    case = told(received("03-04"), said("03-05", Paused("supplement")), inner, said("03-08", Resumed()))
    assert case.steps == (PauseOver(at("03-05"), at("03-08")),)
    assert case.problems == frozenset()
    assert ignored(case) == {inner.id: "paused_while_paused"}


def test_the_reason_of_a_pause_is_that_of_its_first_fact():
    case = told(
        received("03-04"),
        said("03-05", Paused("payment")),
        said("03-06", Paused("supplement")),
        said("03-08", Resumed()),
    )
    assert case.steps == ()


def test_a_resumption_without_a_pause_is_ignored():
    resumption = said("03-05", Resumed())
    case = told(received("03-04"), resumption)
    assert case.problems == {"resumed_without_pause"}
    assert ignored(case) == {resumption.id: "resumed_without_pause"}


def test_the_second_of_two_resumptions_is_without_a_pause():
    case = told(
        received("03-04"), said("03-05", Paused("supplement")), said("03-06", Resumed()), said("03-07", Resumed())
    )
    assert case.steps == (PauseOver(at("03-05"), at("03-06")),)
    assert case.problems == {"resumed_without_pause"}


@pytest.mark.parametrize("end", [Processed(), Closed("stopped"), Returned()], ids=["processed", "closed", "returned"])
def test_an_end_closes_an_open_pause(end):
    case = told(received("03-04"), said("03-05", Paused("supplement")), said("03-07", end))
    assert case.steps == (PauseOver(at("03-05"), at("03-07")),)
    assert case.open_pause is None


def test_a_hand_over_that_is_not_the_end_does_not_close_a_pause():
    case = told(
        received("03-04"), said("03-05", Paused("supplement")), said("03-06", Returned()), said("03-08", Processed())
    )
    assert case.steps == (PauseOver(at("03-05"), at("03-08")),)


def test_on_an_ended_case_paused_is_ignored_and_resumed_is_without_a_pause():
    pause, resumption = said("03-06", Paused("supplement")), said("03-07", Resumed())
    case = told(received("03-04"), said("03-05", Processed()), pause, resumption)
    assert case.steps == ()
    assert case.open_pause is None
    assert case.problems == {"resumed_without_pause"}
    assert ignored(case) == {pause.id: "paused_after_end", resumption.id: "resumed_without_pause"}


def test_a_pause_closed_by_an_end_stays_closed_when_the_case_is_reopened():
    case = told(
        received("03-04"),
        said("03-05", Paused("supplement")),
        said("03-06", Processed()),
        said("03-07", Reopened()),
        said("03-08", Resumed()),
    )
    assert case.steps == (PauseOver(at("03-05"), at("03-06")),)
    assert case.open_pause is None
    assert case.problems == {"resumed_without_pause"}


def test_a_pause_and_its_resumption_at_one_instant_are_a_pause_of_no_length():
    case = told(received("03-04"), said("03-05", Resumed()), said("03-05", Paused("supplement")))
    assert case.steps == (PauseOver(at("03-05"), at("03-05")),)
    assert case.problems == frozenset()


def test_a_pause_before_received_at_is_walked_too():
    case = told(received("03-04"), said("03-01", Paused("supplement")), said("03-05", Resumed()))
    assert case.steps == (PauseOver(at("03-01"), at("03-05")),)
