"""Fold rules: retracted, repeats."""

import pytest

from events.case import End
from events.facts import Processed, Reopened, Retracted
from events.fold import fold, walk_of
from tests.events.telling import at, received, said, told


@pytest.mark.parametrize("time", ["03-01", "03-05", "03-20"])
def test_a_retraction_takes_the_fact_out_and_its_own_time_has_no_effect(time):
    mistake = said("03-05", Processed())
    case = told(received("03-04"), mistake, said(time, Retracted(mistake.id)))
    assert case == told(received("03-04"))


def test_a_retraction_takes_out_all_repeats_of_the_fact_whenever_they_arrive():
    mistake = said("03-05", Processed(), id="p")
    reception, retraction = received("03-04"), said("03-06", Retracted("p"))
    assert fold([reception, mistake, retraction, mistake]) == fold([reception])


def test_without_a_source_the_fact_of_the_own_source_is_meant():
    own, other = said("03-05", Processed(), id="p"), said("03-06", Processed(), source="/portal", id="p")
    case = told(received("03-04"), own, other, said("03-07", Retracted("p")))
    assert case.end == End(at("03-06"), settled=True)
    assert case.problems == frozenset()


def test_with_a_source_the_fact_of_that_source_is_meant():
    own, other = said("03-05", Processed(), id="p"), said("03-06", Processed(), source="/portal", id="p")
    case = told(received("03-04"), own, other, said("03-07", Retracted("p", "/portal")))
    assert case.end == End(at("03-05"), settled=True)
    assert case.problems == frozenset()


def test_a_retraction_without_a_target_does_nothing():
    assert told(received("03-04"), said("03-05", Retracted("no such id"))) == told(received("03-04"))


def test_a_retraction_cannot_be_retracted():
    mistake = said("03-05", Processed(), id="p")
    retraction = said("03-06", Retracted("p"), id="r")
    case = told(received("03-04"), mistake, retraction, said("03-07", Retracted("r")))
    assert case.end is None


def test_a_retraction_of_itself_does_nothing():
    assert told(received("03-04"), said("03-05", Retracted("r"), id="r")) == told(received("03-04"))


def test_facts_that_were_ignored_count_when_what_ended_the_case_is_retracted():
    first, second = said("03-05", Processed(), id="1"), said("03-06", Processed(), id="2")
    case = told(received("03-04"), first, second, said("03-07", Retracted("1")))
    assert case.end == End(at("03-06"), settled=True)
    assert case.problems == frozenset()


def test_a_retracted_reopening_lets_the_earlier_end_stand():
    reopening = said("03-06", Reopened())
    case = told(received("03-04"), said("03-05", Processed()), reopening, said("03-07", Retracted(reopening.id)))
    assert case.end == End(at("03-05"), settled=True)


def test_a_retraction_leaves_no_trace_in_the_first_and_last_time_of_a_case():
    case = told(received("03-04"), said("03-05", Processed()), said("03-20", Retracted("no such id")))
    assert (case.first_time, case.last_time) == (at("03-04"), at("03-05"))


def test_the_same_id_of_another_source_is_another_fact():
    facts = [said("03-05", Processed(), id="1"), said("03-06", Processed(), source="/portal", id="1")]
    assert len(walk_of(facts)) == 2
    assert told(received("03-04"), *facts).problems == {"processed_twice"}
