"""The state of a case at a midnight, straight from its definition (`domain.md`, Periods: P and its parts)."""

from typing import Final

from services.verifier.deadline import DATE, Deadline
from services.verifier.judgement import JudgedCase
from services.verifier.local_time import LocalTime, Midnight

IN_TIME: Final = "in_time"
OVERDUE: Final = "overdue"
PAUSED: Final = "paused"


def standing_at(case: JudgedCase, deadline: Deadline, midnight: Midnight, local: LocalTime) -> str | None:
    """in_time, overdue or paused at `midnight`; None where not pending.

    The due date is the one after all facts: a figure for a past day uses the facts as they stand now.
    """
    if not case.pending_at(midnight.instant):
        return None
    if deadline.paused_at(midnight.instant):
        return PAUSED
    due = deadline.effective_due
    if due is None:
        return IN_TIME
    passed = local.day_of(due) < midnight.day if deadline.policy == DATE else due < midnight.instant
    return OVERDUE if passed else IN_TIME


def changing_days(case: JudgedCase, deadline: Deadline, local: LocalTime) -> list[int]:
    """The local days over which overdue or paused may change, ascending. Empty where it never is either.

    Between two of them nothing happens: no change of holder or pause, no end, no due date passing.
    """
    due = deadline.effective_due
    edges = [edge for pause in deadline.pauses for edge in pause if edge is not None]
    if not edges and (due is None or (case.ended_at is not None and due >= case.ended_at)):
        return []
    turns = (case.received_at, case.ended_at, due, *edges, *(since for since, _ in case.holders.transfers))
    return sorted({local.day_of(max(turn, case.received_at)) for turn in turns if turn is not None})
