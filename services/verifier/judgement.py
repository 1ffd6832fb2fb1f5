"""What the facts of one case come to: everything that is counted about it, before any counting."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.verifier.deadline import DATE, INSTANT, POLICIES, Deadline, find_reschedulings, set_deadline
from services.verifier.holders import Holders, find_holders
from services.verifier.local_time import LocalTime
from services.verifier.pauses import Pause, find_pauses
from services.verifier.reading import CLOSED, OVERDUE, PROCESSED, RECEIVED, RETURNED, TRANSFERRED, Record
from services.verifier.stretches import Stretch, divide
from services.verifier.unit_directory import UnitDirectory

DEADLINES_SOURCE: Final = "/duecourse/deadlines"
PLAIN_KIND: Final = "procedure"
_DECIDED: Final = {
    ("electronic_result", True): "electronic_result_yes",
    ("electronic_result", False): "electronic_result_no",
    ("paid", "online"): "paid_online",
    ("paid", "counter"): "paid_counter",
}


@dataclass(frozen=True, slots=True)
class JudgedCase:
    """A received case. Instants are microseconds since 1970 UTC; the end is the case's one end, the last.

    `ended_at` is when the end counts, never before the case was received; labels go by the end's own time.
    """

    kind: str
    online: bool
    digitised: str | None
    received_at: int
    holders: Holders
    end: Record | None
    ended_at: int | None
    returned_at: int | None
    became_overdue_at: int | None
    deadlines: tuple[Deadline, ...]
    problems: frozenset[str]

    @property
    def closed(self) -> bool:
        return self.end is not None and self.end.name == CLOSED

    @property
    def of_decision(self) -> tuple[str, ...]:
        """What the decision says of its result and its fee, as figures; nothing where no decision ended the case."""
        if self.end is None or self.end.name != PROCESSED:
            return ()
        said = [(field, self.end.data.get(field)) for field in ("electronic_result", "paid")]
        return tuple(_DECIDED[one] for one in said if one in _DECIDED)

    def pending_at(self, instant: int) -> bool:
        """Received before, and not ended before (`domain.md`: P)."""
        return self.received_at < instant and (self.ended_at is None or self.ended_at >= instant)


@dataclass(frozen=True, slots=True)
class UnreceivedCase:
    """A case no fact of which is a `received`. A refusal at the desk has an instant and no problems."""

    first_at: int
    refused_at: int | None
    problems: frozenset[str]


def judge(
    walk: Sequence[Record], *, overdue_policy: str, units: UnitDirectory, local: LocalTime
) -> JudgedCase | UnreceivedCase:
    """Judges a case by its walk (not empty). `overdue_policy` is the deadlines service's."""
    stretches, problems = divide(walk)
    pauses, stray = find_pauses(stretches)
    if stray:
        problems.add("resumed_without_pause")
    if any(fact.name == OVERDUE and fact.source != DEADLINES_SOURCE for fact in walk):
        problems.add("overdue_from_sender")
    received = [fact for fact in walk if fact.name == RECEIVED]
    if not received:
        return _unreceived(walk, stretches, problems)
    if len(received) > 1:
        problems.add("received_twice")
    holders, held_problems = find_holders(received[0], stretches, units, local)
    deadlines = _deadlines(received[0], stretches, pauses, local)
    end = stretches[-1].end
    problems |= held_problems | _date_problems(received[0].instant, deadlines, end, local)
    return JudgedCase(
        kind=received[0].data.get("kind") or PLAIN_KIND,
        online=received[0].data.get("channel") == "online",
        digitised=received[0].data.get("digitised"),
        received_at=received[0].instant,
        holders=holders,
        end=end,
        ended_at=None if end is None else max(end.instant, received[0].instant),
        returned_at=_returned_at(walk, received[0].instant),
        became_overdue_at=_became_overdue_at(walk, received[0].instant, deadlines, overdue_policy, end, local),
        deadlines=deadlines,
        problems=frozenset(problems),
    )


def label_end(ended_at: int, due: int | None, policy: str, local: LocalTime) -> str:
    """early, on_time or late (`domain.md`, Labels). `ended_at` is the end's own time."""
    if due is None:
        return "on_time"
    if policy == INSTANT and ended_at > due:
        return "late"
    end_day, due_day = local.day_of(ended_at), local.day_of(due)
    if end_day < due_day:
        return "early"
    return "late" if policy == DATE and end_day > due_day else "on_time"


def _unreceived(walk: Sequence[Record], stretches: Sequence[Stretch], problems: set[str]) -> UnreceivedCase:
    end = stretches[-1].end
    if end is not None and end.name == CLOSED and end.data.get("reason") == "rejected":
        return UnreceivedCase(walk[0].instant, end.instant, frozenset())
    problems.add("never_received")
    if any(fact.name == TRANSFERRED for fact in walk):
        problems.add("transfer_out_of_place")
    return UnreceivedCase(walk[0].instant, None, frozenset(problems))


def _deadlines(
    received: Record, stretches: Sequence[Stretch], pauses: Sequence[Pause], local: LocalTime
) -> tuple[Deadline, ...]:
    reschedulings = find_reschedulings(stretches)
    return tuple(set_deadline(policy, received.due, reschedulings, pauses, local) for policy in POLICIES)


def _date_problems(received_at: int, deadlines: Sequence[Deadline], end: Record | None, local: LocalTime) -> set[str]:
    problems = set()
    received_day = local.day_of(received_at)
    due = _under(DATE, deadlines).standing_due
    if due is None:
        problems.add("due_missing")
    elif local.day_of(due) < received_day:
        problems.add("due_before_received")
    if end is not None and local.day_of(end.instant) < received_day:
        problems.add("ended_before_received")
    return problems


def _returned_at(walk: Sequence[Record], received_at: int) -> int | None:
    returned = next((fact.instant for fact in walk if fact.name == RETURNED), None)
    return None if returned is None else max(returned, received_at)


def _became_overdue_at(
    walk: Sequence[Record],
    received_at: int,
    deadlines: Sequence[Deadline],
    policy: str,
    end: Record | None,
    local: LocalTime,
) -> int | None:
    """When the case became overdue, if an overdue fact names the effective due date and the case was open then."""
    due = _under(policy, deadlines).effective_due
    if due is None:
        return None
    noted = any(fact.name == OVERDUE and fact.source == DEADLINES_SOURCE and fact.due == due for fact in walk)
    passed = due if policy == INSTANT else local.midnight(local.day_of(due) + 1).instant
    instant = max(passed, received_at)
    return instant if noted and _open_at(instant, due, received_at, end) else None


def _open_at(instant: int, due: int, received_at: int, end: Record | None) -> bool:
    if instant < received_at:
        return False
    return end is None or end.instant > instant or end.instant == instant > due


def _under(policy: str, deadlines: Sequence[Deadline]) -> Deadline:
    return next(deadline for deadline in deadlines if deadline.policy == policy)
