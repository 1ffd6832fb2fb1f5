"""What held in a case from each fact on, sentence by sentence, under both policies."""

from events.facts import Paused, Processed, Resumed, Transferred
from events.fold import walk_of
from projections.case_course import Course, Under, course
from tests.events.telling import at, due_at, received, rescheduled, said, told
from tests.projections.tallying import rules


def course_of(*facts) -> Course:
    return course(told(*facts), walk_of(facts), rules())


def test_the_due_date_that_held_before_a_rescheduling_is_not_the_one_after_it():
    found = course_of(received("03-04"), rescheduled("03-06", "03-20"), said("03-18", Processed()))
    promised, moved = due_at("03-08"), due_at("03-20")
    assert [step.by_date.due for step in found.steps] == [promised, moved, moved]
    assert [step.by_instant.due for step in found.steps] == [promised, moved, moved]
    assert (found.by_date.due, found.by_date.label) == (moved, "early")


def test_an_apology_changes_nothing_that_the_label_rests_on():
    found = course_of(received("03-04"), rescheduled("03-06", "03-20", "apology"), said("03-18", Processed()))
    assert {step.by_date.due for step in found.steps} == {due_at("03-08")}
    assert found.by_date.label == "late"


def test_a_pause_that_counts_is_open_until_it_ends_and_moves_the_due_date_then():
    found = course_of(
        received("03-04"),
        said("03-05 10:00", Paused("supplement")),
        said("03-07 12:00", Resumed()),
        said("03-10 18:00", Processed()),
    )
    by_date, by_instant = ([getattr(step, name) for step in found.steps] for name in ("by_date", "by_instant"))
    assert [one.paused for one in by_date] == [False, True, False, False]
    assert [one.due for one in by_date] == [due_at("03-08"), due_at("03-08"), due_at("03-10"), due_at("03-10")]
    assert by_instant[-1].due == at("03-10 19:00")
    assert (found.by_date.label, found.by_instant.label) == ("on_time", "on_time")


def test_a_pause_that_does_not_stop_the_clock_is_no_pause_here():
    found = course_of(received("03-04"), said("03-05", Paused("payment")), said("03-07", Resumed()))
    assert {(step.by_date.due, step.by_date.paused) for step in found.steps} == {(due_at("03-08"), False)}


def test_the_label_stands_with_the_fact_that_ends_the_case_and_with_no_other():
    again = said("03-06", Processed())
    found = course_of(received("03-04"), said("03-05", Processed()), again)
    assert [step.by_date.label for step in found.steps] == [None, "early", None]
    assert [step.unused_because for step in found.steps] == [None, None, "processed_twice"]


def test_an_end_before_the_reception_is_labelled_by_its_own_time_and_counted_at_the_reception():
    found = course_of(received("03-10", due="03-08"), said("03-07", Processed()))
    assert (found.ended_at, found.counted_at) == (at("03-07"), at("03-10"))
    assert found.by_date.label == "early"


def test_a_case_is_in_the_hands_of_whom_it_was_transferred_to_from_then_on():
    found = course_of(received("03-04"), said("03-05", Transferred("B")), said("03-06", Processed()))
    assert [step.unit for step in found.steps] == ["A", "B", "B"]
    assert found.unit == "B"


def test_a_case_that_was_never_received_has_a_course_without_unit_and_label():
    found = course_of(said("03-05", Processed()))
    assert (found.state, found.unit, found.counted_at, found.by_date) == ("never_received", "", None, Under())
    assert [step.by_date for step in found.steps] == [Under()]
