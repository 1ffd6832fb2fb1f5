"""Facts of a case: repeats, retractions, order, and times."""

import json

import pytest
from verifier_facts import fact, problems, received, recount, tallied

from services.verifier import ArchivedEvent, UnreadableEventError
from services.verifier.history import clear
from services.verifier.reading import instant_of


def test_a_repeat_of_a_fact_counts_once():
    result = recount(received("03-04", id="same"), received("03-04", id="same"))
    assert tallied(result, "new") == {("03-04", "A"): 1}
    assert problems(result) == set()


def test_of_two_bodies_under_one_id_the_one_archived_first_is_the_fact():
    first, second = received("03-04", id="same"), received("03-05", id="same")
    assert tallied(recount(second, first), "new") == {("03-04", "A"): 1}


def test_the_same_id_from_two_sources_is_two_facts():
    assert len(clear([received("03-04", id="x"), received("03-04", id="x", source="/b")])) == 2


def test_a_retraction_takes_the_fact_out_with_all_its_repeats_whenever_it_is_dated():
    result = recount(
        received("03-04"),
        fact("processed", "03-05", id="wrong"),
        retracted("03-01", "wrong"),
        fact("processed", "03-05", id="wrong"),
        fact("processed", "03-09"),
    )
    assert tallied(result, "settled_late_date") == {("03-09", "A"): 1}
    assert problems(result) == set()


def test_a_retraction_reaches_another_source_only_where_it_names_it():
    entry = fact("processed", "03-05", id="p", source="/other")
    assert len(clear([entry, retracted("03-06", "p")])) == 1
    assert len(clear([entry, retracted("03-06", "p", "/other")])) == 0


def test_a_retraction_cannot_be_retracted():
    kept = clear([received("03-04", id="r"), retracted("03-05", "r", own="t"), retracted("03-06", "t")])
    assert kept == []


def test_a_retraction_without_a_target_does_nothing():
    assert tallied(recount(received("03-04"), retracted("03-05", "nothing")), "new") == {("03-04", "A"): 1}


def test_a_case_whose_facts_were_all_retracted_is_nothing():
    result = recount(received("03-04", id="r"), retracted("03-05", "r"))
    assert (result.tallies, result.problems) == ({}, {})


def test_facts_are_walked_by_time_then_kind_then_source_then_id():
    at = "03-04 10:00:00"
    events = [
        fact("reopened", at),
        fact("processed", at, source="/b"),
        fact("processed", at, id="2"),
        fact("processed", at, id="10"),
        fact("closed", at, reason="stopped"),
        received(at),
        fact("paused", at, reason="other"),
        fact("resumed", "03-04 09:59:59.999999"),
    ]
    walked = [(record.name, record.id) for record in clear(events) if record.source == "/desk"]
    assert [name for name, _ in walked] == [
        *("resumed", "received", "paused", "processed", "processed", "closed", "reopened")
    ]
    assert [key for name, key in walked if name == "processed"] == ["10", "2"]


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("2024-03-04T10:00:00.1234569+07:00", "2024-03-04T03:00:00.123456Z"),
        ("2024-03-04T10:00:00.1+07:00", "2024-03-04T03:00:00.100000Z"),
        ("2024-03-04t03:00:00z", "2024-03-04T03:00:00+00:00"),
    ],
)
def test_times_are_instants_cut_off_at_the_microsecond(text, same_as):
    assert instant_of(text) == instant_of(same_as)


def test_an_archived_body_that_cannot_be_read_is_named_by_case_and_place():
    body = json.dumps({"type": "duecourse.case.unheard.v1"}).encode()
    with pytest.raises(UnreadableEventError, match="case case: archived event 3:14"):
        recount(ArchivedEvent(3, 14, body))


def test_a_time_without_an_offset_is_unreadable():
    with pytest.raises(ValueError, match="no UTC offset"):
        instant_of("2024-03-04T10:00:00")


def retracted(time, target, source=None, *, own=None):
    event = fact("retracted", time)
    body = json.loads(event.body)
    body["data"] = {"id": target} | ({"source": source} if source else {})
    body["id"] = own or body["id"]
    return ArchivedEvent(0, event.position, json.dumps(body).encode())
