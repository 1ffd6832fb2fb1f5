"""From an archived body to a plain record: the only place that knows the shape of an event."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

RECEIVED: Final = "received"
TRANSFERRED: Final = "transferred"
PAUSED: Final = "paused"
RESUMED: Final = "resumed"
RESCHEDULED: Final = "rescheduled"
OVERDUE: Final = "overdue"
PROCESSED: Final = "processed"
RETURNED: Final = "returned"
CLOSED: Final = "closed"
REOPENED: Final = "reopened"
RETRACTED: Final = "retracted"

_WALK_ORDER: Final = (
    *(RECEIVED, TRANSFERRED, PAUSED, RESUMED, RESCHEDULED, OVERDUE),
    *(PROCESSED, RETURNED, CLOSED, REOPENED, RETRACTED),
)
_TYPES: Final = {f"duecourse.case.{name}.v1": (rank, name) for rank, name in enumerate(_WALK_ORDER)}

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class UnreadableEventError(ValueError):
    """An archived body that is no case event: the archive itself is damaged, so verifying cannot go on."""


@dataclass(frozen=True, slots=True)
class ArchivedEvent:
    """One row of the archive: where it lies, and the CloudEvents JSON exactly as received.

    `promised`: the due instant that the case was promised where its sender gave none.
    """

    partition: int
    position: int
    body: bytes
    promised: int | None = None


class Record(NamedTuple):
    """One fact. Records compare in walk order (`domain.md`, Fold rules): (source, id) is unique in a case.

    `instant` and `due` are microseconds since 1970-01-01T00:00:00Z.
    """

    instant: int
    rank: int
    source: str
    id: str
    name: str
    due: int | None
    data: dict[str, Any]


def instant_of(text: str) -> int:
    """Microseconds since 1970 UTC of an RFC 3339 time; digits beyond the microsecond are cut off."""
    moment = datetime.fromisoformat(text.upper())
    if moment.tzinfo is None:
        raise ValueError(f"no UTC offset in {text!r}")
    return instant_of_moment(moment)


def instant_of_moment(moment: datetime) -> int:
    """Microseconds since 1970 UTC of an aware datetime."""
    return (moment - _EPOCH) // _MICROSECOND


def read(event: ArchivedEvent) -> Record:
    """The record of an archived event. Raises UnreadableEventError naming partition and position."""
    try:
        return _record(json.loads(event.body), event.promised)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        where = f"{event.partition}:{event.position}"
        raise UnreadableEventError(f"archived event {where} cannot be read: {error!r}") from error


def _record(body: dict[str, Any], promised: int | None) -> Record:
    rank, name = _TYPES[body["type"]]
    data = body.get("data") or {}
    due = data.get("due")
    return Record(
        instant_of(body["time"]),
        rank,
        body["source"],
        body["id"],
        name,
        promised if due is None else instant_of(due),
        data,
    )
