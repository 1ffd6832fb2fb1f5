"""Fold rules: overdue. When it counts in `became_overdue`: `tests/projections`."""

from events.case import OverdueNote
from events.facts import Processed
from tests.events.telling import at, due_at, ignored, overdue, received, said, told


def test_overdue_never_moves_state():
    plain = [received("03-04"), said("03-20", Processed())]
    with_note = told(*plain, overdue("03-09 00:00", "03-08"))
    without = told(*plain)
    assert with_note.end == without.end
    assert with_note.steps == without.steps
    assert with_note.problems == without.problems == frozenset()
    assert with_note.overdue_notes == (OverdueNote(at("03-09 00:00"), due_at("03-08")),)


def test_overdue_from_another_source_is_recorded_and_ignored():
    claim = overdue("03-09 00:00", "03-08", source="/desk")
    case = told(received("03-04"), claim)
    assert case.overdue_notes == ()
    assert case.problems == {"overdue_from_sender"}
    assert ignored(case) == {claim.id: "overdue_from_sender"}


def test_overdue_notes_are_kept_also_after_an_end_in_the_order_of_the_walk():
    case = told(
        received("03-04"),
        said("03-05", Processed()),
        overdue("03-21 00:00", "03-20"),
        overdue("03-09 00:00", "03-08"),
    )
    assert [note.due for note in case.overdue_notes] == [due_at("03-08"), due_at("03-20")]
    assert case.problems == frozenset()
