"""Bytes to events and back (`interface.md`, Events)."""

import json

import pytest

from events import facts, wire
from events.codec import data_of, decode, encode
from events.facts import Event, Fact, Received
from events.instants import iso
from tests.events.telling import at
from tests.events.writing import about, message, with_text, without

DUE = at("01-22 17:00")
BODIES = [
    Received("A"),
    Received("A", DUE, "1.0127", "online", "B", "exempt", "complaint"),
    facts.Transferred("B"),
    *(facts.Paused(reason) for reason in ("supplement", "verification", "payment", "other")),
    facts.Resumed(),
    *(facts.Rescheduled(DUE, reason) for reason in ("supplement", "apology", "calendar", "correction")),
    facts.Overdue(DUE),
    facts.Processed(),
    facts.Processed("refused", electronic_result=False, paid="no_fee"),
    facts.Returned(),
    facts.Returned("post"),
    *(facts.Closed(reason) for reason in ("withdrawn", "stopped", "rejected")),
    facts.Reopened(),
    facts.Retracted("e1"),
    facts.Retracted("e1", "/portal"),
]


def test_a_message_is_read_into_case_source_id_time_and_body():
    fact = Fact("/desk", "e1", at("01-15 08:12"), Received("A", DUE))
    assert decode(message()) == Event("case-1", fact)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: type(body).__name__)
def test_what_was_encoded_is_decoded_to_the_same(body):
    event = Event("case-1", Fact("/desk", "e1", at("01-15 08:12:00.000001"), body))
    assert decode(encode(event)) == event


def test_every_type_of_fact_is_tried_and_has_a_wire_type():
    assert {type(body) for body in BODIES} == set(facts.WALK_ORDER)
    assert {f"{wire.TYPE_PREFIX}{name}.v1" for name in facts.NAMES.values()} == wire.CURRENT.keys()


def test_an_encoded_event_is_compact_in_a_fixed_order_and_in_utc():
    event = Event("hồ sơ 1", Fact("/desk", "e1", at("01-15 08:12"), Received("A", DUE)))
    assert encode(event).decode() == (
        '{"specversion":"1.0","id":"e1","source":"/desk","type":"duecourse.case.received.v1","subject":"hồ sơ 1",'
        '"time":"2024-01-15T01:12:00Z","datacontenttype":"application/json",'
        '"data":{"unit":"A","due":"2024-01-22T10:00:00Z","kind":"procedure"}}'
    )


def test_fields_without_a_value_are_left_out_of_data():
    assert data_of(facts.Processed(electronic_result=False)) == {"electronic_result": False}
    assert data_of(facts.Resumed()) == {}
    assert data_of(facts.Overdue(DUE)) == {"due": iso(DUE)}


def test_unknown_data_fields_are_ignored():
    assert decode(about("transferred", unit="B", remark={"by": ["x"]})).fact.body == facts.Transferred("B")


def test_cloudevents_extensions_are_ignored():
    extended = message(traceparent="00-ab", dataschema="https://example.org/s", partitionkey="7")
    assert decode(extended) == decode(message())


def test_the_order_of_keys_and_white_space_do_not_matter():
    turned = json.dumps(dict(reversed(json.loads(message()).items())), indent=2).encode()
    assert decode(turned) == decode(message())


@pytest.mark.parametrize("data", [{"unit": "A"}, {"unit": "A", "kind": None}], ids=["absent", "null"])
def test_a_case_is_of_kind_procedure_unless_said(data):
    body = decode(about("received", **data)).fact.body
    assert body == Received("A", kind="procedure")


def test_optional_fields_may_be_null():
    body = decode(about("processed", outcome=None, electronic_result=None, paid=None)).fact.body
    assert body == facts.Processed()


@pytest.mark.parametrize("name", ["resumed", "reopened", "processed", "returned"])
def test_data_may_be_missing_or_null_where_no_field_is_required(name):
    kind = f"duecourse.case.{name}.v1"
    lean = without("data").replace(b"duecourse.case.received.v1", kind.encode())
    assert decode(lean) == decode(message(type=kind, data=None)) == decode(about(name))


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "application/x+json"])
def test_data_may_be_of_any_json_content_type(content_type):
    assert decode(message(datacontenttype=content_type)) == decode(message())


def test_the_data_content_type_may_be_missing():
    assert decode(without("datacontenttype")) == decode(message())


def test_case_ids_and_units_are_opaque_text():
    event = decode(message(subject="H62/ñ:1 😀", data={"unit": "Sở Y tế"}))
    assert event.case_id == "H62/ñ:1 😀"
    assert event.fact.body == Received("Sở Y tế")


def test_an_escaped_key_is_the_key_it_spells():
    assert decode(message().replace(b'"unit"', b'"\\u0075nit"')) == decode(message())


def test_an_escaped_backslash_before_u0000_is_no_nul_character():
    assert decode(with_text(r'"C:\\u0000"')) == decode(message())


def test_a_surrogate_pair_is_one_character():
    assert decode(message(subject="😀")).case_id == "😀"


@pytest.mark.parametrize("content_type", [None, "Application/JSON", "application/json; charset=utf-8"])
def test_a_content_type_may_be_null_in_capitals_or_with_parameters(content_type: str | None) -> None:
    assert decode(message(datacontenttype=content_type)) == decode(message())
