"""What senders write: the `data` of each event type and version (`interface.md`, Events), and its JSON Schema source.

A version that was ever written is never edited; a new one gets its own struct here and one step in `events.upcasters`.
Unknown fields are ignored here and kept in the archived bytes.
"""

from datetime import datetime
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from events.facts import (
    Channel,
    CloseReason,
    Digitised,
    Kind,
    Outcome,
    Paid,
    PauseReason,
    RescheduleReason,
)

TYPE_PREFIX: Final = "duecourse.case."

Text = Annotated[str, Meta(min_length=1, max_length=256)]
Reference = Annotated[str, Meta(min_length=1, max_length=1024)]
Moment = Annotated[datetime, Meta(tz=True)]


class Envelope(Struct, frozen=True, gc=False):
    """The CloudEvents 1.0 attributes that matter here; `data` is read by type."""

    specversion: Literal["1.0"]
    id: Reference
    source: Reference
    type: Annotated[str, Meta(min_length=1)]
    subject: Annotated[str, Meta(min_length=1, max_length=512)]
    time: Moment
    datacontenttype: str | None = None


class ReceivedV1(Struct, frozen=True, gc=False):
    unit: Text
    due: Moment | None = None
    procedure: Text | None = None
    channel: Channel | None = None
    receiving_unit: Text | None = None
    digitised: Digitised | None = None
    kind: Kind | None = None


class ProcessedV1(Struct, frozen=True, gc=False):
    outcome: Outcome | None = None
    electronic_result: bool | None = None
    paid: Paid | None = None


class OverdueV1(Struct, frozen=True, gc=False):
    due: Moment


class ReturnedV1(Struct, frozen=True, gc=False):
    channel: Channel | None = None


class RescheduledV1(Struct, frozen=True, gc=False):
    due: Moment
    reason: RescheduleReason


class PausedV1(Struct, frozen=True, gc=False):
    reason: PauseReason


class ResumedV1(Struct, frozen=True, gc=False):
    pass


class TransferredV1(Struct, frozen=True, gc=False):
    unit: Text


class ClosedV1(Struct, frozen=True, gc=False):
    reason: CloseReason


class ReopenedV1(Struct, frozen=True, gc=False):
    pass


class RetractedV1(Struct, frozen=True, gc=False):
    id: Reference
    source: Reference | None = None


Data = (
    ReceivedV1
    | ProcessedV1
    | OverdueV1
    | ReturnedV1
    | RescheduledV1
    | PausedV1
    | ResumedV1
    | TransferredV1
    | ClosedV1
    | ReopenedV1
    | RetractedV1
)

CURRENT: Final[dict[str, type[Data]]] = {
    "duecourse.case.received.v1": ReceivedV1,
    "duecourse.case.processed.v1": ProcessedV1,
    "duecourse.case.overdue.v1": OverdueV1,
    "duecourse.case.returned.v1": ReturnedV1,
    "duecourse.case.rescheduled.v1": RescheduledV1,
    "duecourse.case.paused.v1": PausedV1,
    "duecourse.case.resumed.v1": ResumedV1,
    "duecourse.case.transferred.v1": TransferredV1,
    "duecourse.case.closed.v1": ClosedV1,
    "duecourse.case.reopened.v1": ReopenedV1,
    "duecourse.case.retracted.v1": RetractedV1,
}
"""The newest version of each type: what is decoded after upcasting."""

TYPE_OF: Final = {event_type.removeprefix(TYPE_PREFIX).partition(".")[0]: event_type for event_type in CURRENT}
"""The newest type of each name: `received` is `duecourse.case.received.v1`."""
