"""The books balance for every unit and interval (`domain.md`, Periods), on any cases.

The backlog is drawn from the flows, so the first identity alone could not fail: what makes it say something is that
its parts are never negative, and that the backlog of all units is the number of cases received and not ended.
"""

from itertools import pairwise

from countings import bucketed, counted
from histories import several
from hypothesis import given
from hypothesis import strategies as st
from worlds import worlds

from events.facts import KINDS
from events.fold import fold
from projections.figures import figures, total
from projections.measures import POLICIES
from projections.periods import Period

STATES = ("carried_over", "pending_in_time", "pending_overdue", "pending_paused")


class Books:
    """The figures of some cases of both kinds, between a few days, in order."""

    def __init__(self, draw):
        self.world = draw(worlds())
        self.cases = draw(several(self.world))
        near = st.integers(self.world.days.start - 2, self.world.days.stop + 4)
        self.bounds = sorted(draw(st.sets(near, min_size=2, max_size=6)))
        tallies = counted(self.cases, self.world)
        self._buckets = {kind: bucketed(tallies, kind, self.bounds) for kind in KINDS}
        self.rows = [
            (kind, unit, policy) for kind in KINDS for unit in self._buckets[kind].units for policy in POLICIES
        ]

    def counts(self, row, begin, end):
        kind, unit, policy = row
        return figures(self._buckets[kind], unit, Period(begin, end), policy)

    def intervals(self):
        return [(begin, end) for begin in self.bounds for end in self.bounds if begin <= end]

    def open_before(self, bound):
        """Received cases that are pending at a midnight: the definition, without units."""
        midnight = self.world.rules.days.start_of(bound)
        folded = [case for case in map(fold, self.cases) if case is not None and case.received_at is not None]
        return sum(
            case.received_at < midnight and (case.end is None or max(case.end.time, case.received_at) >= midnight)
            for case in folded
        )


@given(data=st.data())
def test_what_came_in_is_what_went_out_and_what_is_left(data):
    books = Books(data.draw)
    for row in books.rows:
        for begin, end in books.intervals():
            counts = books.counts(row, begin, end)
            settled = counts.settled_early + counts.settled_on_time + counts.settled_late
            pending = counts.pending_in_time + counts.pending_overdue + counts.pending_paused
            came = counts.new + counts.carried_over + counts.transferred_in
            assert came == settled + counts.closed + counts.transferred_out + pending


@given(data=st.data())
def test_no_figure_is_negative_and_no_part_is_greater_than_its_whole(data):
    books = Books(data.draw)
    for row in books.rows:
        for begin, end in books.intervals():
            counts = books.counts(row, begin, end)
            assert all(n >= 0 for n in _integers(counts).values())
            assert counts.fell_due_on_time <= counts.fell_due
            assert counts.online <= counts.new


@given(data=st.data())
def test_the_backlog_of_all_units_is_the_cases_received_and_not_ended(data):
    books = Books(data.draw)
    for begin, end in pairwise(books.bounds):
        for policy in POLICIES:
            counts = total(books.counts(row, begin, end) for row in books.rows if row[2] is policy)
            assert counts.carried_over == books.open_before(begin)
            assert counts.pending == books.open_before(end)


@given(data=st.data())
def test_the_backlog_of_a_period_is_carried_over_into_the_next(data):
    books = Books(data.draw)
    for row in books.rows:
        for begin, middle in books.intervals():
            for end in (bound for bound in books.bounds if bound >= middle):
                assert books.counts(row, middle, end).carried_over == books.counts(row, begin, middle).pending


@given(data=st.data())
def test_counts_of_adjacent_intervals_add_up(data):
    """Flows are summed; the state at the end is that of the last interval."""
    books = Books(data.draw)
    for row in books.rows:
        parts = [_integers(books.counts(row, begin, end)) for begin, end in pairwise(books.bounds)]
        whole = _integers(books.counts(row, books.bounds[0], books.bounds[-1]))
        for name, n in whole.items():
            if name == "carried_over":
                assert n == parts[0][name]
            elif name in STATES:
                assert n == parts[-1][name]
            else:
                assert n == sum(part[name] for part in parts)


@given(data=st.data())
def test_what_is_transferred_out_of_some_units_is_transferred_into_others(data):
    books = Books(data.draw)
    for begin, end in books.intervals():
        counts = total(books.counts(row, begin, end) for row in books.rows)
        assert counts.transferred_in == counts.transferred_out


@given(data=st.data())
def test_policies_differ_in_labels_and_due_dates_only(data):
    books = Books(data.draw)
    for begin, end in books.intervals():
        for kind, unit in {row[:2] for row in books.rows}:
            by_date, by_instant = (books.counts((kind, unit, policy), begin, end) for policy in POLICIES)
            assert (by_date.entered, by_date.settled) == (by_instant.entered, by_instant.settled)
            assert (by_date.pending, by_date.returned) == (by_instant.pending, by_instant.returned)


def _integers(counts):
    return {name: getattr(counts, name) for name in counts.__struct_fields__}
