"""Figures of past instants are those that the cases give one by one, whatever the instant."""

from collections import Counter
from itertools import pairwise

from histories import several
from hypothesis import given
from hypothesis import strategies as st
from worlds import worlds

from events.fold import fold
from projections.buckets import Buckets
from projections.contribution import contribution
from projections.figures import figures, pending
from projections.measures import INDEX, under
from projections.past_sums import DUE_SOON_OR_OVERDUE, PastSums, past_entries
from projections.pending_cases import pending_at
from projections.periods import Period
from projections.standing import standing
from projections.tallies import tallied

DUE_SOON_DAYS = 2


def measures_of(policy):
    """Where the flows of a report lie, by its names."""
    settled = [f"settled_{label}" for label in ("early", "on_time", "late")]
    return {name: name for name in ("new", "returned", "closed")} | {name: under(name, policy) for name in settled}


def summed(cases, rules, instants) -> PastSums:
    sums = PastSums(instants)
    groups = {unit.code: [(unit.code,)] for unit in rules.units.units}
    for case in cases:
        found = standing(case, rules)
        if found is not None:
            sums.add(past_entries(found, rules, DUE_SOON_DAYS), groups)
    return sums


@given(data=st.data())
def test_states_at_any_instant_are_those_of_the_pending_cases(data):
    world = data.draw(worlds())
    rules = world.rules
    cases = [fold(history) for history in data.draw(several(world, 3))]
    near = [one + more for one in world.instants for more in (0, 1)]
    instants = sorted(data.draw(st.sets(st.sampled_from(near), min_size=1, max_size=8)))
    sums = summed(cases, rules, instants)
    rows = {code: sums.before((code,)) for code in rules.units.codes()}
    for place, instant in enumerate(instants):
        expected = Counter()
        for case in filter(None, cases):
            found = pending_at(case, rules, rules.policy, instant)
            if found is not None:
                soon = found.days_left is not None and found.days_left <= DUE_SOON_DAYS
                held = {"pending": True, "paused": found.paused, "overdue": found.overdue, "soon": soon}
                expected.update({(found.unit, name): holds for name, holds in held.items()})
        counted = Counter()
        for code, own in rows.items():
            counted[code, "pending"] = pending(own[place])
            counted[code, "paused"] = own[place][INDEX[under("paused", rules.policy)]]
            counted[code, "overdue"] = own[place][INDEX[under("overdue", rules.policy)]]
            counted[code, "soon"] = own[place][DUE_SOON_OR_OVERDUE]
        assert +counted == +expected


@given(data=st.data())
def test_at_midnights_the_flows_between_are_those_of_the_report(data):
    world = data.draw(worlds())
    rules = world.rules
    cases = [fold(history) for history in data.draw(several(world, 3))]
    days = list(world.days)
    sums = summed(cases, rules, [rules.days.start_of(day) for day in days])
    buckets = Buckets(days)
    for (day, unit, _), change in tallied([contribution(case, rules) for case in cases]).cells.items():
        buckets.add(day, unit, change)
    for code in rules.units.codes():
        rows = sums.before((code,))
        for place, (begin, end) in enumerate(pairwise(days)):
            report = figures(buckets, code, Period(begin, end), rules.policy)
            flows = {
                name: rows[place + 1][INDEX[measure]] - rows[place][INDEX[measure]]
                for name, measure in measures_of(rules.policy).items()
            }
            assert flows == {name: getattr(report, name) for name in flows}
            assert rows[place + 1][INDEX[under("overdue", rules.policy)]] == report.pending_overdue
