"""Facts as CloudEvents 1.0 in structured JSON, without blanks."""

from collections.abc import Mapping

import msgspec

_encode = msgspec.json.Encoder().encode


def event_bytes(*, name: str, event_id: str, source: str, case_id: str, time: str, data: Mapping[str, object]) -> bytes:
    """One event in UTF-8; `time` is RFC 3339 with an offset."""
    return _encode(
        {
            "specversion": "1.0",
            "id": event_id,
            "source": source,
            "type": f"duecourse.case.{name}.v1",
            "subject": case_id,
            "time": time,
            "datacontenttype": "application/json",
            "data": data,
        }
    )
