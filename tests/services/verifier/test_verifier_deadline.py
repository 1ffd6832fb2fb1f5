"""The effective due date, pauses and labels (`domain.md`, Effective due; Labels)."""

import pytest
from verifier_facts import fact, problems, received, recount, tallied


def labels(result, policy):
    names = ("early", "on_time", "late")
    return [name for name in names if tallied(result, f"settled_{name}_{policy}")]


@pytest.mark.parametrize(
    ("end", "by_date", "by_instant"),
    [
        ("03-07 23:59:59.999999", "early", "early"),
        ("03-08 00:00:00", "on_time", "on_time"),
        ("03-08 17:00:00", "on_time", "on_time"),
        ("03-08 17:00:00.000001", "on_time", "late"),
        ("03-09 00:00:00", "late", "late"),
    ],
)
def test_an_end_is_labelled_by_each_policy(end, by_date, by_instant):
    result = recount(received("03-04"), fact("processed", end))
    assert labels(result, "date") == [by_date]
    assert labels(result, "instant") == [by_instant]


def test_a_clock_stopping_pause_moves_the_due_date_by_days_or_by_its_exact_length():
    result = recount(
        received("03-04"), fact("paused", "03-05 16:00:00", reason="supplement"), fact("resumed", "03-07 09:00:00")
    )
    assert tallied(result, "open_due_date") == {("03-10", "A"): 1}
    assert tallied(result, "open_due_instant") == {("03-10", "A"): 1}
    late = recount(
        received("03-04"),
        fact("paused", "03-05 16:00:00", reason="verification"),
        fact("resumed", "03-07 09:00:00"),
        fact("processed", "03-10 10:00:01"),
    )
    assert (labels(late, "date"), labels(late, "instant")) == (["on_time"], ["late"])


@pytest.mark.parametrize("reason", ["payment", "other"])
def test_a_pause_for_payment_or_another_reason_does_not_stop_the_clock(reason):
    result = recount(
        received("03-04"), fact("paused", "03-05", reason=reason), fact("resumed", "03-07"), fact("processed", "03-09")
    )
    assert labels(result, "date") == ["late"]
    assert tallied(result, "paused_date") == {}


def test_pauses_do_not_nest_even_where_the_outer_one_does_not_count():
    result = recount(
        received("03-04"),
        fact("paused", "03-05", reason="payment"),
        fact("paused", "03-06", reason="supplement"),
        fact("resumed", "03-07"),
        fact("resumed", "03-08"),
    )
    assert tallied(result, "open_due_date") == {("03-08", "A"): 1}
    assert problems(result) == {"resumed_without_pause"}


def test_a_pause_that_began_after_the_due_date_cures_nothing():
    result = recount(received("03-04"), fact("paused", "03-08 18:00", reason="supplement"), fact("resumed", "03-11"))
    assert tallied(result, "open_due_date") == {("03-11", "A"): 1}, "the same day is in time by date"
    assert tallied(result, "open_due_instant") == {("03-08", "A"): 1}
    assert tallied(result, "overdue_instant") == {("03-08", "A"): 1}


def test_an_end_closes_an_open_pause_and_moves_the_due_date():
    result = recount(received("03-04"), fact("paused", "03-06", reason="supplement"), fact("processed", "03-10"))
    assert labels(result, "date") == ["early"]
    assert tallied(result, "fell_due_date") == {("03-12", "A"): 1}
    assert tallied(result, "paused_date") == {("03-06", "A"): 1, ("03-10", "A"): -1}


def test_an_end_that_is_void_by_a_reopening_has_closed_the_pause_all_the_same():
    result = recount(
        received("03-04"),
        fact("paused", "03-06", reason="supplement"),
        fact("processed", "03-07"),
        fact("reopened", "03-08"),
    )
    assert tallied(result, "open_due_date") == {("03-09", "A"): 1}
    assert tallied(result, "paused_date") == {("03-06", "A"): 1, ("03-07", "A"): -1}
    assert tallied(result, "overdue_date") == {("03-09", "A"): 1}


def test_pause_and_resumption_of_an_ended_case_are_ignored():
    result = recount(
        received("03-04"),
        fact("processed", "03-05"),
        fact("paused", "03-06", reason="supplement"),
        fact("resumed", "03-07"),
    )
    assert problems(result) == {"resumed_without_pause"}
    assert tallied(result, "paused_date") == {}


def test_an_open_counting_pause_leaves_no_effective_due_date():
    result = recount(received("03-04"), fact("paused", "03-06", reason="supplement"))
    for measure in ("fell_due_date", "open_due_date", "overdue_date"):
        assert tallied(result, measure) == {}
    assert tallied(result, "paused_date") == {("03-06", "A"): 1}


@pytest.mark.parametrize("reason", ["supplement", "calendar", "correction"])
def test_a_rescheduling_sets_the_due_date(reason):
    result = recount(
        received("03-04"), fact("rescheduled", "03-05", due="03-20", reason=reason), fact("processed", "03-19")
    )
    assert labels(result, "date") == ["early"]


