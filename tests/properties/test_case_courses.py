"""The course of a case is what it is counted as: nothing else can be recomputed from an export."""

from collections import Counter

from histories import histories
from hypothesis import given
from hypothesis import strategies as st
from worlds import worlds

from events.fold import fold, walk_of
from projections.case_course import course
from projections.entries import entries
from projections.labels import Timeliness, timeliness
from projections.measures import INDEX, POLICIES, Policy, under


@given(data=st.data())
def test_settled_cases_by_label_are_those_of_the_tallies_under_both_policies(data):
    world = data.draw(worlds())
    history = data.draw(histories(world).filter(bool))
    case = fold(history)
    if case is None:
        return
    found = course(case, walk_of(history), world.rules)
    counted = Counter((instant, unit, measure) for instant, unit, measure, _ in entries(case, world.rules))
    for policy in POLICIES:
        labels = {label: INDEX[under(f"settled_{label.value}", policy)] for label in Timeliness}
        by_tallies = {(*key[:2], label): n for key, n in counted.items() for label in labels if key[2] == labels[label]}
        own = found.by_date if policy is Policy.DATE else found.by_instant
        by_course = {} if found.state != "settled" else {(found.counted_at, found.unit, own.label): 1}
        assert by_course == by_tallies


@given(data=st.data())
def test_a_label_follows_from_the_due_date_and_the_end_beside_it(data):
    world = data.draw(worlds())
    history = data.draw(histories(world).filter(bool))
    case = fold(history)
    if case is None:
        return
    found = course(case, walk_of(history), world.rules)
    if found.state == "settled":
        for policy, own in ((Policy.DATE, found.by_date), (Policy.INSTANT, found.by_instant)):
            assert timeliness(found.ended_at, own.due, policy, world.rules.days) == own.label


@given(data=st.data())
def test_what_holds_after_the_last_fact_is_what_holds_at_last(data):
    world = data.draw(worlds())
    history = data.draw(histories(world).filter(bool))
    case = fold(history)
    if case is None or case.received is None:
        return
    found = course(case, walk_of(history), world.rules)
    last = found.steps[-1]
    for after, at_last in ((last.by_date, found.by_date), (last.by_instant, found.by_instant)):
        assert (after.due, after.paused) == (at_last.due, at_last.paused)
    labels = [step.by_date.label for step in found.steps if step.by_date.label is not None]
    assert labels == ([] if found.by_date.label is None else [found.by_date.label])
