"""Fold rules: returned."""

from events.case import End
from events.facts import Closed, Paused, Processed, Reopened, Resumed, Returned, Transferred
from tests.events.telling import at, received, rescheduled, said, told


def test_a_return_after_the_decision_is_the_hand_over_and_not_the_end():
    case = told(received("03-04"), said("03-05", Processed()), said("03-06", Returned()))
    assert case.returned_at == at("03-06")
    assert case.end == End(at("03-05"), settled=True)
    assert case.problems == frozenset()


def test_the_earliest_return_is_the_hand_over():
    case = told(received("03-04"), said("03-05", Processed()), said("03-07", Returned()), said("03-06", Returned()))
    assert case.returned_at == at("03-06")
    assert case.problems == frozenset()


def test_the_hand_over_is_counted_once_also_if_the_case_is_reopened_since():
    case = told(
        received("03-04"),
        said("03-05", Processed()),
        said("03-06", Returned()),
        said("03-07", Reopened()),
        said("03-08", Processed()),
        said("03-09", Returned()),
    )
    assert case.returned_at == at("03-06")
    assert case.end == End(at("03-08"), settled=True)


def test_a_return_without_a_decision_or_closure_is_the_end_and_a_settlement():
    case = told(received("03-04"), said("03-06", Returned()), said("03-07", Returned()))
    assert case.end == End(at("03-06"), settled=True)
    assert case.returned_at == at("03-06")
    assert case.problems == {"returned_without_processed"}


def test_a_return_before_the_decision_leaves_the_end_to_it():
    case = told(received("03-04"), said("03-05", Returned()), said("03-07", Processed()))
    assert case.end == End(at("03-07"), settled=True)
    assert case.returned_at == at("03-05")
    assert case.problems == {"returned_before_processed"}


def test_a_return_before_a_closure_leaves_the_end_to_it():
    case = told(received("03-04"), said("03-05", Returned()), said("03-07", Closed("stopped")))
    assert case.end == End(at("03-07"), settled=False, reason="stopped")
    assert case.problems == {"returned_before_processed"}


def test_a_decision_after_the_next_reopening_is_not_the_end_of_the_stretch_before():
    case = told(
        received("03-04"),
        said("03-05", Returned()),
        said("03-06", Reopened()),
        said("03-07", Processed()),
    )
    assert case.end == End(at("03-07"), settled=True)
    assert case.problems == {"returned_without_processed"}


def test_a_reopening_before_the_return_does_not_begin_a_stretch_of_an_open_case():
    case = told(
        received("03-04"),
        said("03-05", Reopened()),
        said("03-06", Returned()),
        said("03-07", Processed()),
    )
    assert case.end == End(at("03-07"), settled=True)
    assert case.problems == {"reopened_while_open", "returned_before_processed"}


def test_a_return_in_a_reopened_stretch_ends_that_stretch():
    case = told(received("03-04"), said("03-05", Processed()), said("03-06", Reopened()), said("03-07", Returned()))
    assert case.end == End(at("03-07"), settled=True)
    assert case.returned_at == at("03-07")
    assert case.problems == {"returned_without_processed"}


def test_the_end_of_a_stretch_is_judged_before_transfers_pauses_and_due_dates_are_walked():
    case = told(
        received("03-04", "A"),
        said("03-05", Returned()),
        said("03-06", Transferred("B")),
        said("03-07", Paused("supplement")),
        said("03-08", Resumed()),
        rescheduled("03-09", "03-20"),
        said("03-10", Processed()),
    )
    assert [holder.unit for holder in case.holders] == ["A", "B"]
    assert len(case.steps) == 2
    assert case.problems == {"returned_before_processed"}


def test_where_the_return_is_the_end_later_facts_come_after_the_end():
    case = told(received("03-04", "A"), said("03-05", Returned()), said("03-06", Transferred("B")))
    assert [holder.unit for holder in case.holders] == ["A"]
    assert case.problems == {"returned_without_processed", "transfer_out_of_place"}


def test_a_return_at_the_instant_of_the_decision_comes_after_it():
    case = told(received("03-04"), said("03-05", Returned()), said("03-05", Processed()))
    assert case.problems == frozenset()


def test_a_return_at_the_instant_of_a_closure_comes_before_it():
    case = told(received("03-04"), said("03-05", Closed("stopped")), said("03-05", Returned()))
    assert case.end == End(at("03-05"), settled=False, reason="stopped")
    assert case.problems == {"returned_before_processed"}
