"""The effective due date of a case (`domain.md`, Effective due), under either policy."""

from msgspec import Struct

from events.case import Case, DueSet
from projections.measures import DATE, Policy
from projections.zone import LocalDays


class Deadline(Struct, frozen=True, gc=False):
    """Where the promise stands.

    `standing`: the due instant so far, None where none was ever given. `paused_since`: start of the counting pause that
    is open now; while it is open there is no effective due. `pauses`: the pauses that counted, `(began, ended)`.
    """

    standing: int | None
    paused_since: int | None
    pauses: tuple[tuple[int, int], ...]

    @property
    def due(self) -> int | None:
        """The effective due instant; None while a counting pause is open, or where no due date was given."""
        return None if self.paused_since is not None else self.standing


def deadline(case: Case, policy: Policy, days: LocalDays) -> Deadline:
    """Walks the due date from the one promised at reception through reschedulings and pauses."""
    due = case.received.due if case.received is not None else None
    if not case.steps and case.open_pause is None:
        return Deadline(due, None, ())
    pauses: list[tuple[int, int]] = []
    for step in case.steps:
        if isinstance(step, DueSet):
            due = step.due
        elif due is not None and began_in_time(step.began, due, policy, days):
            pauses.append((step.began, step.ended))
            due = _moved(due, step.began, step.ended, policy, days)
    since = case.open_pause
    if since is not None and (due is None or not began_in_time(since, due, policy, days)):
        since = None
    return Deadline(due, since, tuple(pauses))


def began_in_time(began: int, due: int, policy: Policy, days: LocalDays) -> bool:
    """A pause that began after the due date cures nothing."""
    return days.day_of(began) <= days.day_of(due) if policy is DATE else began <= due


def _moved(due: int, began: int, ended: int, policy: Policy, days: LocalDays) -> int:
    if policy is DATE:
        return days.shift(due, days.day_of(ended) - days.day_of(began))
    return due + ended - began
