"""The state of a case: what its facts amount to, before any calendar, label or unit tree is asked."""

from msgspec import Struct

from events.facts import Paid, Received


class Holder(Struct, frozen=True, gc=False):
    """`unit` holds the case from `since` on (exclusive: at the instant itself the holder before still has it)."""

    unit: str
    since: int


class DueSet(Struct, frozen=True, gc=False):
    """A counting rescheduling set the due date."""

    due: int


class PauseOver(Struct, frozen=True, gc=False):
    """A clock-stopping pause ended without a rescheduling inside it; whether it counts depends on the due date."""

    began: int
    ended: int


DeadlineStep = DueSet | PauseOver


class End(Struct, frozen=True, gc=False):
    """The one end of a case: at `time` it was settled, or closed without a decision.

    `electronic_result` and `paid` as the decision says; None where it does not.
    """

    time: int
    settled: bool
    reason: str | None = None
    electronic_result: bool | None = None
    paid: Paid | None = None


class OverdueNote(Struct, frozen=True, gc=False):
    """The deadlines service found the case open when `due` passed."""

    time: int
    due: int


class Ignored(Struct, frozen=True, gc=False):
    """A fact that is in the log and changes nothing, with the word for why."""

    source: str
    id: str
    why: str


class Case(Struct, frozen=True, gc=False):
    """One case as its set of facts tells it (`domain.md`, Fold rules).

    `received` is the earliest such fact (None: never received, counted in no figure). `holders` begins with the unit
    that received it. `steps` move the due date in walk order, starting from `received.due`. `open_pause` is the start
    of a clock-stopping pause still open, unless a rescheduling interrupted it. Instants are microseconds.
    """

    first_time: int
    last_time: int
    received: Received | None
    received_at: int | None
    holders: tuple[Holder, ...]
    steps: tuple[DeadlineStep, ...]
    open_pause: int | None
    end: End | None
    returned_at: int | None
    overdue_notes: tuple[OverdueNote, ...]
    apologised: bool
    problems: frozenset[str]
    ignored: tuple[Ignored, ...]

    @property
    def refused_at_desk(self) -> bool:
        """Closed as rejected and never received: a refusal at the desk, no case of N."""
        return self.received is None and self.end is not None and self.end.reason == "rejected"
