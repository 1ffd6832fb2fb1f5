"""Bytes that are no event, each with its exact reason (`events.errors`)."""

import pytest

from events.codec import decode
from events.errors import REASONS, Refused
from tests.events.writing import about, message, without

VALUE, TIME, ENVELOPE, CASE = "value_not_allowed", "unreadable_time", "not_cloudevent", "case_id_missing"

ENVELOPES = {
    "an array instead of an object": (b"[]", ENVELOPE),
    "a number instead of an object": (b"1", ENVELOPE),
    "a string instead of an object": (b'"x"', ENVELOPE),
    "null instead of an object": (b"null", ENVELOPE),
    "an object with nothing in it": (b"{}", CASE),
    "specversion missing": (without("specversion"), ENVELOPE),
    "id missing": (without("id"), ENVELOPE),
    "source missing": (without("source"), ENVELOPE),
    "type missing": (without("type"), ENVELOPE),
    "time missing": (without("time"), ENVELOPE),
    "subject missing": (without("subject"), CASE),
    "subject empty": (message(subject=""), CASE),
    "subject null": (message(subject=None), CASE),
    "subject a number": (message(subject=7), ENVELOPE),
    "subject too long": (message(subject="x" * 513), ENVELOPE),
    "id empty": (message(id=""), ENVELOPE),
    "id a number": (message(id=1), ENVELOPE),
    "id too long": (message(id="x" * 1025), ENVELOPE),
    "source empty": (message(source=""), ENVELOPE),
    "specversion 0.3": (message(specversion="0.3"), ENVELOPE),
    "specversion a number": (message(specversion=1.0), ENVELOPE),
    "data as XML": (message(datacontenttype="application/xml"), ENVELOPE),
    "data as text": (message(datacontenttype="text/plain"), ENVELOPE),
    "type empty": (message(type=""), ENVELOPE),
    "type unknown": (message(type="duecourse.case.lost.v1"), "unknown_type"),
    "type of somebody else": (message(type="com.example.received.v1"), "unknown_type"),
    "type in another case": (message(type="duecourse.case.Received.v1"), "unknown_type"),
    "version unknown": (message(type="duecourse.case.received.v99"), "unknown_version"),
    "version 0": (message(type="duecourse.case.received.v0"), "unknown_version"),
    "version missing": (message(type="duecourse.case.received"), "unknown_version"),
}
TIMES = {
    "time without an offset": (message(time="2024-01-15T08:12:00"), TIME),
    "time without a clock": (message(time="2024-01-15"), TIME),
    "time without seconds": (message(time="2024-01-15T08:12+07:00"), TIME),
    "time on no day": (message(time="2023-02-29T08:12:00Z"), TIME),
    "time in words": (message(time="this morning"), TIME),
    "time empty": (message(time=""), TIME),
    "time null": (message(time=None), TIME),
    "time a number": (message(time=1_705_280_000), TIME),
    "hour 24": (message(time="2024-01-15T24:00:00Z"), TIME),
    "due without an offset": (about("received", unit="A", due="2024-01-22T17:00:00"), TIME),
    "due in words": (about("received", unit="A", due="next week"), TIME),
    "due a number": (about("received", unit="A", due=22), TIME),
    "due null where one is needed": (about("rescheduled", due=None, reason="calendar"), TIME),
    "due of overdue unreadable": (about("overdue", due="2024-01-22"), TIME),
}
DATA = {
    "data an array": (message(data=[]), VALUE),
    "data a string": (message(data="unit A"), VALUE),
    "data a number": (message(data=0), VALUE),
    "data false": (message(data=False), VALUE),
    "data missing": (without("data"), VALUE),
    "data null": (message(data=None), VALUE),
    "unit missing": (about("received"), VALUE),
    "unit null": (about("received", unit=None), VALUE),
    "unit empty": (about("received", unit=""), VALUE),
    "unit a number": (about("received", unit=5), VALUE),
    "unit too long": (about("received", unit="x" * 257), VALUE),
    "unit of transferred missing": (about("transferred"), VALUE),
    "due of rescheduled missing": (about("rescheduled", reason="calendar"), VALUE),
    "due of overdue missing": (about("overdue"), VALUE),
    "reason of rescheduled missing": (about("rescheduled", due="2024-01-22T17:00:00Z"), VALUE),
    "reason of paused missing": (about("paused"), VALUE),
    "reason of closed missing": (about("closed"), VALUE),
    "id of retracted missing": (about("retracted", source="/desk"), VALUE),
    "source of retracted empty": (about("retracted", id="e1", source=""), VALUE),
    "procedure a list": (about("received", unit="A", procedure=["1"]), VALUE),
    "electronic_result a string": (about("processed", electronic_result="true"), VALUE),
    "electronic_result a number": (about("processed", electronic_result=1), VALUE),
}
LISTS = {
    "channel": about("received", unit="A", channel="fax"),
    "channel in capitals": about("received", unit="A", channel="ONLINE"),
    "channel empty": about("received", unit="A", channel=""),
    "digitised": about("received", unit="A", digitised="true"),
    "digitised as a boolean": about("received", unit="A", digitised=True),
    "kind": about("received", unit="A", kind="petition"),
    "outcome": about("processed", outcome="maybe"),
    "paid": about("processed", paid="cash"),
    "channel of returned": about("returned", channel="courier"),
    "reason of rescheduled": about("rescheduled", due="2024-01-22T17:00:00Z", reason="late"),
    "reason of paused": about("paused", reason="lunch"),
    "reason of closed": about("closed", reason="granted"),
}


def refusal(raw: bytes) -> Refused:
    with pytest.raises(Refused) as caught:
        decode(raw)
    return caught.value


@pytest.mark.parametrize(("raw", "reason"), ENVELOPES.values(), ids=ENVELOPES)
def test_an_envelope_that_is_no_event_of_ours_is_refused(raw, reason):
    assert refusal(raw).reason == reason


@pytest.mark.parametrize(("raw", "reason"), TIMES.values(), ids=TIMES)
def test_a_time_that_is_not_rfc_3339_with_an_offset_is_refused(raw, reason):
    assert refusal(raw).reason == reason


@pytest.mark.parametrize(("raw", "reason"), DATA.values(), ids=DATA)
def test_data_with_a_missing_field_or_one_of_another_type_is_refused(raw, reason):
    assert refusal(raw).reason == reason


@pytest.mark.parametrize("raw", LISTS.values(), ids=LISTS)
def test_a_value_outside_its_list_is_refused(raw):
    assert refusal(raw).reason == VALUE


def test_a_refusal_says_where_and_what():
    assert refusal(about("paused", reason="lunch")).detail == "data: Invalid enum value 'lunch' - at `$.reason`"
    assert str(refusal(message(subject=""))).startswith("case_id_missing: ")


def test_every_reason_has_a_text_and_no_other_reason_can_be_given():
    assert all(REASONS.values())
    with pytest.raises(ValueError, match="no_such_reason"):
        Refused("no_such_reason", "")
