"""Tallies: contributions given and taken back."""

from events.facts import Processed
from projections.contribution import contribution
from projections.counted import NOTHING
from projections.tallies import TallyChanges, tallied
from tests.events.telling import received, said, told
from tests.projections.tallying import day, rules

RECEIVED = received("03-04")
OPEN, SETTLED = told(RECEIVED), told(RECEIVED, said("03-07", Processed()))


def test_what_a_case_was_counted_as_is_taken_back_when_it_changes():
    before, after = contribution(OPEN, rules()), contribution(SETTLED, rules())
    changes = TallyChanges()
    changes.replace(NOTHING, before)
    changes.replace(before, after)
    assert changes.standing_cells() == tallied([after]).standing_cells()
    changes.replace(after, NOTHING)
    assert changes.standing_cells() == []


def test_a_case_that_turns_out_to_be_of_another_kind_is_counted_under_it():
    complaint = contribution(told(received("03-04", kind="complaint")), rules())
    changes = tallied([contribution(OPEN, rules())])
    changes.replace(contribution(OPEN, rules()), complaint)
    assert changes.standing_cells() == tallied([complaint]).standing_cells()


def test_problems_are_counted_and_taken_back_by_day_unit_and_kind():
    twice = contribution(told(RECEIVED, received("03-05", "B")), rules())
    changes = tallied([twice, twice])
    assert changes.standing_problems() == [((day("03-04"), "A", "procedure", "received_twice"), 2)]
    changes.replace(twice, contribution(OPEN, rules()))
    assert changes.standing_problems() == [((day("03-04"), "A", "procedure", "received_twice"), 1)]
