"""Limits that begin again: whatever comes in whatever order, in the end the same is told of a case, and told once."""

from histories import histories
from hypothesis import given
from hypothesis import strategies as st
from test_promised_dates import PromisingWorld, asked_for, procedures
from worlds import CODES, worlds

from events.facts import Fact, Paused, Received, Rescheduled, Resumed
from events.fold import fold, walk_of
from projections.effect import Kept
from projections.pause_rules import PauseEffect, PauseRule, PauseRules
from projections.promises import promise_of, with_promise
from projections.restarts import RESTART_SOURCE, restart_events
from projections.standing import standing

TURNS = 5
"""A reception, then two pauses with their ends."""
ROUNDS_MAX = 2
"""So often at most something is told of a case before nothing is left to tell."""
rule_sets = st.sampled_from(
    [
        PauseRules([PauseRule("supplement", PauseEffect.RESTART)]),
        PauseRules([PauseRule("supplement", PauseEffect.RESTART), PauseRule("verification", PauseEffect.RESTART)]),
        PauseRules(),
    ]
)


@st.composite
def paused_histories(draw, world):
    """A case that is paused and resumed, twice, and a few of the facts of any other."""
    instants = st.lists(st.sampled_from(world.instants), min_size=TURNS, max_size=TURNS, unique=True)
    begins, *turns = sorted(draw(instants))
    due = draw(st.sampled_from([None, *turns, *world.late_instants]))
    unit, procedure = draw(st.sampled_from(CODES)), draw(procedures)
    bodies = [Received(unit, due, procedure=procedure)]
    for _ in turns[::2]:
        bodies += [Paused(draw(st.sampled_from(["supplement", "supplement", "verification"]))), Resumed()]
    course = [
        Fact("/office", str(number), time, body)
        for number, (time, body) in enumerate(zip((begins, *turns), bodies, strict=True))
    ]
    if draw(st.booleans()):  # which of two receptions counts, the facts together say
        again = Received(unit, draw(st.sampled_from([None, *turns])), procedure=draw(procedures))
        course.append(Fact("/desk", "again", draw(st.sampled_from(world.instants)), again))
    mess = asked_for(draw(histories(world)), draw)
    return course + draw(st.lists(st.sampled_from(mess), max_size=3, unique=True) if mess else st.just([]))


def kept_as(place, fact, rules):
    promise = promise_of(fact.body, fact.time, rules) if isinstance(fact.body, Received) else None
    return Kept(0, place, fact if promise is None else with_promise(fact, promise), promise)


def told_of(known, pauses, rules, rounds):
    """A case with all that was told of it in so many rounds at most."""
    for _ in range(rounds):
        told = restart_events("case", known, pauses, rules)
        known = [*known, *(Kept(0, len(known) + place, one.fact) for place, one in enumerate(told))]
    return known


def arrived(history, pauses, rules, looks):
    """A case whose facts came in this order, looked at after those at which `looks` says so."""
    known = []
    for place, fact in enumerate(history):
        known = [*known, kept_as(place, fact, rules)]
        known = told_of(known, pauses, rules, looks[place % len(looks)])
    return told_of(known, pauses, rules, ROUNDS_MAX)


def dates(known):
    """The new dates that stand."""
    return {
        (fact.time, fact.body.due)
        for fact in walk_of(one.fact for one in known)
        if fact.source == RESTART_SOURCE and isinstance(fact.body, Rescheduled)
    }


@given(data=st.data(), pauses=rule_sets, looks=st.lists(st.integers(0, 1), min_size=1, max_size=4))
def test_any_order_of_arrival_ends_in_the_same_dates(data, pauses, looks):
    world = PromisingWorld(**vars(data.draw(worlds())))
    history = data.draw(paused_histories(world))
    one = arrived(history, pauses, world.rules, looks)
    other = arrived(data.draw(st.permutations(history)), pauses, world.rules, [0])
    assert dates(one) == dates(other)
    found, again = (standing(fold(kept.fact for kept in known), world.rules) for known in (one, other))
    assert (found is None) == (again is None)
    if found is not None and again is not None:
        assert (found.by_date, found.by_instant) == (again.by_date, again.by_instant)


@given(data=st.data(), pauses=rule_sets, looks=st.lists(st.integers(0, 1), min_size=1, max_size=4))
def test_in_the_end_nothing_is_left_to_tell_and_no_id_says_two_things(data, pauses, looks):
    world = PromisingWorld(**vars(data.draw(worlds())))
    history = data.draw(paused_histories(world))
    known = arrived(history, pauses, world.rules, looks)
    assert restart_events("case", known, pauses, world.rules) == []
    identities = [(one.fact.source, one.fact.id) for one in known]
    assert len(set(identities)) == len(identities)
