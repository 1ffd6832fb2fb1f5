"""Fold rules: received, due missing."""

from events.facts import Closed, Processed, Received, Retracted
from events.fold import fold
from tests.events.telling import at, due_at, ignored, received, rescheduled, said, told


def test_the_received_fact_gives_unit_time_due_procedure_and_channel():
    fact = received("03-04", "A", due="03-08", procedure="1.0127", channel="online")
    case = told(fact)
    assert case.received == Received("A", due_at("03-08"), "1.0127", "online")
    assert case.received_at == at("03-04")
    assert [(holder.unit, holder.since) for holder in case.holders] == [("A", at("03-04"))]
    assert case.end is None
    assert case.problems == frozenset()


def test_the_earliest_received_counts_and_the_others_are_received_twice():
    later, earlier = received("03-05", "B", due="03-20"), received("03-04", "A", due="03-08")
    case = told(later, earlier)
    assert case.received == earlier.body
    assert case.received_at == at("03-04")
    assert case.problems == {"received_twice"}
    assert ignored(case) == {later.id: "received_twice"}


def test_of_two_receptions_at_the_same_instant_the_first_id_by_code_point_counts():
    case = told(received("03-04", "B", id="9"), received("03-04", "A", id="10"))
    assert case.received is not None
    assert case.received.unit == "A"


def test_a_case_that_was_never_received_is_kept_with_the_problem():
    case = told(said("03-04", Processed()))
    assert case.received is None
    assert case.received_at is None
    assert case.holders == ()
    assert case.problems == {"never_received"}


def test_the_other_problems_of_a_case_that_was_never_received_stay():
    case = told(said("03-04", Processed()), said("03-05", Processed()))
    assert case.problems == {"never_received", "processed_twice"}


def test_closed_as_rejected_without_received_is_a_refusal_at_the_desk_and_no_problem():
    case = told(said("03-04", Closed("rejected")))
    assert case.refused_at_desk
    assert case.problems == frozenset()


def test_a_refusal_at_the_desk_has_no_problem_whatever_else_was_said():
    case = told(said("03-04", Closed("rejected")), said("03-05", Processed()))
    assert case.refused_at_desk
    assert case.problems == frozenset()


def test_closed_as_rejected_after_received_is_a_closure():
    case = told(received("03-04"), said("03-05", Closed("rejected")))
    assert not case.refused_at_desk
    assert case.end is not None
    assert not case.end.settled


def test_closed_for_another_reason_without_received_is_never_received():
    case = told(said("03-04", Closed("withdrawn")))
    assert not case.refused_at_desk
    assert case.problems == {"never_received"}


def test_a_rejection_that_does_not_end_the_case_is_no_refusal_at_the_desk():
    case = told(said("03-04", Processed()), said("03-05", Closed("rejected")))
    assert not case.refused_at_desk
    assert case.problems == {"never_received", "closed_after_end"}


def test_a_case_without_any_due_date_is_due_missing():
    assert told(received("03-04", due=None)).problems == {"due_missing"}


def test_a_counting_rescheduling_gives_a_due_date_to_a_case_that_had_none():
    assert told(received("03-04", due=None), rescheduled("03-05", "03-20", "correction")).problems == frozenset()


def test_an_apology_gives_no_due_date():
    case = told(received("03-04", due=None), rescheduled("03-05", "03-20", "apology"))
    assert case.problems == {"due_missing"}


def test_a_rescheduling_after_the_end_gives_no_due_date():
    case = told(received("03-04", due=None), said("03-05", Processed()), rescheduled("03-06", "03-20"))
    assert case.problems == {"due_missing"}


def test_where_no_fact_stands_there_is_no_case():
    fact = received("03-04")
    assert fold([]) is None
    assert fold([fact, said("03-05", Retracted(fact.id))]) is None
