"""Whether a fact under a known (source, id) says the same again, or something else (`id_reused`)."""

import pytest
from msgspec import structs

from events.codec import decode
from events.facts import Closed, Paused, Processed, Received, repeats
from events.identity import overdue_id
from tests.events.telling import at, due_at, overdue, received, said
from tests.events.writing import about, message


def test_another_notation_of_the_same_instants_is_a_repeat():
    here = message(time="2024-01-15T08:12:00+07:00", data={"unit": "A", "due": "2024-01-22T17:00:00+07:00"})
    there = message(time="2024-01-15T01:12:00.0000009Z", data={"due": "2024-01-22t10:00:00z", "unit": "A"})
    assert repeats(decode(here).fact, decode(there).fact)


def test_other_unknown_fields_and_extensions_are_a_repeat():
    assert repeats(decode(message()).fact, decode(message(traceparent="00-ab")).fact)
    plain, remarked = about("transferred", unit="B"), about("transferred", unit="B", remark="again")
    assert repeats(decode(plain).fact, decode(remarked).fact)


def test_a_default_said_aloud_is_a_repeat():
    assert repeats(decode(about("received", unit="A")).fact, decode(about("received", unit="A", kind="procedure")).fact)


@pytest.mark.parametrize(
    ("known", "again"),
    [
        (said("03-04", Processed()), said("03-04 10:00:00.000001", Processed())),
        (said("03-04", Processed()), said("03-04", Processed("granted"))),
        (said("03-04", Processed()), said("03-04", Closed("stopped"))),
        (said("03-04", Paused("supplement")), said("03-04", Paused("payment"))),
        (received("03-04", due="03-08"), received("03-04", due="03-09")),
        (received("03-04", due="03-08"), received("03-04", due=None)),
        (received("03-04", kind="procedure"), received("03-04", kind="complaint")),
    ],
    ids=["time", "field", "type", "reason", "due", "no due", "kind"],
)
def test_another_time_or_content_is_no_repeat(known, again):
    assert repeats(known, known)
    assert not repeats(known, structs.replace(again, source=known.source, id=known.id))


def test_an_overdue_fact_is_repeated_by_the_same_due_at_any_time():
    known = overdue("03-09 00:00", "03-08")
    assert repeats(known, overdue("03-12", "03-08"))
    assert not repeats(known, overdue("03-09 00:00", "03-09"))


def test_an_overdue_fact_and_another_type_are_no_repeats_of_each_other():
    note, reception = overdue("03-09 00:00", "03-08"), said("03-09 00:00", Received("A", due_at("03-08")))
    assert not repeats(note, reception)
    assert not repeats(reception, note)


def test_the_id_of_an_overdue_fact_follows_from_case_and_due():
    assert overdue_id("c1", due_at("03-08")) == overdue_id("c1", at("2024-03-08T10:00:00+00:00"))
    others = {overdue_id("c2", due_at("03-08")), overdue_id("c1", due_at("03-08") + 1)}
    assert overdue_id("c1", due_at("03-08")) not in others
    assert len(others) == 2


def test_the_id_of_an_overdue_fact_never_changes():
    assert overdue_id("c1", at("2024-03-08T17:00:00+07:00")) == "194d0e3a-ff49-53a6-b6dd-404dc3ddfcd2"
