"""Records that can become no fact, one of every fault that the door knows, each with the reason it must get."""

import json
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from events.codec import encode
from events.errors import Refused
from events.facts import Event, Fact, Received
from events.strictness import DEPTH_MAX, EVENT_BYTES_MAX
from services.log import refusal_header


class Addressed(NamedTuple):
    """A message as its sender made it."""

    key: bytes | None
    value: bytes | None
    content_type: bytes | None = None
    refusal: bytes | None = None


CONTENT_TYPES: Final = (
    None,
    b"application/cloudevents+json",
    b"Application/CloudEvents+JSON; charset=utf-8",
)
_HUGE: Final = b" " * (EVENT_BYTES_MAX + 1)
_DEEP: Final = b"[" * (DEPTH_MAX + 1) + b"]" * (DEPTH_MAX + 1)


def _message(event: Event, **changed: Any) -> bytes:
    """The event with attributes changed, or left out where None."""
    message = json.loads(encode(event)) | changed
    return json.dumps({name: value for name, value in message.items() if value is not None}).encode()


def _received(event: Event, **data: Any) -> bytes:
    return _message(event, type="duecourse.case.received.v1", data={"unit": "A"} | data)


_VALUES: Final[tuple[tuple[str, Callable[[Event], bytes]], ...]] = (
    ("too_large", lambda _: _HUGE),
    ("not_utf8", lambda event: encode(event).replace(b'"1.0"', b'"1.0\xff"')),
    ("not_json", lambda _: b"{"),
    ("not_json", lambda _: b'{"specversion": "1.0", "id": NaN}'),
    ("not_json", lambda _: b""),
    ("too_deep", lambda _: _DEEP),
    ("duplicate_key", lambda event: encode(event)[:-1] + b',"id":"again"}'),
    ("lone_surrogate", lambda event: _message(event, id="?").replace(b'"?"', b'"\\ud800"')),
    ("nul_character", lambda event: _message(event, id="?").replace(b'"?"', b'"\\u0000"')),
    ("not_cloudevent", lambda _: b"[]"),
    ("not_cloudevent", lambda event: _message(event, specversion=None)),
    ("case_id_missing", lambda event: _message(event, subject=None)),
    ("unknown_type", lambda event: _message(event, type="duecourse.case.vanished.v1")),
    ("unknown_version", lambda event: _message(event, type="duecourse.case.received.v9")),
    ("value_not_allowed", lambda event: _received(event, unit=7)),
    ("unreadable_time", lambda event: _message(event, time="yesterday")),
    ("time_out_of_range", lambda event: _message(event, time="1850-01-01T00:00:00Z")),
    ("time_out_of_range", lambda event: _message(event, time="2090-01-01T00:00:00Z")),
    ("due_out_of_range", lambda event: _received(event, due="2290-01-01T00:00:00Z")),
    ("unknown_unit", lambda event: _received(event, unit="nowhere")),
)
_REFUSED: Final = refusal_header(Refused("source_not_allowed", "the door said so"))
_ADDRESSES: Final[tuple[tuple[str, Callable[[bytes, bytes], Addressed]], ...]] = (
    ("value_missing", lambda key, _: Addressed(key, None)),
    ("value_missing", lambda _key, _value: Addressed(None, None, b"text/plain")),
    ("content_type", lambda key, value: Addressed(key, value, b"text/plain")),
    ("key_missing", lambda _, value: Addressed(None, value)),
    ("key_not_subject", lambda key, value: Addressed(key + b"'", value)),
    ("key_not_subject", lambda _, value: Addressed(b"", value)),
    ("source_not_allowed", lambda key, value: Addressed(key, value, refusal=_REFUSED)),
)
FAULTS: Final = len(_VALUES) + len(_ADDRESSES)


def poison(fault: int, case_id: str, number: int) -> tuple[str, Addressed]:
    """The reason that is to be given, and the record; a fact that would change its case if it were taken."""
    event = Event(case_id, Fact("/poison", str(number), 0, Received("A")))
    if fault < len(_VALUES):
        reason, written = _VALUES[fault]
        return reason, Addressed(case_id.encode(), written(event))
    reason, addressed = _ADDRESSES[fault - len(_VALUES)]
    return reason, addressed(case_id.encode(), encode(event))
