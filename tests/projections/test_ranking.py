"""Competition ranks and the exact change to the period before, on any rows."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from projections.definitions import BY_REPORT
from projections.figures import Counts
from projections.periods import parse_period
from projections.ranking import DISTANCE, TARGET, ranked, ranking
from projections.reports import Question, Report, Row
from tests.projections.tallying import DATE

ON_TIME = BY_REPORT["on-time"]
QUESTION = Question(ON_TIME, parse_period("2024"), DATE)
settled = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=9)


def row(place, in_time, late):
    counts = Counts(settled_early=in_time, settled_late=late)
    above, below = ON_TIME.numerator(counts), ON_TIME.denominator(counts)
    return Row(f"U{place}", f"Unit {place}", "commune", counts, above, below, None, None, ON_TIME.rate(counts))


def report(units):
    return Report(QUESTION, tuple(row(place, *unit) for place, unit in enumerate(units)), row("", 1, 1))


@given(settled, st.integers(1, 4))
def test_a_rank_is_one_more_than_the_rows_that_are_better(units, minimum):
    order = ranked(report(units), report(units), minimum)
    assert sorted(one.row.unit for one in order) == sorted(f"U{place}" for place in range(len(units)))
    with_rank = [one for one in order if one.rank is not None]
    assert order[: len(with_rank)] == with_rank, "the unranked stand last"
    for one in order:
        able = one.row.rate is not None and one.row.denominator >= minimum
        better = sum(other.row.rate > one.row.rate for other in with_rank) if able else None
        assert one.rank == (None if better is None else better + 1)


@given(settled, settled)
def test_the_change_is_the_difference_of_the_exact_rates_where_there_are_both(units, units_before):
    before = {one.unit: one.rate for one in report(units_before).rows}
    for one in ranked(report(units), report(units_before), 1):
        known = one.row.rate is not None and before.get(one.row.unit) is not None
        assert one.change == (one.row.rate - before[one.row.unit] if known else None)


@given(settled)
def test_every_row_is_laid_out_with_a_cell_for_each_column(units):
    table = ranking(report(units), report(units))
    assert table.total is not None
    assert {len(cells) for cells in (*table.rows, table.total)} == {len(table.columns)}
    assert len(table.rows) == len(units)


def test_a_target_and_the_distance_to_it_stand_in_every_row_that_pledged_one():
    table = ranking(report([(9, 1), (5, 5)]), report([]), 1, {"U0": Fraction(19, 20), None: Fraction(1, 2)})
    assert table.columns[-2:] == (TARGET, DISTANCE)
    assert [row[-2:] for row in table.rows] == [(Fraction(19, 20), Fraction(-1, 20)), (None, None)]
    assert table.total is not None
    assert table.total[-2:] == (Fraction(1, 2), Fraction(0))


@given(settled)
def test_where_nobody_pledged_anything_the_ranking_has_no_columns_about_it(units):
    for pledged in (None, {}, {"elsewhere": Fraction(1)}):
        assert {TARGET, DISTANCE}.isdisjoint(ranking(report(units), report(units), 1, pledged).columns)


def test_a_unit_without_a_rate_has_a_target_and_no_distance_to_it():
    table = ranking(report([(0, 0)]), report([]), 1, {"U0": Fraction(9, 10)})
    assert table.rows[0][-2:] == (Fraction(9, 10), None)
