"""Events of the sample as a receiver reads them."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

UNTIL = datetime.fromisoformat("2025-06-18T10:30:00+07:00")
SEED, CASES = 7, 2_000


@dataclass(frozen=True)
class Event:
    """One event as a receiver reads it."""

    raw: bytes
    source: str
    id: str
    name: str
    case_id: str
    time: datetime
    offset: str
    data: dict[str, Any]


def read(raw: bytes) -> Event:
    event = json.loads(raw)
    return Event(
        raw=raw,
        source=event["source"],
        id=event["id"],
        name=event["type"].removeprefix("duecourse.case.").removesuffix(".v1"),
        case_id=event["subject"],
        time=datetime.fromisoformat(event["time"]),
        offset=event["time"][19:],
        data=event["data"],
    )
