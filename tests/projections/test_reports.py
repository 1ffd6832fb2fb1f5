"""Reports: rows by unit, child, level and month, with a total. AC-01 to AC-04, AC-05 to AC-08."""

import pytest
from msgspec import structs

from events.facts import Processed
from projections.buckets import Buckets
from projections.definitions import BY_REPORT
from projections.figures import Counts, total
from projections.measures import INDEX, POLICIES, under
from projections.periods import months_of, parse_period
from projections.reports import Grouping, Question, Rollup, UnitUnknown, bounds_of, report
from projections.units import Unit, UnitTree
from tests.events.telling import received, said, told
from tests.projections.tallying import DATE, INSTANT, buckets_of, day

YEAR = parse_period("2024")
ON_TIME = BY_REPORT["on-time"]
TREE = UnitTree(
    (
        Unit("P", "Province", "province"),
        Unit("D", "Departments", "department", "P"),
        Unit("Q", "Districts", "district", "P"),
        Unit("C", "Communes", "commune", "Q"),
    )
)


def settled(received: int, number: int, in_time: int) -> Counts:
    return Counts(
        new=received,
        settled_early=in_time - 1_000,
        settled_on_time=1_000,
        settled_late=number - in_time,
        pending_in_time=received - number,
    )


DEPARTMENTS = settled(309_699, 287_088, 276_060)
DISTRICTS = settled(36_307, 33_528, 33_204)
COMMUNES = settled(206_628, 198_564, 194_961)
PROVINCE = {"D": DEPARTMENTS, "Q": DISTRICTS, "C": COMMUNES}


def buckets_with(counts: dict[str, Counts], question: Question) -> Buckets:
    """Tallies on the first day of the period that give these counts of new and settled cases."""
    buckets = Buckets(bounds_of(question))
    for unit, one in counts.items():
        change = {INDEX["new"]: one.new}
        for label in ("settled_early", "settled_on_time", "settled_late"):
            for policy in POLICIES:
                change[INDEX[under(label, policy)]] = getattr(one, label)
        buckets.add(question.period.begin, unit, change)
    return buckets


def asked(counts: dict[str, Counts] = PROVINCE, tree: UnitTree = TREE, **more):
    question = Question(ON_TIME, YEAR, DATE, **more)
    return report(question, buckets_with(counts, question), tree)


def percents(found):
    return {row.unit or row.level: row.percent for row in found.rows}


@pytest.mark.parametrize("by", [Grouping.UNIT, Grouping.LEVEL])
def test_the_province_over_its_departments_districts_and_communes(by):
    """AC-01 to AC-04."""
    weighted, mean = asked(by=by), asked(by=by, rollup=Rollup.SIMPLE_MEAN)
    assert sorted(percents(weighted).values()) == ["96.16", "98.19", "99.03"]
    assert (weighted.total.percent, mean.total.percent) == ("97.12", "97.79")
    assert weighted.total.counts == mean.total.counts == total(PROVINCE.values())
    assert weighted.total.counts.new == 552_634
    assert (weighted.total.numerator, weighted.total.denominator) == (504_225, 519_180)


def test_three_levels_of_another_report_rolled_up():
    """AC-05 to AC-08."""
    counts = {
        "D": settled(26_814, 26_814, 25_628),
        "Q": settled(5_695, 5_695, 5_659),
        "C": settled(53_172, 53_172, 53_106),
    }
    found = asked(counts)
    assert percents(found) == {"D": "95.58", "Q": "99.37", "C": "99.88"}
    assert found.total.percent == "98.50"


def test_simple_mean_changes_only_the_percent_of_the_total():
    weighted, mean = asked(), asked(rollup=Rollup.SIMPLE_MEAN)
    assert weighted.rows == mean.rows
    assert structs.replace(mean.total, percent=weighted.total.percent, rate=weighted.total.rate) == weighted.total


def test_rows_by_unit_have_the_own_cases_of_each_unit():
    found = asked(by=Grouping.UNIT)
    assert [(row.unit, row.counts) for row in found.rows] == [("C", COMMUNES), ("D", DEPARTMENTS), ("Q", DISTRICTS)]
    assert (found.rows[0].name, found.rows[0].level) == ("Communes", "commune")


def test_rows_by_unit_leave_out_inner_units_without_own_cases_and_keep_leaves():
    found = asked({"C": COMMUNES}, by=Grouping.UNIT)
    assert [(row.unit, row.percent) for row in found.rows] == [("C", "98.19"), ("D", None)]


def test_rows_by_child_have_the_subtree_of_each_child():
    found = asked(by=Grouping.CHILD, unit="P")
    assert [(row.unit, row.counts) for row in found.rows] == [("D", DEPARTMENTS), ("Q", total([DISTRICTS, COMMUNES]))]
    assert found.total.counts == total(PROVINCE.values())


def test_rows_by_child_of_everything_are_the_children_of_the_one_root():
    assert [row.unit for row in asked(by=Grouping.CHILD).rows] == ["D", "Q"]


