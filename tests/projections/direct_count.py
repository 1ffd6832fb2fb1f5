"""The figures of `domain.md`, Periods, read off the cases one by one: formula by formula, without tallies."""

from collections.abc import Iterable

from events.case import Case
from projections.deadline import deadline
from projections.figures import Counts, total
from projections.labels import Timeliness, timeliness
from projections.measures import Policy
from tests.projections.tallying import HANOI


def direct_count(cases: Iterable[Case], unit: str, a: int, b: int, policy: Policy) -> Counts:
    """The counts of a unit over the instants `[a, b)`; `a` is a local midnight, `b` any instant."""
    return total(_count(case, unit, a, b, policy) for case in cases)


def _count(case: Case, unit: str, a: int, b: int, policy: Policy) -> Counts:
    if case.received is None or case.received_at is None:
        return Counts()
    received, due = case.received_at, deadline(case, policy, HANOI)
    end = None if case.end is None else max(case.end.time, received)
    settled = case.end is not None and case.end.settled
    label = timeliness(case.end.time, due.standing, policy, HANOI) if case.end is not None and settled else None
    at_last = case.holders[-1].unit == unit
    ended_within = end is not None and a <= end < b and at_last
    new = a <= received < b and case.received.unit == unit
    pending = received < b and (end is None or end >= b) and _holder(case, b) == unit
    paused = pending and _paused(due.pauses, due.paused_since, b)
    overdue = pending and not paused and due.due is not None and _before(due.due, b, policy)
    fell_due = _fell_due(due.due, received, a, b, policy) and at_last and (case.end is None or settled)
    moves = [(before.unit, after.unit) for before, after in _transfers(case, a, b)]
    return Counts(
        new=new,
        carried_over=received < a and (end is None or end >= a) and _holder(case, a) == unit,
        transferred_in=sum(after == unit for _, after in moves),
        settled_early=ended_within and label is Timeliness.EARLY,
        settled_on_time=ended_within and label is Timeliness.ON_TIME,
        settled_late=ended_within and label is Timeliness.LATE,
        closed=ended_within and not settled,
        transferred_out=sum(before == unit for before, _ in moves),
        pending_in_time=pending and not paused and not overdue,
        pending_overdue=overdue,
        pending_paused=paused,
        fell_due=fell_due,
        fell_due_on_time=fell_due and label in (Timeliness.EARLY, Timeliness.ON_TIME),
        returned=case.returned_at is not None and a <= max(case.returned_at, received) < b and at_last,
        online=new and case.received.channel == "online",
        digitised_yes=new and case.received.digitised == "yes",
        digitised_no=new and case.received.digitised == "no",
        electronic_result_yes=ended_within and case.end is not None and case.end.electronic_result is True,
        electronic_result_no=ended_within and case.end is not None and case.end.electronic_result is False,
        paid_online=ended_within and case.end is not None and case.end.paid == "online",
        paid_counter=ended_within and case.end is not None and case.end.paid == "counter",
    )


def _holder(case: Case, t: int) -> str:
    return [holder.unit for holder in case.holders if holder.since < t][-1]


def _transfers(case: Case, a: int, b: int):
    return [pair for pair in zip(case.holders, case.holders[1:], strict=False) if a <= pair[1].since < b]


def _paused(pauses, since: int | None, b: int) -> bool:
    return any(began < b <= ended for began, ended in pauses) or (since is not None and since < b)


def _before(due: int, t: int, policy: Policy) -> bool:
    return HANOI.day_of(due) < HANOI.day_of(t) if policy is Policy.DATE else due < t


def _fell_due(due: int | None, received: int, a: int, b: int, policy: Policy) -> bool:
    if due is None:
        return False
    return (received >= a or not _before(due, a, policy)) and received < b and _before(due, b, policy)
