"""Data-quality problems: each counts a case once, under its last holder, on the day it was received."""

import pytest

from events.facts import Closed, Processed, Reopened, Resumed, Returned, Transferred
from projections.contribution import contribution
from projections.measures import PROBLEMS
from projections.units import Unit, UnitTree
from tests.events.telling import overdue, received, rescheduled, said, told
from tests.projections.tallying import TREE, day, rules

UNITS = UnitTree((*TREE.units, Unit("gone", "Gone", "district", "P", valid_to=day("03-01"))))
RECEIVED = received("03-04")
PROCESSED = said("03-05", Processed())

CASES = {
    "closed_after_end": [RECEIVED, PROCESSED, said("03-06", Closed("stopped"))],
    "due_before_received": [received("03-04", due="03-03")],
    "due_missing": [received("03-04", due=None)],
    "ended_before_received": [RECEIVED, said("03-03", Processed())],
    "never_received": [PROCESSED],
    "overdue_from_sender": [RECEIVED, overdue("03-09 00:00", "03-08", source="/desk")],
    "processed_twice": [RECEIVED, PROCESSED, said("03-06", Processed())],
    "received_twice": [RECEIVED, received("03-05")],
    "reopened_while_open": [RECEIVED, said("03-05", Reopened())],
    "resumed_without_pause": [RECEIVED, said("03-05", Resumed())],
    "returned_before_processed": [RECEIVED, said("03-04 12:00", Returned()), PROCESSED],
    "returned_without_processed": [RECEIVED, said("03-06", Returned())],
    "transfer_out_of_place": [RECEIVED, said("03-03", Transferred("B"))],
    "unit_not_valid": [received("03-04", "gone")],
}


def problems(*facts):
    return contribution(told(*facts), rules(tree=UNITS)).problems


def test_every_problem_has_a_case_here():
    assert CASES.keys() == set(PROBLEMS)
    assert list(PROBLEMS) == sorted(PROBLEMS)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_a_case_has_exactly_the_problem_it_shows(problem):
    assert problems(*CASES[problem]) == (problem,)


def test_a_problem_met_twice_in_a_case_counts_it_once():
    assert problems(RECEIVED, received("03-05"), received("03-06")) == ("received_twice",)


def test_a_problem_counts_under_the_last_holder_on_the_day_of_received_at():
    case = told(RECEIVED, received("03-05"), said("03-06", Transferred("B")))
    counted = contribution(case, rules())
    assert (counted.problem_day, counted.problem_unit) == (day("03-04"), "B")


def test_a_case_never_received_counts_under_no_unit_on_the_day_of_its_first_fact():
    counted = contribution(told(PROCESSED, said("03-07", Returned())), rules())
    assert (counted.problem_day, counted.problem_unit) == (day("03-05"), "")


def test_ended_before_received_is_judged_by_local_days():
    assert problems(RECEIVED, said("03-04 00:00", Processed())) == ()
    assert problems(RECEIVED, said("03-03 23:59:59.999999", Processed())) == ("ended_before_received",)
    assert problems(RECEIVED, said("03-03", Closed("withdrawn"))) == ("ended_before_received",)


def test_due_before_received_is_judged_by_local_days_and_the_due_date_that_stands():
    assert problems(received("03-04", due="03-04 00:00")) == ()
    assert problems(received("03-04", due="03-03 23:59:59.999999")) == ("due_before_received",)
    assert problems(received("03-04", due="03-03"), rescheduled("03-05", "03-20", "correction")) == ()
    assert problems(RECEIVED, rescheduled("03-05", "03-01", "correction")) == ("due_before_received",)


def test_a_unit_that_is_not_valid_when_it_takes_over_is_a_problem_also_in_a_transfer():
    assert problems(RECEIVED, said("03-05", Transferred("gone"))) == ("unit_not_valid",)
    assert problems(received("02-05", "gone", due="02-20")) == ()


def test_a_case_in_order_has_no_problem():
    assert problems(RECEIVED, PROCESSED, said("03-06", Returned())) == ()
