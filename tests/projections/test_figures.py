"""The figures of an interval from sums of tallies: identity, chaining, roll-up, and the day that is not over."""

import pytest
from msgspec import structs

from events.facts import Closed, Paused, Processed, Reopened, Resumed, Transferred
from projections.buckets import Buckets
from projections.figures import Counts, figures, measures_of, pending, total
from projections.measures import INDEX, POLICIES
from projections.periods import Period, months_of, parse_period
from tests.events.telling import at, received, said, told
from tests.projections.direct_count import direct_count
from tests.projections.made_cases import HOURS, UNITS, made_cases
from tests.projections.tallying import DATE, HANOI, INSTANT, ahead_of, buckets_of, counts, day

YEAR = parse_period("2024")
MONTHS = list(months_of(YEAR))


@pytest.mark.parametrize("policy", POLICIES)
def test_in_twelve_chained_months_the_identity_holds_and_the_next_backlog_carries_over(policy):
    """AC-14."""
    cases = made_cases(400, "2023-11-20", 420)
    buckets = buckets_of(cases, MONTHS)
    by_unit = {unit: [figures(buckets, unit, month, policy) for month in MONTHS] for unit in UNITS}
    for unit, months in by_unit.items():
        for month, found in zip(MONTHS, months, strict=True):
            assert found.new + found.carried_over + found.transferred_in == found.entered == found.left
            assert found == direct_count(cases, unit, HANOI.start_of(month.begin), HANOI.start_of(month.end), policy)
        assert [one.pending for one in months[:-1]] == [one.carried_over for one in months[1:]]
    for together in zip(*by_unit.values(), strict=True):
        assert total(together).transferred_in == total(together).transferred_out > 0


@pytest.mark.parametrize("policy", POLICIES)
def test_the_flows_of_twelve_months_add_up_to_the_year(policy):
    buckets = buckets_of(made_cases(400, "2023-11-20", 420), MONTHS)
    for unit in UNITS:
        year, months = figures(buckets, unit, YEAR, policy), total(figures(buckets, unit, m, policy) for m in MONTHS)
        for name in structs.asdict(year):
            if name != "carried_over" and not name.startswith("pending"):
                assert getattr(year, name) == getattr(months, name)
        assert year.carried_over == figures(buckets, unit, MONTHS[0], policy).carried_over
        assert year.pending == figures(buckets, unit, MONTHS[-1], policy).pending


@pytest.mark.parametrize("policy", POLICIES)
def test_a_case_settled_on_the_first_day_of_a_period_is_carried_over_and_settled(policy):
    """AC-16."""
    for clock in ("00:00", "10:00", "23:59:59.999999"):
        case = told(received("03-14", due="03-15 23:59:59.999999"), said(f"03-15 {clock}", Processed()))
        april = counts([case], "03-15", "04-15", policy=policy)
        assert april == Counts(carried_over=1, settled_on_time=1, fell_due=1, fell_due_on_time=1)
        march = counts([case], "02-15", "03-15", policy=policy)
        assert march == Counts(new=1, pending_in_time=1)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_case_received_and_settled_within_a_period_is_new_and_settled(policy):
    case = told(received("03-15 00:00"), said("03-15 00:00", Processed()))
    found = counts([case], "03-15", "04-15", policy=policy)
    assert (found.new, found.carried_over, found.settled, found.pending) == (1, 0, 1, 0)


def test_the_day_a_period_ends_is_not_in_it():
    case = told(received("03-15 00:00"))
    assert counts([case], "03-14", "03-15") == Counts()
    assert counts([case], "03-15", "03-16").new == 1


def test_an_open_case_is_in_time_on_its_due_day_and_overdue_the_day_after():
    case = told(received("03-04", due="03-08"))
    assert counts([case], "03-04", "03-08") == Counts(new=1, pending_in_time=1)
    assert counts([case], "03-04", "03-09") == Counts(new=1, pending_overdue=1, fell_due=1)
    assert counts([case], "03-09", "03-10") == Counts(carried_over=1, pending_overdue=1)


def test_a_paused_case_is_neither_in_time_nor_overdue():
    case = told(received("03-04"), said("03-05", Paused("supplement")), said("03-20", Resumed()))
    assert counts([case], "03-04", "03-05") == Counts(new=1, pending_in_time=1)
    assert counts([case], "03-04", "03-20") == Counts(new=1, pending_paused=1)
    assert counts([case], "03-04", "03-21") == Counts(new=1, pending_in_time=1)


def test_a_closed_case_is_not_settled_and_does_not_fall_due():
    case = told(received("03-04"), said("03-20", Closed("withdrawn")))
    assert counts([case], "03-01", "04-01") == Counts(new=1, closed=1)


def test_a_reopened_case_was_pending_throughout():
    case = told(received("03-04"), said("03-05", Processed()), said("03-20", Reopened()))
    assert counts([case], "03-10", "03-11") == Counts(carried_over=1, pending_overdue=1)


