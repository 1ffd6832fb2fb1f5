"""Fold rules: processed, closed, reopened."""

import pytest

from events.case import End
from events.facts import Closed, Processed, Reopened, Returned
from tests.events.telling import at, ignored, received, said, told

ENDS = [Processed(), Closed("stopped"), Returned()]


def test_processed_ends_an_open_case_as_a_settlement():
    case = told(received("03-04"), said("03-05", Processed("refused")))
    assert case.end == End(at("03-05"), settled=True)
    assert case.problems == frozenset()


@pytest.mark.parametrize("end", [Processed(), Closed("stopped")], ids=["processed", "closed"])
def test_processed_on_an_ended_case_is_processed_twice_whatever_ended_it(end):
    again = said("03-06", Processed())
    case = told(received("03-04"), said("03-05", end), again)
    assert case.end is not None
    assert case.end.time == at("03-05")
    assert case.problems == {"processed_twice"}
    assert ignored(case) == {again.id: "processed_twice"}


def test_closed_ends_a_case_without_a_decision():
    case = told(received("03-04"), said("03-05", Closed("withdrawn")))
    assert case.end == End(at("03-05"), settled=False, reason="withdrawn")
    assert case.problems == frozenset()


@pytest.mark.parametrize("end", [Processed(), Closed("stopped")], ids=["processed", "closed"])
def test_closed_after_an_end_is_ignored(end):
    late = said("03-06", Closed("withdrawn"))
    case = told(received("03-04"), said("03-05", end), late)
    assert case.end is not None
    assert case.end.time == at("03-05")
    assert case.problems == {"closed_after_end"}
    assert ignored(case) == {late.id: "closed_after_end"}


def test_at_one_instant_processed_comes_before_closed():
    case = told(received("03-04"), said("03-05", Closed("withdrawn")), said("03-05", Processed()))
    assert case.end == End(at("03-05"), settled=True)
    assert case.problems == {"closed_after_end"}


def test_an_end_before_received_at_is_the_end_all_the_same():
    case = told(received("03-04"), said("03-01", Processed()))
    assert case.end == End(at("03-01"), settled=True)


@pytest.mark.parametrize("end", ENDS, ids=["processed", "closed", "returned"])
def test_a_reopened_case_is_open_and_its_earlier_end_is_void(end):
    case = told(received("03-04"), said("03-05", end), said("03-06", Reopened()))
    assert case.end is None


def test_a_reopened_case_has_one_end_the_last():
    case = told(
        received("03-04"),
        said("03-05", Processed()),
        said("03-06", Reopened()),
        said("03-07", Closed("withdrawn")),
        said("03-08", Reopened()),
        said("03-09", Processed()),
    )
    assert case.end == End(at("03-09"), settled=True)
    assert case.problems == frozenset()


def test_facts_ignored_because_the_case_was_ended_stay_ignored():
    case = told(
        received("03-04"),
        said("03-05", Processed()),
        said("03-06", Processed()),
        said("03-07", Reopened()),
    )
    assert case.end is None
    assert case.problems == {"processed_twice"}


def test_reopened_on_an_open_case_is_ignored():
    reopening = said("03-05", Reopened())
    case = told(received("03-04"), reopening)
    assert case.problems == {"reopened_while_open"}
    assert ignored(case) == {reopening.id: "reopened_while_open"}


def test_the_second_of_two_reopenings_is_ignored():
    case = told(received("03-04"), said("03-05", Processed()), said("03-06", Reopened()), said("03-07", Reopened()))
    assert case.end is None
    assert case.problems == {"reopened_while_open"}


def test_an_end_and_a_reopening_at_one_instant_leave_the_case_open():
    case = told(received("03-04"), said("03-05", Reopened()), said("03-05", Processed()))
    assert case.end is None
    assert case.problems == frozenset()
