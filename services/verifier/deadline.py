"""The effective due date of a case under one policy (`domain.md`, Effective due)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.verifier.local_time import LocalTime
from services.verifier.pauses import Pause
from services.verifier.reading import RESCHEDULED, Record
from services.verifier.stretches import Stretch

DATE: Final = "date"
INSTANT: Final = "instant"
POLICIES: Final = (DATE, INSTANT)

_SETS_NO_DUE: Final = "apology"


@dataclass(frozen=True, slots=True)
class Deadline:
    """The due date after all facts; instants in microseconds since 1970 UTC.

    `standing_due` sets an open pause aside. `pauses` are the counting ones as (start, stop), stop None while open.
    """

    policy: str
    standing_due: int | None
    pauses: tuple[tuple[int, int | None], ...] = ()

    @property
    def effective_due(self) -> int | None:
        """None also while a counting pause is open: there is no effective due then, for no day."""
        if self.pauses and self.pauses[-1][1] is None:
            return None
        return self.standing_due

    def paused_at(self, instant: int) -> bool:
        return any(start < instant and (stop is None or stop >= instant) for start, stop in self.pauses)


def find_reschedulings(stretches: Sequence[Stretch]) -> list[tuple[int, Record]]:
    """The reschedulings that count, as (place in the walk, fact): before an end, and no mere apology."""
    return [
        (place, fact)
        for stretch in stretches
        for place, fact in stretch.live
        if fact.name == RESCHEDULED and fact.data["reason"] != _SETS_NO_DUE
    ]


def set_deadline(
    policy: str,
    first_due: int | None,
    reschedulings: Sequence[tuple[int, Record]],
    pauses: Sequence[Pause],
    local: LocalTime,
) -> Deadline:
    """The deadline of a case. A pause that a rescheduling interrupts never counted, not even before it."""
    if not reschedulings and not pauses:
        return Deadline(policy, first_due)
    due = first_due
    counting: list[tuple[int, int | None]] = []
    for _, change in sorted(_changes(reschedulings, pauses), key=lambda numbered: numbered[0]):
        if isinstance(change, Record):
            assert change.due is not None  # noqa: S101 - a rescheduling without due is refused
            due = change.due
        elif due is not None and _began_in_time(change, due, policy, local):
            counting.append((change.start.instant, change.stop.instant if change.stop else None))
            if change.stop:
                due = _moved(due, change.start, change.stop, policy, local)
    return Deadline(policy, due, tuple(counting))


def _changes(
    reschedulings: Sequence[tuple[int, Record]], pauses: Sequence[Pause]
) -> list[tuple[float, Record | Pause]]:
    """What may change the due date, each at the place of the walk where it does: a pause where it ends."""
    changes: list[tuple[float, Record | Pause]] = list(reschedulings)
    for pause in pauses:
        stop = float("inf") if pause.stop_place is None else pause.stop_place
        interrupted = any(pause.start_place < place < stop for place, _ in reschedulings)
        if pause.stops_clock and not interrupted:
            changes.append((stop, pause))
    return changes


def _began_in_time(pause: Pause, due: int, policy: str, local: LocalTime) -> bool:
    if policy == INSTANT:
        return pause.start.instant <= due
    return local.day_of(pause.start.instant) <= local.day_of(due)


def _moved(due: int, start: Record, stop: Record, policy: str, local: LocalTime) -> int:
    if policy == INSTANT:
        return due + stop.instant - start.instant
    return local.shift_days(due, local.day_of(stop.instant) - local.day_of(start.instant))
