"""What ends a case, and when (`domain.md`, Fold rules): received, processed, closed, returned, reopened."""

from verifier_facts import fact, problems, received, recount, tallied


def test_a_case_processed_before_its_due_day_is_settled_early_by_its_unit():
    result = recount(received("03-04"), fact("processed", "03-07"))
    assert tallied(result, "new") == {("03-04", "A"): 1}
    assert tallied(result, "settled_early_date") == {("03-07", "A"): 1}
    assert problems(result) == set()


def test_the_earliest_received_counts_and_the_others_are_a_problem():
    result = recount(received("03-05", unit="B"), received("03-04", unit="A"))
    assert tallied(result, "new") == {("03-04", "A"): 1}
    assert problems(result) == {"received_twice"}


def test_a_second_decision_is_ignored_whatever_ended_the_case():
    result = recount(
        received("03-04"),
        fact("closed", "03-05", reason="withdrawn"),
        fact("processed", "03-06"),
        fact("closed", "03-07", reason="stopped"),
    )
    assert tallied(result, "closed") == {("03-05", "A"): 1}
    assert tallied(result, "settled_early_date") == {}
    assert problems(result) == {"processed_twice", "closed_after_end"}


def test_a_return_alone_settles_the_case_at_its_earliest_time():
    result = recount(received("03-04"), fact("returned", "03-09"), fact("returned", "03-08"))
    assert tallied(result, "settled_on_time_date") == {("03-08", "A"): 1}
    assert tallied(result, "returned") == {("03-08", "A"): 1}
    assert problems(result) == {"returned_without_processed"}


def test_a_return_before_the_decision_leaves_the_end_to_the_decision():
    result = recount(received("03-04"), fact("returned", "03-05"), fact("processed", "03-09"))
    assert tallied(result, "settled_late_date") == {("03-09", "A"): 1}
    assert tallied(result, "returned") == {("03-05", "A"): 1}
    assert problems(result) == {"returned_before_processed"}


def test_facts_after_a_return_still_count_where_a_decision_follows():
    result = recount(
        received("03-04"),
        fact("returned", "03-05"),
        fact("transferred", "03-06", unit="B"),
        fact("processed", "03-07"),
    )
    assert tallied(result, "settled_early_date") == {("03-07", "B"): 1}


def test_a_return_dated_before_the_reception_is_counted_on_the_day_of_reception():
    result = recount(received("03-04"), fact("returned", "03-01"), fact("processed", "03-05"))
    assert tallied(result, "returned") == {("03-04", "A"): 1}


def test_a_reopened_case_has_only_its_last_end():
    result = recount(
        received("03-04"),
        fact("processed", "03-05"),
        fact("returned", "03-05 11:00"),
        fact("reopened", "03-06"),
        fact("processed", "03-12"),
        periods=[("03-06", "03-07")],
    )
    assert tallied(result, "settled_early_date") == {}
    assert tallied(result, "settled_late_date") == {("03-12", "A"): 1}
    assert tallied(result, "returned") == {("03-05", "A"): 1}
    assert result.figures[0, "A", "procedure", "date"] == {"carried_over": 1, "pending_in_time": 1}


def test_a_reopening_after_a_mere_return_counts_and_voids_that_end():
    result = recount(
        received("03-04"), fact("returned", "03-05"), fact("reopened", "03-06"), fact("processed", "03-07")
    )
    assert tallied(result, "settled_early_date") == {("03-07", "A"): 1}
    assert problems(result) == {"returned_without_processed"}


def test_a_reopening_of_an_open_case_is_ignored():
    result = recount(received("03-04"), fact("reopened", "03-05"), fact("processed", "03-06"))
    assert tallied(result, "settled_early_date") == {("03-06", "A"): 1}
    assert problems(result) == {"reopened_while_open"}


def test_facts_ignored_because_the_case_was_ended_stay_ignored_after_a_reopening():
    result = recount(
        received("03-04"),
        fact("processed", "03-05"),
        fact("transferred", "03-06", unit="B"),
        fact("rescheduled", "03-06", due="03-20", reason="correction"),
        fact("reopened", "03-07"),
        fact("processed", "03-15"),
    )
    assert tallied(result, "settled_late_date") == {("03-15", "A"): 1}
    assert problems(result) == {"transfer_out_of_place"}


def test_an_end_before_the_reception_counts_on_the_day_of_reception_and_is_labelled_by_its_own_time():
    result = recount(received("03-10", due="03-08"), fact("processed", "03-07"))
    assert tallied(result, "settled_early_date") == {("03-10", "A"): 1}
    assert tallied(result, "overdue_date") == {}
    assert problems(result) == {"ended_before_received", "due_before_received"}


def test_an_end_earlier_on_the_day_of_reception_is_no_problem():
    result = recount(received("03-04 11:00"), fact("processed", "03-04 09:00"))
    assert problems(result) == set()


def test_a_rejection_of_a_case_never_received_is_a_refusal_at_the_desk():
    result = recount(fact("closed", "03-05", reason="rejected"))
    assert tallied(result, "refused_at_desk") == {("03-05", ""): 1}
    assert problems(result) == set()


def test_a_case_never_received_is_counted_in_problems_only_on_the_day_of_its_first_fact():
    result = recount(
        fact("processed", "03-05"),
        fact("rescheduled", "03-04", due="03-09", reason="calendar"),
        fact("retracted", "03-01", id="r", source="/other"),
    )
    assert result.tallies == {}
    [(day, unit, kind, problem)] = result.problems
    assert (f"{day:%m-%d}", unit, kind, problem) == ("03-04", "", "procedure", "never_received")


def test_a_withdrawal_of_a_case_never_received_is_no_refusal_at_the_desk():
    result = recount(fact("closed", "03-05", reason="withdrawn"))
    assert result.tallies == {}
    assert problems(result) == {"never_received"}


def test_a_transfer_of_a_case_never_received_is_out_of_place_and_a_missing_due_date_is_not_counted():
    result = recount(fact("transferred", "03-05", unit="B"), fact("processed", "03-06"))
    assert result.tallies == {}
    assert problems(result) == {"never_received", "transfer_out_of_place"}


def test_problems_belong_to_the_last_holder_on_the_day_of_reception():
    result = recount(
        received("03-04"), fact("transferred", "03-05", unit="B"), fact("resumed", "03-06"), fact("resumed", "03-07")
    )
    [((day, unit, _, problem), cases)] = result.problems.items()
    assert (f"{day:%m-%d}", unit, problem, cases) == ("03-04", "B", "resumed_without_pause", 1)


def test_the_kind_and_channel_of_the_reception_are_counted():
    result = recount(received("03-04", kind="complaint", channel="online"))
    assert {kind for _, _, kind in result.tallies} == {"complaint"}
    assert tallied(result, "new_online") == {("03-04", "A"): 1}