def test_an_apology_leaves_the_label_with_the_date_before_it():
    result = recount(
        received("03-04"), fact("rescheduled", "03-05", due="03-20", reason="apology"), fact("processed", "03-19")
    )
    assert labels(result, "date") == ["late"]


def test_a_rescheduling_inside_a_pause_interrupts_it_as_if_it_never_counted():
    result = recount(
        received("03-04"),
        fact("paused", "03-06", reason="supplement"),
        fact("rescheduled", "03-11", due="03-13", reason="calendar"),
        fact("resumed", "03-12"),
    )
    assert tallied(result, "paused_date") == {}
    assert tallied(result, "overdue_date") == {("03-13", "A"): 1}


def test_a_later_rescheduling_lifts_the_overdue_of_past_days_too():
    result = recount(
        received("03-04"),
        fact("rescheduled", "03-11", due="03-13", reason="correction"),
        periods=[("03-04", "03-10"), ("03-04", "03-14")],
    )
    assert tallied(result, "overdue_date") == {("03-13", "A"): 1}
    assert result.figures[0, "A", "procedure", "date"]["pending_in_time"] == 1
    assert result.figures[1, "A", "procedure", "date"]["pending_overdue"] == 1


def test_a_case_in_an_open_counting_pause_is_overdue_on_no_day():
    result = recount(
        received("03-04"),
        fact("rescheduled", "03-11", due="03-13", reason="correction"),
        fact("paused", "03-13 09:00", reason="supplement"),
        periods=[("03-04", "03-10"), ("03-04", "03-20")],
    )
    assert tallied(result, "overdue_date") == {}
    assert tallied(result, "paused_date") == {("03-13", "A"): 1}
    assert result.figures[0, "A", "procedure", "date"] == {"new": 1, "pending_in_time": 1}
    assert result.figures[1, "A", "procedure", "date"] == {"new": 1, "pending_paused": 1}


def test_a_case_due_before_a_closed_pause_by_a_later_correction_is_paused_within_and_overdue_around_it():
    result = recount(
        received("03-04"),
        fact("paused", "03-06", reason="supplement"),
        fact("resumed", "03-08"),
        fact("rescheduled", "03-09", due="03-05", reason="correction"),
    )
    assert tallied(result, "paused_date") == {("03-06", "A"): 1, ("03-08", "A"): -1}
    assert tallied(result, "overdue_date") == {("03-05", "A"): 1, ("03-06", "A"): -1, ("03-08", "A"): 1}


def test_an_apology_inside_a_pause_does_not_interrupt_it():
    result = recount(
        received("03-04"),
        fact("paused", "03-06", reason="supplement"),
        fact("rescheduled", "03-07", due="03-30", reason="apology"),
        fact("resumed", "03-08"),
    )
    assert tallied(result, "open_due_date") == {("03-10", "A"): 1}


def test_facts_before_the_reception_move_the_due_date_too():
    result = recount(
        received("03-04"),
        fact("paused", "03-01", reason="supplement"),
        fact("resumed", "03-03"),
        fact("rescheduled", "02-28", due="03-20", reason="calendar"),
    )
    assert tallied(result, "open_due_date") == {("03-22", "A"): 1}


def test_a_case_without_due_date_is_in_time_while_open_and_on_time_when_settled():
    open_case = recount(received("03-04", due=None), fact("paused", "03-05", reason="supplement"))
    assert problems(open_case) == {"due_missing"}
    assert {name for counts in open_case.tallies.values() for name in counts} == {"new"}
    settled = recount(received("03-04", due=None), fact("processed", "12-05"))
    assert (labels(settled, "date"), labels(settled, "instant")) == (["on_time"], ["on_time"])


def test_a_due_day_before_the_day_of_reception_is_a_problem_and_overdue_from_the_start():
    result = recount(received("03-10", due="03-08"))
    assert problems(result) == {"due_before_received"}
    assert tallied(result, "overdue_date") == {("03-10", "A"): 1}
    assert tallied(result, "fell_due_date") == {("03-10", "A"): 1}
    assert tallied(result, "open_due_date") == {("03-08", "A"): 1}


def test_a_closed_case_is_left_out_of_those_that_fell_due():
    result = recount(received("03-04"), fact("closed", "03-12", reason="stopped"))
    assert tallied(result, "fell_due_date") == {}
    assert tallied(result, "overdue_date") == {("03-08", "A"): 1, ("03-12", "A"): -1}


def test_a_due_date_at_midnight_falls_on_the_day_it_begins():
    result = recount(received("03-04", due="03-08 00:00:00"), fact("processed", "03-08 00:00:00"))
    assert (labels(result, "date"), labels(result, "instant")) == (["on_time"], ["on_time"])
    still_open = recount(received("03-04", due="03-08 00:00:00"), periods=[("03-01", "03-08"), ("03-01", "03-09")])
    assert tallied(still_open, "overdue_instant") == {("03-08", "A"): 1}
    assert still_open.figures[0, "A", "procedure", "instant"] == {"new": 1, "pending_in_time": 1}
    assert still_open.figures[1, "A", "procedure", "instant"] == {"new": 1, "fell_due": 1, "pending_overdue": 1}
