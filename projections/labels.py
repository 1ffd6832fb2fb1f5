"""Early, on time, late: the label of a settled case; and when an open case becomes overdue (`domain.md`, Labels)."""

from enum import StrEnum
from typing import Final

from events.case import Case
from projections.deadline import Deadline
from projections.measures import INSTANT, Policy
from projections.zone import LocalDays


class Timeliness(StrEnum):
    """The label of a settled case."""

    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"


EARLY: Final = Timeliness.EARLY  # by a name of the module, as in `measures`
ON_TIME: Final = Timeliness.ON_TIME
LATE: Final = Timeliness.LATE


def timeliness(end: int, due: int | None, policy: Policy, days: LocalDays) -> Timeliness:
    """The label of a case settled at `end`; without a due date it is on time."""
    if due is None:
        return ON_TIME
    end_day, due_day = days.day_of(end), days.day_of(due)
    late = end > due if policy is INSTANT else end_day > due_day
    if late:
        return LATE
    return EARLY if end_day < due_day else ON_TIME


def passes_at(due: int, received_at: int, policy: Policy, days: LocalDays) -> int:
    """The last instant at which a case is not yet overdue: it is overdue at every later one while it is open.

    `instant`: the due instant; `date`: the last microsecond of the due day; `received_at` if that is later.
    """
    passes = due if policy is INSTANT else days.last_of(days.day_of(due))
    return max(received_at, passes)


def overdue_time(case: Case, found: Deadline, policy: Policy, days: LocalDays) -> tuple[int, int] | None:
    """`(time, due)` of the overdue fact that the case calls for, under the database's policy; None where none.

    A case calls for it if it was open when its effective due passed, or will be unless it ends before.
    """
    due, received_at = found.due, case.received_at
    if due is None or received_at is None:
        return None
    at = due if policy is INSTANT else days.start_of(days.day_of(due) + 1)
    if at < received_at:
        at = received_at
    return (at, due) if open_when_due_passed(case, at, due) else None


def open_when_due_passed(case: Case, at: int, due: int) -> bool:
    """Whether the case was open at `at`; an end exactly at the due instant is on time."""
    if case.received_at is None or case.received_at > at:
        return False
    end = case.end
    return end is None or end.time > at or (end.time == at and at > due)
