"""Bytes to events and back: structured CloudEvents 1.0 JSON (`interface.md`, Events).

`decode` checks what can be known from the bytes alone. Whether the unit exists, the time is credible or the id was
used before needs the world and is asked by the projector.
"""

import re
from collections.abc import Callable
from typing import Any, Final, Union, assert_never, get_type_hints

import msgspec
from msgspec import Struct, defstruct
from msgspec.structs import astuple

from events import facts, wire
from events.errors import Refused
from events.facts import Body, Event, Fact
from events.instants import instant_of, iso
from events.strictness import EVENT_BYTES_MAX, has_spaced_colon, strict_json
from events.upcasters import UPCASTERS, upcast

_LONG_FRACTION: Final = re.compile(r"(\.\d{6})\d+")
_JSON_TYPE: Final = re.compile(r"\s*(application|text)/([\w.-]+\+)?json\s*(;.*)?", re.IGNORECASE)
_SEVENTH_DIGIT: Final = len("2024-01-15T08:12:00.123456")
_VERSION: Final = re.compile(r"\.v\d+$")
_KNOWN_NAMES: Final = frozenset(_VERSION.sub("", name) for name in (*wire.CURRENT, *UPCASTERS))


def decode(raw: bytes) -> Event:
    """The event that `raw` says; raises `Refused` with the reason where it says none."""
    return _plain(raw) or _careful(raw)


def _message_type(event_type: str, data: type[wire.Data]) -> type[Struct]:
    """The envelope of one event type as a struct, so that one pass over the bytes reads all of it."""
    fields: list[tuple[str, Any, Any]] = [
        ("datacontenttype", str | None, None),
        ("data", data | None, None),
    ]
    required = [(name, kind) for name, kind in get_type_hints(wire.Envelope, include_extras=True).items()]
    named = [(name, kind) for name, kind in required if name not in ("type", "datacontenttype")]
    return defstruct(data.__name__, [*named, *fields], tag_field="type", tag=event_type, frozen=True, gc=False)


_PLAIN_TYPES: Final = [
    _message_type(event_type, data) for event_type, data in wire.CURRENT.items() if event_type not in UPCASTERS
]
_plain_decoder: Final = msgspec.json.Decoder(Union[tuple(_PLAIN_TYPES)])  # noqa: UP007 - made of a list
_REQUIRED_KEYS: Final = 6
_LONG_SECONDS: Final = re.compile(rb":\d\d\.\d{7}")


def _plain(raw: bytes) -> Event | None:
    """The event of bytes that need no second look, as nearly all do; None where the careful way must judge.

    Plain bytes say each known key once and nothing else: as many `":` as fields that were found. So there is no
    repeated key, no unknown one that could hide something, and no escape in the text.
    """
    if len(raw) > EVENT_BYTES_MAX or b"\\" in raw:
        return None
    try:
        message: Any = _plain_decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        return None
    data = message.data
    if data is None:
        return None
    values = astuple(data)
    keys = _REQUIRED_KEYS + 1 + len(values) - values.count(None)
    if message.datacontenttype is not None:
        keys += 1
        if message.datacontenttype != "application/json":
            return None
    if raw.count(b'":') != keys or has_spaced_colon(raw) or _LONG_SECONDS.search(raw):
        return None
    return Event(message.subject, Fact(message.source, message.id, instant_of(message.time), _body_of(data)))


def _careful(raw: bytes) -> Event:
    """Step by step, each with its own reason to refuse; takes unknown fields and older versions, too."""
    message = strict_json(raw)
    if not isinstance(message, dict):
        raise Refused("not_cloudevent", f"expected a JSON object, got {type(message).__name__}")
    envelope = _envelope(message)
    body = _body(envelope.type, message.get("data"))
    fact = Fact(envelope.source, envelope.id, instant_of(envelope.time), body)
    return Event(envelope.subject, fact)


def _envelope(message: dict[str, Any]) -> wire.Envelope:
    if not message.get("subject"):
        raise Refused("case_id_missing", "subject is missing or empty: it names the case")
    _cut_fraction(message, "time")
    try:
        envelope = msgspec.convert(message, wire.Envelope)
    except msgspec.ValidationError as error:
        reason = "unreadable_time" if "`$.time`" in str(error) else "not_cloudevent"
        raise Refused(reason, str(error)) from None
    if envelope.datacontenttype is not None and not _JSON_TYPE.fullmatch(envelope.datacontenttype):
        raise Refused("not_cloudevent", f"datacontenttype is {envelope.datacontenttype!r}, not JSON")
    return envelope


