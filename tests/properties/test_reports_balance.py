"""Reports drawn from any cases: forms balance, re-based rows too, and the backlog case by case is the backlog."""

from collections import Counter

from countings import bucketed, counted
from histories import several
from hypothesis import given
from hypothesis import strategies as st
from worlds import worlds

from events.fold import fold
from projections.definitions import BY_REPORT
from projections.figures import total
from projections.form_ii06a import form_ii06a, form_values
from projections.groups import Grouping
from projections.measures import POLICIES
from projections.pending_cases import pending_at
from projections.periods import Period
from projections.rebasing import rebased, tree_of
from projections.reports import Question, bounds_of, report

ON_TIME = BY_REPORT["on-time"]


class Drawn:
    """Reports over some cases of the kind `procedure`, between two days."""

    def __init__(self, draw):
        self.world = draw(worlds())
        self.cases = draw(several(self.world))
        near = st.integers(self.world.days.start - 2, self.world.days.stop + 4)
        self.period = Period(*sorted(draw(st.sets(near, min_size=2, max_size=2))))
        self.by = draw(st.sampled_from((Grouping.UNIT, Grouping.CHILD, Grouping.LEVEL)))
        self.policy = draw(st.sampled_from(POLICIES))
        self.tree = self.world.rules.units

    def report(self, *, today=None):
        question = Question(ON_TIME, self.period, self.policy, self.by)
        buckets = bucketed(counted(self.cases, self.world), "procedure", bounds_of(question))
        if today is None:
            return report(question, buckets, self.tree)
        return report(question, rebased(buckets, self.tree, today), tree_of(self.tree, today))


def balances(row):
    values = form_values(row.counts)
    came = values["received"] + values["transferred_in"]
    assert came == values["settled"] + values["closed"] + values["transferred_out"] + values["pending"]
    assert values["received"] == values["online"] + values["direct"] + values["carried_over"]
    assert values["pending"] == values["pending_in_time"] + values["pending_overdue"]
    assert 0 <= values["paused"] <= values["pending_in_time"]


@given(data=st.data())
def test_the_form_balances_in_every_row_and_shows_every_column_that_is_not_zero(data):
    found = Drawn(data.draw).report()
    table = form_ii06a(found)
    shown = {column.key for column in table.columns}
    for row in (*found.rows, found.total):
        balances(row)
        assert {name for name, n in form_values(row.counts).items() if n} <= shown
    assert all(len(cells) == len(table.columns) for cells in (*table.rows, table.total))


@given(data=st.data())
def test_rows_of_units_levels_and_today_s_units_sum_to_the_same_total(data):
    drawn = Drawn(data.draw)
    then, today = drawn.report(), drawn.report(today=drawn.world.days.stop)
    assert then.total.counts == today.total.counts
    if drawn.by is not Grouping.CHILD:
        assert total(row.counts for row in then.rows) == then.total.counts
        assert total(row.counts for row in today.rows) == today.total.counts
    for row in today.rows:
        balances(row)


@given(data=st.data())
def test_the_backlog_case_by_case_is_the_backlog_of_the_tallies(data):
    drawn = Drawn(data.draw)
    instant = drawn.world.rules.days.start_of(drawn.period.end)
    folded = [case for case in map(fold, drawn.cases) if case is not None and case.received is not None]
    cases = [case for case in folded if case.received.kind == "procedure"]
    found = [one for case in cases if (one := pending_at(case, drawn.world.rules, drawn.policy, instant)) is not None]
    assert all(one.age_days >= 0 for one in found)
    drawn.by = Grouping.UNIT
    for row in drawn.report().rows:
        own = [one for one in found if one.unit == row.unit]
        states = Counter("paused" if one.paused else "overdue" if one.overdue else "in_time" for one in own)
        counts = row.counts
        assert len(own) == counts.pending
        told = (counts.pending_in_time, counts.pending_overdue, counts.pending_paused)
        assert told == (states["in_time"], states["overdue"], states["paused"])
