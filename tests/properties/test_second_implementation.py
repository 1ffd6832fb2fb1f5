"""The product and the verifier read `domain.md` apart from each other and come to the same counts, on any case."""

import pytest
from countings import counted, named_figures, named_problems, named_tallies, recounted
from histories import WRITINGS, histories, several, written
from hypothesis import given
from hypothesis import strategies as st
from worlds import ZONES, worlds

from events.codec import decode
from events.facts import Event
from projections.measures import POLICIES
from projections.periods import Period


@pytest.mark.parametrize("time_zone", ZONES)
@pytest.mark.parametrize("policy", POLICIES)
@given(data=st.data())
def test_one_case_is_counted_the_same_by_both(time_zone, policy, data):
    world = data.draw(worlds(time_zone, policies=(policy,)))
    cases = [data.draw(histories(world))]
    product, second = counted(cases, world), recounted(cases, world)
    assert named_tallies(product.cells) == second.tallies
    assert named_problems(product.problems) == second.problems


@given(data=st.data())
def test_many_cases_are_counted_the_same_by_both(data):
    world = data.draw(worlds())
    cases = data.draw(several(world))
    product, second = counted(cases, world), recounted(cases, world)
    assert named_tallies(product.cells) == second.tallies
    assert named_problems(product.problems) == second.problems


@given(data=st.data())
def test_figures_of_any_interval_summed_from_tallies_are_those_counted_case_by_case(data):
    """Both label policies are asked of a database whose own policy is either."""
    world = data.draw(worlds())
    cases = data.draw(several(world))
    days = st.integers(world.days.start - 2, world.days.stop + 2)
    edges = data.draw(st.lists(st.tuples(days, days).map(sorted), min_size=1, max_size=6))
    periods = [Period(begin, end) for begin, end in edges]
    assert named_figures(counted(cases, world), periods) == recounted(cases, world, periods).figures


@given(data=st.data(), writing=st.integers(0, WRITINGS - 1))
def test_a_fact_is_the_same_however_it_is_written(data, writing):
    world = data.draw(worlds())
    for fact in data.draw(histories(world)):
        assert decode(written("case", fact, writing)) == Event("case", fact)
