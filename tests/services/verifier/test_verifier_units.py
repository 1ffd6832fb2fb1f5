"""Who holds a case, under which code, and when overdue facts count."""

import pytest
from verifier_facts import DEADLINES, fact, problems, received, recount, tallied, unit


def test_a_transfer_moves_the_case_from_its_time_on():
    result = recount(received("03-04"), fact("transferred", "03-05", unit="B"), periods=[("03-05", "03-06")])
    assert tallied(result, "new") == {("03-04", "A"): 1}
    assert tallied(result, "transferred_out") == {("03-05", "A"): 1}
    assert tallied(result, "transferred_in") == {("03-05", "B"): 1}
    assert result.figures[0, "A", "procedure", "date"] == {"carried_over": 1, "transferred_out": 1}
    assert result.figures[0, "B", "procedure", "date"] == {"transferred_in": 1, "pending_in_time": 1}


@pytest.mark.parametrize("time", ["03-03", "03-04 10:00:00", "03-07"])
def test_a_transfer_before_the_reception_or_after_the_end_is_out_of_place(time):
    result = recount(received("03-04 10:00:00"), fact("transferred", time, unit="B"), fact("processed", "03-06"))
    assert tallied(result, "transferred_in") == {}
    assert problems(result) == {"transfer_out_of_place"}


def test_a_transfer_at_the_time_of_the_end_counts_and_the_taker_settles():
    result = recount(received("03-04"), fact("transferred", "03-06", unit="B"), fact("processed", "03-06"))
    assert tallied(result, "settled_early_date") == {("03-06", "B"): 1}


def test_a_transfer_to_the_same_unit_is_ignored():
    result = recount(received("03-04"), fact("transferred", "03-05", unit="A"))
    assert tallied(result, "transferred_in") == {}
    assert problems(result) == set()


def test_a_state_moves_with_the_holder():
    result = recount(received("03-04"), fact("transferred", "03-20", unit="B"))
    assert tallied(result, "overdue_date") == {("03-08", "A"): 1, ("03-20", "A"): -1, ("03-20", "B"): 1}


def test_a_code_no_longer_valid_resolves_along_its_successors_and_is_counted():
    rows = [
        unit("A", valid_to="02-01", successor="B"),
        unit("B", valid_from="02-01", valid_to="03-01", successor="C"),
        unit("C", valid_from="03-01"),
    ]
    result = recount(received("03-04", unit="A"), units=rows)
    assert tallied(result, "new") == {("03-04", "C"): 1}
    assert problems(result) == {"unit_not_valid"}


def test_a_code_resolves_on_the_day_of_its_own_fact():
    rows = [unit("A", valid_to="03-05", successor="B"), unit("B", valid_from="03-05")]
    result = recount(received("03-04", unit="A"), fact("transferred", "03-06", unit="B"), units=rows)
    assert tallied(result, "transferred_out") == {("03-06", "A"): 1}
    assert problems(result) == set()


def test_a_transfer_that_resolves_to_the_present_holder_is_no_transfer():
    rows = [unit("A", valid_to="03-01", successor="B"), unit("B")]
    result = recount(received("03-04", unit="B"), fact("transferred", "03-06", unit="A"), units=rows)
    assert tallied(result, "transferred_in") == {}
    assert problems(result) == {"unit_not_valid"}


def test_successors_in_a_circle_leave_the_code_as_it_is():
    rows = [unit("A", valid_to="02-01", successor="B"), unit("B", valid_to="02-01", successor="A")]
    result = recount(received("03-04", unit="A"), units=rows)
    assert tallied(result, "new") == {("03-04", "A"): 1}
    assert problems(result) == {"unit_not_valid"}


def test_of_several_rows_of_a_code_the_latest_begun_names_the_successor():
    rows = [
        unit("A", valid_from="01-01", valid_to="02-01", successor="B"),
        unit("A", valid_from="02-01", valid_to="03-01", successor="C"),
        unit("A", valid_from="06-01", successor="D"),
    ]
    assert tallied(recount(received("03-04", unit="A"), units=rows), "new") == {("03-04", "C"): 1}


def test_a_code_that_no_file_lists_is_valid():
    assert problems(recount(received("03-04", unit="unlisted"), units=[unit("A")])) == set()


def overdue(time, due="03-08", source=DEADLINES):
    return fact("overdue", time, due=due, source=source)


def test_the_first_overdue_fact_about_the_effective_due_date_counts_once():
    result = recount(received("03-04"), overdue("03-09 00:00:00"), overdue("03-10"))
    assert tallied(result, "became_overdue") == {("03-09", "A"): 1}


def test_the_time_of_becoming_overdue_follows_from_the_other_facts_not_from_when_it_was_noticed():
    result = recount(
        received("03-04", due="03-01"), overdue("03-02 00:00:00", due="03-01"), overdue("03-05", due="03-01")
    )
    assert tallied(result, "became_overdue") == {("03-04", "A"): 1}


def test_an_overdue_fact_about_a_date_since_moved_does_not_count():
    result = recount(
        received("03-04"),
        overdue("03-09 00:00:00"),
        fact("rescheduled", "03-11", due="03-20", reason="correction"),
    )
    assert tallied(result, "became_overdue") == {}


def test_an_overdue_fact_counts_for_the_holder_at_its_time():
    result = recount(received("03-04"), fact("transferred", "03-09 00:00:00", unit="B"), overdue("03-09 00:00:00"))
    assert tallied(result, "became_overdue") == {("03-09", "A"): 1}


@pytest.mark.parametrize(("end", "counted"), [("03-08 23:59:59", 0), ("03-09 00:00:00", 1), ("03-12", 1)])
def test_an_overdue_fact_counts_only_if_the_case_was_open_then(end, counted):
    result = recount(received("03-04"), overdue("03-09 00:00:00"), fact("processed", end))
    assert sum(tallied(result, "became_overdue").values()) == counted


def test_an_end_exactly_at_the_due_instant_was_not_overdue():
    ended = fact("processed", "03-08 17:00:00")
    result = recount(received("03-04"), overdue("03-08 17:00:00"), ended, policy="instant")
    assert tallied(result, "became_overdue") == {}


def test_an_overdue_fact_from_a_sender_is_ignored_and_counted_as_a_problem():
    result = recount(received("03-04"), overdue("03-09 00:00:00", source="/desk"))
    assert tallied(result, "became_overdue") == {}
    assert problems(result) == {"overdue_from_sender"}
