"""The dates promised, stage by stage: at the reception, and after each supplement that came.

What a row says about a stage that is over stands in its list of supplements and is final. What it says about the last
stage is its `due`, which another row may say differently; those are stated in the order of the rows' age.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from events.facts import RescheduleReason
from services.importing.times import Instant
from services.portal.snapshot import Snapshot, Supplement
from services.portal.times import digits

FINAL: Final = "2"
CURRENT: Final = "1"
HIGHEST: Final = 10**20 - 1


class Promise(NamedTuple):
    """`due` counts from `at`. Of several for one `at` the one with the greatest `place` counts."""

    at: Instant
    due: Instant
    reason: RescheduleReason
    place: str


def promises(snapshot: Snapshot) -> Iterator[Promise]:
    """What the row says was promised, and when; nothing for a case that it does not call received."""
    if snapshot.received is None or not snapshot.status.received:
        return
    answered = [one for one in snapshot.supplements if one.answered is not None]
    befores = [one.due_before for one in snapshot.supplements]
    first, end = snapshot.received, snapshot.end
    if end is not None and end.utc < first.utc:
        first = end  # after the end nothing is promised, and a decision before its reception is labelled all the same
    begins = [first, *(one.answered for one in answered if one.answered is not None)]
    for number, at in enumerate(begins):
        reason: RescheduleReason = "supplement" if number else "correction"
        came = answered[number - 1] if number else None
        if number + 1 < len(begins):
            due, place = _since(came, befores[number]), FINAL
        else:
            waiting = befores[-1] if len(befores) > number else None
            due, place = _since(came, snapshot.due or waiting), f"{CURRENT}.{snapshot.age}"
        if due is not None:
            yield Promise(at, due, reason, f"{place}.{_earlier_wins(due)}")


def _since(came: Supplement | None, due: Instant | None) -> Instant | None:
    """What is promised since a supplement came, or since the reception, where `due` is the date now named.

    Where that is still the date promised before the supplement, it was not moved: if the list names no new one either,
    nothing is said, and the wait itself moves the date by its length (`domain.md`, Effective due).
    """
    if came is None:
        return due
    if due is not None and (came.due_before is None or due.utc != came.due_before.utc):
        return due
    return came.due_after


def _earlier_wins(due: Instant) -> str:
    return f"{HIGHEST - int(digits(due)):020}"
