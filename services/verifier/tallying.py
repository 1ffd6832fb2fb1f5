"""One received case as increments of (local day, unit, measure); names as in the table of measures."""

from collections.abc import Iterator

from services.verifier.deadline import Deadline
from services.verifier.judgement import JudgedCase, label_end
from services.verifier.local_time import LocalTime
from services.verifier.standing import IN_TIME, changing_days, standing_at

Increment = tuple[int, str, str, int]
"""Local day (proleptic ordinal), unit, measure, amount."""


def tally(case: JudgedCase, local: LocalTime) -> Iterator[Increment]:
    """All increments of a case."""
    yield from _flows(case, local)
    yield from _transfers(case, local)
    for deadline in case.deadlines:
        yield from _settlement(case, deadline, local)
        yield from _due(case, deadline, local)
        yield from _states(case, deadline, local)


def _flows(case: JudgedCase, local: LocalTime) -> Iterator[Increment]:
    received_day, first, last = local.day_of(case.received_at), case.holders.first, case.holders.last
    yield received_day, first, "new", 1
    if case.online:
        yield received_day, first, "new_online", 1
    if case.digitised in ("yes", "no"):
        yield received_day, first, f"digitised_{case.digitised}", 1
    for figure in case.of_decision:
        yield local.day_of(case.ended_at or case.received_at), last, figure, 1
    if case.ended_at is not None and case.closed:
        yield local.day_of(case.ended_at), last, "closed", 1
    if case.returned_at is not None:
        yield local.day_of(case.returned_at), last, "returned", 1
    if case.became_overdue_at is not None:
        at = case.became_overdue_at
        yield local.day_of(at), case.holders.at(at), "became_overdue", 1


def _transfers(case: JudgedCase, local: LocalTime) -> Iterator[Increment]:
    giver = case.holders.first
    for instant, taker in case.holders.transfers:
        yield local.day_of(instant), giver, "transferred_out", 1
        yield local.day_of(instant), taker, "transferred_in", 1
        giver = taker


def _settlement(case: JudgedCase, deadline: Deadline, local: LocalTime) -> Iterator[Increment]:
    if case.end is None or case.ended_at is None or case.closed:
        return
    label = label_end(case.end.instant, deadline.effective_due, deadline.policy, local)
    yield local.day_of(case.ended_at), case.holders.last, f"settled_{label}_{deadline.policy}", 1


def _due(case: JudgedCase, deadline: Deadline, local: LocalTime) -> Iterator[Increment]:
    due = deadline.effective_due
    if due is None or case.closed:
        return
    day, unit, policy = local.day_of(max(due, case.received_at)), case.holders.last, deadline.policy
    yield day, unit, f"fell_due_{policy}", 1
    if case.end is None:
        yield local.day_of(due), unit, f"open_due_{policy}", 1
    elif label_end(case.end.instant, due, policy, local) != "late":
        yield day, unit, f"fell_due_on_time_{policy}", 1


def _states(case: JudgedCase, deadline: Deadline, local: LocalTime) -> Iterator[Increment]:
    """The change of each state over each day: the state that ends it less the state that begins it."""
    held: tuple[str, str] | None = None
    for day in changing_days(case, deadline, local):
        midnight = local.midnight(day + 1)
        standing = standing_at(case, deadline, midnight, local)
        counted = standing is not None and standing != IN_TIME
        holds = (case.holders.at(midnight.instant), f"{standing}_{deadline.policy}") if counted else None
        if holds != held:
            yield from ((day, *held, -1),) if held else ()
            yield from ((day, *holds, 1),) if holds else ()
        held = holds