def test_rows_by_child_of_several_roots_are_the_roots():
    found = asked(
        {"D": DEPARTMENTS}, UnitTree((Unit("D", "D", "province"), Unit("E", "E", "province"))), by=Grouping.CHILD
    )
    assert [(row.unit, row.percent) for row in found.rows] == [("D", "96.16"), ("E", None)]


def test_rows_by_child_of_a_leaf_are_none_and_its_total_is_its_own():
    found = asked(by=Grouping.CHILD, unit="D")
    assert found.rows == ()
    assert found.total.counts == DEPARTMENTS


def test_rows_by_level_sum_the_own_cases_of_the_units_of_a_level():
    tree = UnitTree((*TREE.units, Unit("C2", "More communes", "commune", "Q")))
    found = asked(PROVINCE | {"C2": COMMUNES}, tree, by=Grouping.LEVEL)
    assert [(row.unit, row.level) for row in found.rows] == [
        (None, "commune"),
        (None, "department"),
        (None, "district"),
    ]
    assert found.rows[0].counts == total([COMMUNES, COMMUNES])


def test_the_total_is_the_subtree_of_the_unit_asked_for():
    found = asked(unit="Q")
    assert found.total.counts == total([DISTRICTS, COMMUNES])
    assert found.total.name == "Districts"
    assert [row.unit for row in found.rows] == ["C", "Q"]
    everything = asked().total
    assert (everything.unit, everything.name) == (None, "Total")


def test_a_unit_that_is_not_registered_is_an_error():
    with pytest.raises(UnitUnknown, match="nowhere"):
        asked(unit="nowhere")


@pytest.mark.parametrize("by", Grouping)
@pytest.mark.parametrize("rollup", Rollup)
def test_without_cases_no_percent_is_available(by, rollup):
    found = asked({}, by=by, rollup=rollup)
    assert {row.percent for row in (*found.rows, found.total)} == {None}


def test_rows_by_month_chain_and_their_flows_add_up_to_the_total():
    cases = [
        told(received("01-20", "D", due="02-20"), said("02-19", Processed())),
        told(received("02-14", "D", due="02-20"), said("03-20", Processed())),
        told(received("03-01", "C", due="03-20")),
    ]
    question = Question(ON_TIME, YEAR, DATE, by=Grouping.MONTH)
    months = list(months_of(YEAR))
    found = report(question, buckets_of(cases, months), TREE)
    assert [row.month for row in found.rows] == months
    assert [row.counts.new for row in found.rows[:4]] == [0, 2, 1, 0]
    assert [row.counts.pending for row in found.rows[:-1]] == [row.counts.carried_over for row in found.rows[1:]]
    assert [row.percent for row in found.rows[:5]] == [None, None, "100.00", "0.00", None]
    assert found.total.counts.settled == sum(row.counts.settled for row in found.rows) == 2
    assert found.total.percent == "50.00"
    own = report(Question(ON_TIME, YEAR, DATE, Grouping.MONTH, unit="D"), buckets_of(cases, months), TREE)
    assert [row.counts.new for row in own.rows[:4]] == [0, 2, 0, 0]


def test_the_bounds_of_a_question_by_month_are_the_edges_of_its_months():
    assert bounds_of(Question(ON_TIME, YEAR, DATE)) == [YEAR.begin, YEAR.end]
    by_month = bounds_of(Question(ON_TIME, YEAR, DATE, by=Grouping.MONTH))
    assert by_month == [YEAR.begin, *(month.end for month in months_of(YEAR))]


def test_a_cut_counts_in_the_last_month_and_in_the_total_only():
    case = told(received("02-10", "D", due="03-30"), said("03-10 12:00", Processed()))
    until = structs.replace(YEAR, end=day("03-10") + 1)
    ahead = {"D": {INDEX["settled_early_date"]: 1}}
    months = list(months_of(until))
    question = Question(ON_TIME, until, DATE, by=Grouping.MONTH)
    found = report(question, buckets_of([case], months), TREE, ahead)
    assert [row.counts.pending for row in found.rows] == [0, 1, 1]
    assert found.total.counts.settled == 0
    assert report(question, buckets_of([case], months), TREE).total.counts.settled == 1


def test_a_report_is_of_the_policy_it_names():
    case = told(received("02-10", "D", due="03-08 12:00"), said("03-08 13:00", Processed()))
    found = {
        policy: report(Question(ON_TIME, YEAR, policy), buckets_of([case], [YEAR]), TREE).total.percent
        for policy in POLICIES
    }
    assert found == {DATE: "100.00", INSTANT: "0.00"}


def test_a_row_as_json_has_the_fields_that_the_interface_names():
    row = asked(by=Grouping.UNIT).rows[1].as_json()
    assert (row["unit"], row["name"], row["level"]) == ("D", "Departments", "department")
    assert (row["numerator"], row["denominator"], row["percent"]) == (276_060, 287_088, "96.16")
    assert list(row["counts"]) == list(structs.asdict(Counts()))
    assert row["counts"]["new"] == 309_699
    assert "from" not in row


def test_a_month_row_as_json_has_its_dates():
    row = asked(by=Grouping.MONTH).rows[1].as_json()
    assert (row["from"], row["to"]) == ("2024-01-15", "2024-02-15")
    assert row["unit"] is None
