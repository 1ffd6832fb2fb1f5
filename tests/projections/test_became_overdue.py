"""When an overdue fact counts: its due is the effective due, and the case was open then."""

from events.facts import Paused, Processed, Resumed, Transferred
from tests.events.telling import overdue, received, rescheduled, said, told
from tests.projections.tallying import INSTANT, measured

RECEIVED = received("03-04")
PAUSE = said("03-05", Paused("supplement"))


def test_became_overdue_belongs_to_the_holder_at_that_time():
    case = told(RECEIVED, overdue("03-09 00:00", "03-08"), said("03-11", Transferred("B")))
    assert measured(case, "became_overdue") == {("03-09", "A"): 1}


def test_a_transfer_at_the_instant_a_case_became_overdue_comes_too_late_for_it():
    case = told(RECEIVED, overdue("03-09 00:00", "03-08"), said("03-09 00:00", Transferred("B")))
    assert measured(case, "became_overdue") == {("03-09", "A"): 1}
    before = told(RECEIVED, overdue("03-09 00:00", "03-08"), said("03-08 23:59:59.999999", Transferred("B")))
    assert measured(before, "became_overdue") == {("03-09", "B"): 1}


def test_an_overdue_fact_for_a_due_date_that_no_longer_stands_does_not_count():
    case = told(RECEIVED, overdue("03-09 00:00", "03-08"), rescheduled("03-10", "03-20"))
    assert measured(case, "became_overdue") == {}


def test_an_overdue_fact_counts_also_where_the_case_has_ended_since():
    case = told(RECEIVED, overdue("03-09 00:00", "03-08"), said("03-12", Processed()))
    assert measured(case, "became_overdue") == {("03-09", "A"): 1}


def test_an_overdue_fact_does_not_count_where_the_case_was_settled_by_then():
    case = told(RECEIVED, overdue("03-09 00:00", "03-08"), said("03-07", Processed()))
    assert measured(case, "became_overdue") == {}


def test_an_overdue_fact_from_another_source_does_not_count():
    case = told(RECEIVED, overdue("03-09 00:00", "03-08", source="/desk"))
    assert measured(case, "became_overdue") == {}


def test_two_overdue_facts_for_one_due_date_count_once():
    case = told(RECEIVED, overdue("03-09 00:00", "03-08"), overdue("03-10", "03-08"))
    assert measured(case, "became_overdue") == {("03-09", "A"): 1}


def test_an_overdue_fact_is_held_against_the_effective_due_under_the_databases_policy():
    moved = [PAUSE, said("03-05 20:00", Resumed())]
    by_date, by_instant = overdue("03-09 00:00", "03-08"), overdue("03-09 03:00", "03-09 03:00")
    assert measured(told(RECEIVED, *moved, by_date), "became_overdue") == {("03-09", "A"): 1}
    assert measured(told(RECEIVED, *moved, by_instant), "became_overdue") == {}
    assert measured(told(RECEIVED, *moved, by_instant), "became_overdue", INSTANT) == {("03-09", "A"): 1}


def test_a_reception_corrected_after_the_overdue_fact_moves_the_count_with_it():
    early = told(received("02-25", due="03-01"), overdue("03-02 00:00", "03-01"))
    late = told(received("03-10", due="03-01"), overdue("03-02 00:00", "03-01"))
    assert measured(early, "became_overdue") == {("03-02", "A"): 1}
    assert measured(late, "became_overdue") == {("03-10", "A"): 1}
