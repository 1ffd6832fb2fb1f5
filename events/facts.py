"""The eleven facts of a case's life (`interface.md`, Events) in the form that is folded and stored.

Instants are integer microseconds (`events.instants`). The structs are array-like because a case row keeps its facts
in this form: **fields are only ever appended, with a default**. What senders write is in `events.wire`.
"""

from typing import Final, Literal

from msgspec import Struct

Channel = Literal["online", "desk", "post", "internal"]
Digitised = Literal["yes", "no", "exempt"]
Kind = Literal["procedure", "complaint"]
Outcome = Literal["granted", "refused"]
Paid = Literal["online", "counter", "no_fee"]
RescheduleReason = Literal["supplement", "apology", "calendar", "correction"]
PauseReason = Literal["supplement", "verification", "payment", "other"]
CloseReason = Literal["withdrawn", "stopped", "rejected"]

KINDS: Final[tuple[Kind, ...]] = ("procedure", "complaint")
DEADLINES_SOURCE: Final = "/duecourse/deadlines"
"""The only source whose `overdue` facts count: the deadlines service."""


class Received(Struct, frozen=True, gc=False, array_like=True, tag="received"):
    """The case was accepted by `unit`; the clock starts. `due`: instant promised, if any."""

    unit: str
    due: int | None = None
    procedure: str | None = None
    channel: Channel | None = None
    receiving_unit: str | None = None
    digitised: Digitised | None = None
    kind: Kind = "procedure"


class Transferred(Struct, frozen=True, gc=False, array_like=True, tag="transferred"):
    """From its time on `unit` holds the case."""

    unit: str


class Paused(Struct, frozen=True, gc=False, array_like=True, tag="paused"):
    """The unit waits for somebody else."""

    reason: PauseReason


class Resumed(Struct, frozen=True, gc=False, array_like=True, tag="resumed"):
    """The wait is over."""


class Rescheduled(Struct, frozen=True, gc=False, array_like=True, tag="rescheduled"):
    """A new date was given; an apology does not move the date the label is measured by."""

    due: int
    reason: RescheduleReason


class Overdue(Struct, frozen=True, gc=False, array_like=True, tag="overdue"):
    """The case was open when `due` passed; written by the deadlines service."""

    due: int


class Processed(Struct, frozen=True, gc=False, array_like=True, tag="processed"):
    """The decision is made; the clock stops."""

    outcome: Outcome | None = None
    electronic_result: bool | None = None
    paid: Paid | None = None


class Returned(Struct, frozen=True, gc=False, array_like=True, tag="returned"):
    """The result was handed over."""

    channel: Channel | None = None


class Closed(Struct, frozen=True, gc=False, array_like=True, tag="closed"):
    """Ended without a decision."""

    reason: CloseReason


class Reopened(Struct, frozen=True, gc=False, array_like=True, tag="reopened"):
    """The end is void."""


class Retracted(Struct, frozen=True, gc=False, array_like=True, tag="retracted"):
    """The earlier fact `id` of `source` (its own source where none is given) was a mistake."""

    id: str
    source: str | None = None


Body = (
    Received
    | Transferred
    | Paused
    | Resumed
    | Rescheduled
    | Overdue
    | Processed
    | Returned
    | Closed
    | Reopened
    | Retracted
)

WALK_ORDER: Final[tuple[type[Body], ...]] = (
    Received,
    Transferred,
    Paused,
    Resumed,
    Rescheduled,
    Overdue,
    Processed,
    Returned,
    Closed,
    Reopened,
    Retracted,
)
"""Order of facts with the same time (`domain.md`, Fold rules). Retractions are not walked; they come last."""

NAMES: Final[dict[type[Body], str]] = {body: body.__name__.lower() for body in WALK_ORDER}


class Fact(Struct, frozen=True, gc=False, array_like=True):
    """One fact of one case, identified in its case by (source, id); `time` is when it happened."""

    source: str
    id: str
    time: int
    body: Body


class Event(Struct, frozen=True, gc=False):
    """A fact together with the case it is about: what a sender's message says."""

    case_id: str
    fact: Fact


def repeats(known: Fact, again: Fact) -> bool:
    """Whether two facts with the same (source, id) say the same.

    What is compared is what was said, not how it was written. The instant at which a case became overdue follows
    from its due date, so that two deadlines services that saw different facts do not contradict each other.
    """
    if isinstance(known.body, Overdue):
        return known.body == again.body
    return known.time == again.time and known.body == again.body
