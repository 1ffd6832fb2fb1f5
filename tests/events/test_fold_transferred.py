"""Fold rules: transferred."""

import pytest

from events.facts import Processed, Reopened, Transferred
from tests.events.telling import at, ignored, received, said, told


def holders(case):
    return [(holder.unit, holder.since) for holder in case.holders]


def test_from_the_time_of_a_transfer_on_the_unit_is_the_holder():
    case = told(received("03-04", "A"), said("03-05", Transferred("B")), said("03-06", Transferred("C")))
    assert holders(case) == [("A", at("03-04")), ("B", at("03-05")), ("C", at("03-06"))]
    assert case.problems == frozenset()


@pytest.mark.parametrize("time", ["03-03", "03-04"])
def test_a_transfer_at_or_before_received_at_is_out_of_place(time):
    transfer = said(time, Transferred("B"))
    case = told(received("03-04", "A"), transfer)
    assert holders(case) == [("A", at("03-04"))]
    assert case.problems == {"transfer_out_of_place"}
    assert ignored(case) == {transfer.id: "transfer_out_of_place"}


def test_a_transfer_a_microsecond_after_received_at_counts():
    case = told(received("03-04", "A"), said("03-04 10:00:00.000001", Transferred("B")))
    assert [unit for unit, _ in holders(case)] == ["A", "B"]


def test_a_transfer_after_the_end_is_out_of_place():
    case = told(received("03-04", "A"), said("03-05", Processed()), said("03-06", Transferred("B")))
    assert [unit for unit, _ in holders(case)] == ["A"]
    assert case.problems == {"transfer_out_of_place"}


def test_a_transfer_at_the_instant_of_the_end_comes_before_it():
    case = told(received("03-04", "A"), said("03-05", Processed()), said("03-05", Transferred("B")))
    assert [unit for unit, _ in holders(case)] == ["A", "B"]
    assert case.problems == frozenset()


def test_a_transfer_of_a_case_that_was_never_received_is_out_of_place():
    assert told(said("03-05", Transferred("B"))).problems == {"transfer_out_of_place", "never_received"}


def test_a_transfer_to_the_same_unit_is_ignored_and_no_problem():
    transfer = said("03-05", Transferred("A"))
    case = told(received("03-04", "A"), transfer)
    assert holders(case) == [("A", at("03-04"))]
    assert case.problems == frozenset()
    assert ignored(case) == {transfer.id: "already_holder"}


def test_a_case_may_go_back_to_a_unit_that_held_it():
    case = told(received("03-04", "A"), said("03-05", Transferred("B")), said("03-06", Transferred("A")))
    assert [unit for unit, _ in holders(case)] == ["A", "B", "A"]


def test_a_transfer_ignored_because_the_case_was_ended_stays_ignored_after_reopening():
    case = told(
        received("03-04", "A"),
        said("03-05", Processed()),
        said("03-06", Transferred("B")),
        said("03-07", Reopened()),
        said("03-08", Transferred("C")),
    )
    assert [unit for unit, _ in holders(case)] == ["A", "C"]
    assert case.problems == {"transfer_out_of_place"}
