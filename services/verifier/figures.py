"""One received case as counts of a period `[a, b)`, each straight from its definition.

Source: `domain.md`, Periods.
"""

from collections.abc import Iterator
from typing import NamedTuple

from services.verifier.deadline import DATE, Deadline
from services.verifier.judgement import JudgedCase, label_end
from services.verifier.local_time import LocalTime, Midnight
from services.verifier.standing import standing_at


class Period(NamedTuple):
    """Half-open, from one local midnight to another."""

    start: Midnight
    stop: Midnight

    def holds(self, instant: int | None) -> bool:
        return instant is not None and self.start.instant <= instant < self.stop.instant


def count(case: JudgedCase, deadline: Deadline, period: Period, local: LocalTime) -> Iterator[tuple[str, str]]:
    """(unit, figure) for each figure the case is counted in, under the policy of `deadline`."""
    if case.received_at >= period.stop.instant:
        return
    yield from _flows(case, period)
    yield from _backlog(case, deadline, period, local)
    yield from _settlement(case, deadline, period, local)
    yield from _due(case, deadline, period, local)


def _flows(case: JudgedCase, period: Period) -> Iterator[tuple[str, str]]:
    first, last = case.holders.first, case.holders.last
    if period.holds(case.received_at):
        yield first, "new"
        if case.online:
            yield first, "online"
        if case.digitised in ("yes", "no"):
            yield first, f"digitised_{case.digitised}"
    if period.holds(case.returned_at):
        yield last, "returned"
    if case.closed and period.holds(case.ended_at):
        yield last, "closed"
    if period.holds(case.ended_at):
        yield from ((last, figure) for figure in case.of_decision)
    givers = [first, *(unit for _, unit in case.holders.transfers)]
    for giver, (instant, taker) in zip(givers, case.holders.transfers, strict=False):
        if period.holds(instant):
            yield giver, "transferred_out"
            yield taker, "transferred_in"


def _backlog(case: JudgedCase, deadline: Deadline, period: Period, local: LocalTime) -> Iterator[tuple[str, str]]:
    if case.pending_at(period.start.instant):
        yield case.holders.at(period.start.instant), "carried_over"
    standing = standing_at(case, deadline, period.stop, local)
    if standing is not None:
        yield case.holders.at(period.stop.instant), f"pending_{standing}"


def _settlement(case: JudgedCase, deadline: Deadline, period: Period, local: LocalTime) -> Iterator[tuple[str, str]]:
    if case.end is not None and not case.closed and period.holds(case.ended_at):
        label = label_end(case.end.instant, deadline.effective_due, deadline.policy, local)
        yield case.holders.last, f"settled_{label}"


def _due(case: JudgedCase, deadline: Deadline, period: Period, local: LocalTime) -> Iterator[tuple[str, str]]:
    due = deadline.effective_due
    if due is None or case.closed or not _fell_due(case, due, deadline.policy, period, local):
        return
    yield case.holders.last, "fell_due"
    if case.end and label_end(case.end.instant, due, deadline.policy, local) != "late":
        yield case.holders.last, "fell_due_on_time"


def _fell_due(case: JudgedCase, due: int, policy: str, period: Period, local: LocalTime) -> bool:
    if policy == DATE:
        day = max(local.day_of(due), local.day_of(case.received_at))
        return period.start.day <= day < period.stop.day
    return period.holds(max(due, case.received_at))