def test_a_transferred_case_is_of_the_holder_at_the_edges_and_settled_by_the_last():
    case = told(received("03-04", "A", due="03-28"), said("03-12", Transferred("B")), said("03-20", Processed()))
    flows = {"fell_due": 0, "fell_due_on_time": 0}
    assert counts([case], "03-10", "03-15", unit="A") == Counts(carried_over=1, transferred_out=1, **flows)
    assert counts([case], "03-10", "03-15", unit="B") == Counts(transferred_in=1, pending_in_time=1)
    assert counts([case], "03-15", "03-25", unit="B") == Counts(carried_over=1, settled_early=1)
    assert counts([case], "03-15", "03-25", unit="A") == Counts()


def test_transfers_there_and_back_are_each_counted_and_not_netted():
    case = told(received("03-04", "A"), said("03-05", Transferred("B")), said("03-06", Transferred("A")))
    found = counts([case], "03-01", "04-01", unit="A")
    assert (found.transferred_in, found.transferred_out) == (1, 1)


def test_figures_may_be_asked_under_the_policy_that_is_not_the_databases():
    case = told(received("03-04", due="03-08 12:00"), said("03-08 13:00", Processed()))
    for own in POLICIES:
        assert counts([case], "03-01", "04-01", policy=own, asked=DATE).settled_on_time == 1
        assert counts([case], "03-01", "04-01", policy=own, asked=INSTANT).settled_late == 1


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("begin", ["03-04", "03-11"])
def test_a_period_cut_within_its_last_day_counts_what_lies_before_the_cut(policy, begin):
    cases = made_cases(300, "03-01", 16)
    last = day("03-11")
    period = Period(day(begin), last + 1)
    buckets = buckets_of(cases, [period])
    for after_midnight in sorted({*HOURS, *(hour + 1 for hour in HOURS[:-1]), at("03-11 12:30") - at("03-11 00:00")}):
        cut = HANOI.start_of(last) + after_midnight
        ahead = ahead_of(cases, cut)
        for unit in UNITS:
            found = figures(buckets, unit, period, policy, ahead)
            assert found == direct_count(cases, unit, HANOI.start_of(period.begin), cut, policy)
            assert found.entered == found.left


def test_a_case_due_today_is_neither_overdue_nor_fallen_due_under_date():
    case = told(received("03-04", due="03-08 09:00"))
    period = Period(day("03-04"), day("03-08") + 1)
    buckets, ahead = buckets_of([case], [period]), ahead_of([case], at("03-08 12:00"))
    by_policy = {policy: figures(buckets, "A", period, policy, ahead) for policy in POLICIES}
    assert by_policy[DATE] == Counts(new=1, pending_in_time=1)
    assert by_policy[INSTANT] == Counts(new=1, pending_overdue=1, fell_due=1)


def test_the_backlog_follows_from_the_sums_before_a_midnight():
    cases = [told(received("03-04")), told(received("03-05"), said("03-06", Processed()))]
    buckets = buckets_of(cases, [Period(day("03-06"), day("03-07"))])
    assert pending(buckets.before("A", day("03-06"))) == 2
    assert pending(buckets.before("A", day("03-07"))) == 1


def test_buckets_are_the_same_in_whatever_order_changes_are_added():
    bounds = [day("03-08"), day("03-04"), day("03-08")]
    changes = [(day(f"03-{number:02}"), unit, {number % 3: number}) for number in range(1, 12) for unit in "AB"]
    one, other = Buckets(bounds), Buckets(bounds)
    for change in changes:
        one.add(*change)
    for change in reversed(changes):
        other.add(*change)
    assert one.units == other.units
    before, within = one.before("A", day("03-08")), one.between("A", day("03-04"), day("03-08"))
    assert before == [a + b for a, b in zip(one.before("A", day("03-04")), within, strict=True)]


def test_a_day_that_is_no_bound_and_a_unit_without_cases():
    buckets = Buckets([day("03-04"), day("03-08")])
    with pytest.raises(ValueError, match="not in tuple"):
        buckets.before("A", day("03-05"))
    assert figures(buckets, "nowhere", Period(day("03-04"), day("03-08")), DATE) == Counts()


def test_totals_are_sums_of_every_integer():
    names = structs.asdict(Counts())
    one = Counts(**{name: place for place, name in enumerate(names, 1)})
    assert total([one, one, one]) == Counts(**{name: 3 * place for place, name in enumerate(names, 1)})
    assert total([]) == Counts()
    assert one.any
    assert not Counts().any


@pytest.mark.parametrize("policy", POLICIES)
def test_a_figure_is_made_of_the_measures_named_for_its_policy_and_of_no_other(policy):
    whole, rest = buckets_of(made_cases(200, "2023-11-20", 420), [YEAR]), Buckets([YEAR.begin, YEAR.end])
    for unit, vectors in whole.units.items():
        for bucket, vector in enumerate(vectors):
            rest.add_measures(bucket, unit, ((measure, vector[measure]) for measure in measures_of(policy)))
    for unit in UNITS:
        assert figures(rest, unit, YEAR, policy) == figures(whole, unit, YEAR, policy)
    assert INDEX["became_overdue"] not in measures_of(policy)