def _body(event_type: str, data: Any) -> Body:
    if event_type not in wire.CURRENT and event_type not in UPCASTERS:
        raise _unknown_type(event_type)
    if not isinstance(data, dict | None):
        raise Refused("value_not_allowed", f"data is not an object but {type(data).__name__}")
    event_type, fields = upcast(event_type, data or {})
    _cut_fraction(fields, "due")
    try:
        return _body_of(msgspec.convert(fields, wire.CURRENT[event_type]))
    except msgspec.ValidationError as error:
        reason = "unreadable_time" if "`$.due`" in str(error) else "value_not_allowed"
        raise Refused(reason, f"data: {error}") from None


def _unknown_type(event_type: str) -> Refused:
    if _VERSION.sub("", event_type) in _KNOWN_NAMES:
        return Refused("unknown_version", f"{event_type} is not known to this release")
    return Refused("unknown_type", f"{event_type!r} is none of duecourse.case.<name>.v1")


def _cut_fraction(fields: dict[str, Any], name: str) -> None:
    """Cuts digits beyond the microsecond, which the decoder would round: 23:59:59.9999999 is not the next day."""
    text = fields.get(name)
    if isinstance(text, str) and text[_SEVENTH_DIGIT : _SEVENTH_DIGIT + 1].isdigit():
        fields[name] = _LONG_FRACTION.sub(r"\1", text)


def _received(data: wire.ReceivedV1) -> Body:
    due = None if data.due is None else instant_of(data.due)
    kind = data.kind or "procedure"
    return facts.Received(data.unit, due, data.procedure, data.channel, data.receiving_unit, data.digitised, kind)


_BODY_OF: Final[dict[type[wire.Data], Callable[[Any], Body]]] = {
    wire.ReceivedV1: _received,
    wire.ProcessedV1: lambda data: facts.Processed(data.outcome, data.electronic_result, data.paid),
    wire.OverdueV1: lambda data: facts.Overdue(instant_of(data.due)),
    wire.ReturnedV1: lambda data: facts.Returned(data.channel),
    wire.RescheduledV1: lambda data: facts.Rescheduled(instant_of(data.due), data.reason),
    wire.PausedV1: lambda data: facts.Paused(data.reason),
    wire.ResumedV1: lambda _: facts.Resumed(),
    wire.TransferredV1: lambda data: facts.Transferred(data.unit),
    wire.ClosedV1: lambda data: facts.Closed(data.reason),
    wire.ReopenedV1: lambda _: facts.Reopened(),
    wire.RetractedV1: lambda data: facts.Retracted(data.id, data.source),
}


def _body_of(data: wire.Data) -> Body:
    return _BODY_OF[type(data)](data)


def data_of(body: Body) -> dict[str, Any]:
    """The `data` object of a fact in its newest version, absent fields left out, instants in UTC."""
    match body:
        case facts.Rescheduled() | facts.Overdue() | facts.Received():
            fields = _present(body)
            if body.due is not None:
                fields["due"] = iso(body.due)
            return fields
        case (
            facts.Transferred()
            | facts.Paused()
            | facts.Resumed()
            | facts.Processed()
            | facts.Returned()
            | facts.Closed()
            | facts.Reopened()
            | facts.Retracted()
        ):
            return _present(body)
        case _:
            assert_never(body)


def _present(body: Body) -> dict[str, Any]:
    fields = msgspec.structs.asdict(body)
    return {name: value for name, value in fields.items() if value is not None}


def encode(event: Event) -> bytes:
    """Structured CloudEvents JSON of an event in its newest version: compact, keys in a fixed order, times in UTC."""
    fact = event.fact
    message = {
        "specversion": "1.0",
        "id": fact.id,
        "source": fact.source,
        "type": wire.TYPE_OF[facts.NAMES[type(fact.body)]],
        "subject": event.case_id,
        "time": iso(fact.time),
        "datacontenttype": "application/json",
        "data": data_of(fact.body),
    }
    return msgspec.json.encode(message)
