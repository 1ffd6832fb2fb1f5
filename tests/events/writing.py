"""Messages as senders write them: one good event, and the same with changes."""

import json
from typing import Any

GOOD: dict[str, Any] = {
    "specversion": "1.0",
    "id": "e1",
    "source": "/desk",
    "type": "duecourse.case.received.v1",
    "subject": "case-1",
    "time": "2024-01-15T08:12:00+07:00",
    "datacontenttype": "application/json",
    "data": {"unit": "A", "due": "2024-01-22T17:00:00+07:00"},
}


def message(**changes: Any) -> bytes:
    """The good event with attributes changed."""
    return json.dumps(GOOD | changes, separators=(",", ":")).encode()


def about(name: str, **data: Any) -> bytes:
    """An event of a type with this data."""
    return message(type=f"duecourse.case.{name}.v1", data=data)


def without(attribute: str) -> bytes:
    """The good event without one attribute."""
    return json.dumps({name: value for name, value in GOOD.items() if name != attribute}).encode()


def with_text(text: str) -> bytes:
    """The good event with raw JSON text as the value of an unknown attribute."""
    return message()[:-1] + b',"remark":' + text.encode() + b"}"
