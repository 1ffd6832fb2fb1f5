"""Rows that no tally holds, on any cases and cut anywhere: by procedure group, and for other units than the last."""

import asyncio
from dataclasses import dataclass

from countings import recounted
from deliveries import Batch, projected
from histories import several, written
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from worlds import CODES, World, worlds

from events.facts import Received
from events.fold import fold
from projections.attribution import Attribution
from projections.effect import Record
from projections.figures import Counts, total
from projections.groups import Grouping
from projections.measures import POLICIES, POLICY_FLOWS
from projections.periods import Period
from projections.procedure_groups import NO_GROUP, UNREGISTERED
from projections.procedures import Procedure, ProcedureRegistry
from projections.rebasing import UnitsShown
from projections.standing import Rules
from tests.fixtures.figures_in_memory import MemoryView, document

REGISTRY = ProcedureRegistry(
    Procedure(code, code.title(), group)
    for code, group in (("one", "Land"), ("two", "Land"), ("road", "Roads"), ("bare", ""))
)
GROUPS = {"one": "Land", "two": "Land", "road": "Roads", "bare": NO_GROUP.en}
procedures = st.sampled_from((*GROUPS, "unheard-of", None))
counters = st.sampled_from((*CODES, "unheard-of", None))


@dataclass(frozen=True)
class RegisteredWorld(World):
    """A world that has procedures."""

    @property
    def rules(self) -> Rules:
        return structs.replace(super().rules, procedures=REGISTRY)


class Drawn:
    """Some cases, of which procedures and counters are told, and a report that is cut at any instant."""

    def __init__(self, draw, cases_max=5):
        plain = draw(worlds())
        self.world = RegisteredWorld(plain.time_zone, plain.policy, plain.turn)
        self.cases = [
            [told(fact, draw(procedures), draw(counters)) for fact in case]
            for case in draw(several(plain, cases_max=cases_max))
        ]
        near = st.integers(self.world.days.start - 2, self.world.days.stop + 4)
        self.period = Period(*sorted(draw(st.sets(near, min_size=2, max_size=2))))
        begun = self.world.rules.days.start_of(self.period.begin)
        self.instant = max(begun, draw(st.sampled_from(self.world.instants)))
        self.policy = draw(st.sampled_from(POLICIES))
        self.units = draw(st.sampled_from(UnitsShown))
        self.unit = draw(st.sampled_from((None, "A")))

    def report(self, cases=None, **more):
        sent = [
            Record(written(f"case-{place}", fact))
            for place, case in enumerate(self.cases if cases is None else cases)
            for fact in case
        ]
        store, _ = asyncio.run(projected([Batch(0, sent)], self.world))
        view = MemoryView(store, self.instant)
        asked = {"policy": self.policy, "units": self.units, "unit": self.unit, "view": view} | more
        return asyncio.run(document(store, "on-time", self.period, **asked)).answered.report


def told(fact, procedure, counter):
    """The same fact; a received one is about some procedure and handed in at some counter."""
    if not isinstance(fact.body, Received):
        return fact
    return structs.replace(fact, body=structs.replace(fact.body, procedure=procedure, receiving_unit=counter))


def group_of(case):
    """The row that a case belongs in, or None where it is counted in no figure."""
    folded = fold(case)
    if folded is None or folded.received is None:
        return None
    return GROUPS.get(folded.received.procedure, UNREGISTERED.en)


@given(data=st.data())
def test_each_group_is_counted_as_a_report_over_its_cases_alone_would_count_it(data):
    drawn = Drawn(data.draw)
    found = drawn.report(by=Grouping.GROUP)
    whole = drawn.report().total
    assert found.total.counts == whole.counts
    assert total(row.counts for row in found.rows) == whole.counts
    for row in found.rows:
        assert row.counts.entered == row.counts.left
        own = [case for case in drawn.cases if group_of(case) == row.name]
        assert row.counts == drawn.report(own).total.counts


@given(data=st.data(), attribution=st.sampled_from((Attribution.FIRST, Attribution.RECEIVING)))
def test_what_is_settled_or_falls_due_is_counted_for_the_unit_asked_for_and_nothing_else_moves(data, attribution):
    drawn = Drawn(data.draw, cases_max=1)
    drawn.unit, drawn.units = None, UnitsShown.AS_REPORTED
    last, other = drawn.report(), drawn.report(attribution=attribution)
    assert other.total == last.total
    answers = first_holder(drawn) if attribution is Attribution.FIRST else counter_of(drawn)
    before = {row.unit: row.counts for row in last.rows}
    for unit in {row.unit for row in (*last.rows, *other.rows)}:
        own, moved = before.get(unit, Counts()), counts_of(other, unit)
        for name in Counts.__struct_fields__:
            expected = getattr(own, name)
            if name in POLICY_FLOWS:
                expected = getattr(last.total.counts, name) if unit == answers else 0
            assert getattr(moved, name) == expected, (unit, name)


@given(data=st.data(), attribution=st.sampled_from(Attribution))
def test_whoever_answers_the_total_and_the_backlog_of_each_unit_are_the_same(data, attribution):
    drawn = Drawn(data.draw)
    drawn.unit = None
    last, other = drawn.report(), drawn.report(attribution=attribution)
    assert other.total.counts == last.total.counts
    pending = [{row.unit: row.counts.pending for row in one.rows if row.counts.pending} for one in (last, other)]
    assert pending[0] == pending[1]


def counts_of(found, unit):
    return next((row.counts for row in found.rows if row.unit == unit), Counts())


def first_holder(drawn):
    """As the second implementation has it: the unit for which the case is new."""
    ever = Period(drawn.world.days.start - 100, drawn.world.days.stop + 100)
    figures = recounted(drawn.cases, drawn.world, [ever]).figures
    return next(
        (unit for (_, unit, kind, _), counts in figures.items() if kind == "procedure" and counts.get("new")), None
    )


def counter_of(drawn):
    """The counter that the received fact names, under the code valid on the day; else the first holder."""
    folded, rules = fold(drawn.cases[0]), drawn.world.rules
    told = folded and folded.received and folded.received.receiving_unit
    if told in CODES:
        return rules.units.resolve(told, rules.days.day_of(folded.received_at))[0]
    return first_holder(drawn)
