"""The CloudEvent of one fact, and its id, which depends on what the fact says and on nothing else."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha1
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from services.importing.times import Instant

ID_NAMESPACE: Final = UUID("9c0d3b4e-52a7-5b86-8c1f-3f6a1d2e7b90")
"""Namespace of every imported event id. Changing it makes every file import as new events."""

Value = str | bool | datetime
encode: Final = msgspec.json.Encoder().encode


class RowEvent(NamedTuple):
    """`body` is the CloudEvent as compact JSON, keys in a fixed order."""

    id: str
    body: bytes


def cloud_event(
    source: str,
    case_id: str,
    type_name: str,
    time: Instant,
    data: Mapping[str, Value],
    data_utc: Mapping[str, Value],
    place: str = "",
) -> RowEvent:
    """The event with the offsets it came with; `data_utc`, the same in UTC, keeps them out of the id.

    Both have their names in order of code point. `place` begins the id: facts of one type and time are walked by it.
    """
    canonical = {"case": case_id, "data": data_utc, "source": source, "time": time.utc, "type": type_name}
    event_id = uuid5(encode(canonical))
    if place:
        event_id = f"{place}.{event_id}"
    event = {
        "specversion": "1.0",
        "id": event_id,
        "source": source,
        "type": type_name,
        "subject": case_id,
        "time": time.moment,
        "datacontenttype": "application/json",
        "data": data,
    }
    return RowEvent(event_id, encode(event))


def uuid5(name: bytes) -> str:
    """RFC 9562 version 5 under ID_NAMESPACE; spelled out here, as `uuid.uuid5` takes five times as long."""
    digits = sha1(_NAMESPACE_BYTES + name, usedforsecurity=False).hexdigest()
    variant = _VARIANTS[digits[16]]
    return f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


_NAMESPACE_BYTES: Final = ID_NAMESPACE.bytes
_VARIANTS: Final = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}
