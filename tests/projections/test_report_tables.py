"""Reports laid out: data quality, scorecard, ages, rates; and units that are gone counted for those of today."""

from fractions import Fraction

from projections.buckets import Buckets
from projections.data_quality import MEANINGS, data_quality
from projections.definitions import BY_REPORT, DEFINITIONS
from projections.figures import Counts
from projections.groups import Grouping, groups, scope_of
from projections.measures import INDEX, PROBLEMS
from projections.pending_cases import BacklogBands, Pending, ages_table, due_days_table
from projections.periods import parse_period
from projections.rate_table import rate_table
from projections.rebasing import rebased, rebased_problems, tree_of
from projections.reports import Question, Report, Row
from projections.scorecard import INDICATORS, points_of, scorecard
from projections.tables import Sort, Text
from projections.units import Unit, UnitTree
from tests.projections.tallying import DATE, TREE, day

QUESTION = Question(BY_REPORT["on-time"], parse_period("2024"), DATE)
GROUPS = groups(Grouping.UNIT, TREE, None)
CHANGED = UnitTree(
    (
        Unit("P", "Province", "province"),
        Unit("old", "Old", "district", "P", valid_to=day("07-01"), successor="new"),
        Unit("new", "New", "commune", "P", valid_from=day("07-01")),
        Unit("same", "Same", "commune", "P"),
    )
)


def report_of(counts: Counts) -> Report:
    definition = QUESTION.definition
    above, below = definition.numerator(counts), definition.denominator(counts)
    row = Row("A", "Unit A", "department", counts, above, below, None, None, definition.rate(counts))
    return Report(QUESTION, (row,), row)


def test_every_problem_has_words_in_both_languages():
    assert set(MEANINGS) == set(PROBLEMS)
    assert all(text.en and text.vi for text in MEANINGS.values())


def test_data_quality_has_a_row_for_each_problem_of_each_unit_and_the_cases_nobody_received():
    problems = {
        ("A", "due_missing"): 3,
        ("A", "processed_twice"): 1,
        ("", "never_received"): 2,
        ("B", "due_missing"): 0,
    }
    table = data_quality(problems, GROUPS, unreceived=True)
    assert [(row[0], row[2], row[4]) for row in table.rows] == [
        ("A", "due_missing", 3),
        ("A", "processed_twice", 1),
        ("", "never_received", 2),
    ]
    assert table.total is not None
    assert table.total[4] == 6
    assert len(data_quality(problems, GROUPS, unreceived=False).rows) == 2


def test_the_scorecard_gives_points_only_where_their_number_is_declared():
    counts = Counts(settled_early=3, settled_late=1, new=10, online=4)
    rows = {row[0] or row[1]: row for row in scorecard(report_of(counts)).rows}
    assert rows["2.1"][2:] == (Fraction(3, 4), 3, 4, 20, "15.00")
    assert rows[BY_REPORT["online-filing"].title][2:] == (Fraction(2, 5), 4, 10, None, None)
    assert rows[BY_REPORT["online-payment"].title][2:5] == (None, 0, 0)
    assert points_of(INDICATORS[0], None) is None


def test_ages_and_due_days_of_the_backlog_fall_into_bands_that_sum_to_it():
    bands = BacklogBands()
    for one in (
        Pending("A", 0, paused=False, overdue=False, days_left=0),
        Pending("A", 7, paused=False, overdue=False, days_left=3),
        Pending("A", 8, paused=False, overdue=False, days_left=4),
        Pending("A", 91, paused=False, overdue=True, days_left=-1),
        Pending("A", 90, paused=False, overdue=True, days_left=-31),
        Pending("B", 61, paused=True, overdue=False, days_left=None),
        Pending("B", 60, paused=False, overdue=False, days_left=None),
    ):
        bands.add(one)
    scope = scope_of(TREE, None)
    ages, due = ages_table(bands.ages, GROUPS, scope), due_days_table(bands.due_days, GROUPS, scope)
    assert {row[0]: row[2:] for row in ages.rows if row[0] in ("A", "B", "C")} == {
        "A": (5, 2, 1, 0, 0, 1, 1),
        "B": (2, 0, 0, 0, 1, 1, 0),
        "C": (0, 0, 0, 0, 0, 0, 0),
    }
    assert {row[0]: row[2:] for row in due.rows if row[0] in ("A", "B")} == {
        "A": (5, 1, 0, 1, 2, 1, 0, 0, 0),
        "B": (2, 0, 0, 0, 0, 0, 0, 1, 1),
    }
    assert ages.total is not None
    assert due.total is not None
    assert ages.total[2] == due.total[2] == 7


def test_a_rate_is_laid_out_exactly_beside_its_integers():
    table = rate_table(report_of(Counts(settled_early=1, settled_late=2)))
    place = next(n for n, column in enumerate(table.columns) if column.sort is Sort.PERCENT)
    assert table.rows[0][place : place + 3] == (Fraction(1, 3), 1, 3)
    assert all(isinstance(column.heading, Text) for column in table.columns)


def test_a_unit_that_is_gone_is_counted_for_the_one_that_took_over():
    buckets = Buckets([day("01-01")])
    buckets.add(day("03-01"), "old", {INDEX["new"]: 3})
    buckets.add(day("08-01"), "new", {INDEX["new"]: 4})
    buckets.add(day("08-01"), "same", {INDEX["new"]: 5})
    today = day("09-01")
    found = rebased(buckets, CHANGED, today)
    assert {unit: vectors[1][INDEX["new"]] for unit, vectors in found.units.items()} == {"new": 7, "same": 5}
    assert tree_of(CHANGED, today).codes() == ["P", "new", "same"]
    problems = {("old", "due_missing"): 1, ("new", "due_missing"): 1, ("", "never_received"): 2}
    assert rebased_problems(problems, CHANGED, today) == {("new", "due_missing"): 2, ("", "never_received"): 2}


def test_before_a_unit_is_gone_it_stands_for_itself():
    assert tree_of(CHANGED, day("03-01")).codes() == ["P", "new", "old", "same"]


def test_a_definition_has_a_version_that_changes_with_its_content():
    versions = {definition.version for definition in DEFINITIONS}
    assert len(versions) == len(DEFINITIONS)
    assert all(len(version) == 64 for version in versions)
