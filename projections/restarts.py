"""Limits that begin again when a pause is over (`restart`), told as facts: the fold itself only subtracts.

The fact is a rescheduling at the very instant at which the case was resumed, so that the figures are those that a
sender would have made who gave the new date at once. It is told once: what the registry or the calendar say later
changes nothing. Only where other facts of the case come to light is it retracted, and told anew (`domain.md`, Effective
due).
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Final
from uuid import UUID, uuid5

from msgspec import Struct, structs

from events.case import Case, PauseOver
from events.facts import Event, Fact, Paused, PauseReason, Received, Rescheduled, Resumed, Retracted
from events.fold import fold, walk_of
from events.instants import iso
from projections.deadline import Deadline, deadline
from projections.effect import Kept
from projections.measures import DATE
from projections.moved_promises import promise_kept
from projections.pause_rules import PauseEffect, PauseRules
from projections.promises import procedure_of
from projections.standing import Rules
from projections.time_limits import due_of

RESTART_SOURCE: Final = "/duecourse/pauses"
"""The source of facts that say from when on a limit counts anew."""
_RESTART: Final = UUID("6d0b4e1c-6c56-5a0c-8a53-0f2f4f0f9a10")


def restart_events(case_id: str, kept: Sequence[Kept], pauses: PauseRules, rules: Rules) -> list[Event]:
    """What is to be told of a case: reschedulings that are missing, retractions of those that are wrong now.

    The same events however often they are made, until they are among the case's facts; then none.
    """
    facts = [one.fact for one in kept]
    standing = {(fact.source, fact.id) for fact in walk_of(facts)}
    told = [fact for fact in facts if _is_restart(fact)]
    teller = _Teller(case_id, kept, told, [fact for fact in told if (fact.source, fact.id) in standing], rules)
    wanted: list[Fact] = []
    others = [fact for fact in facts if not _is_restart(fact)]
    for pause in _restarting_pauses(others, wanted, pauses, rules):
        fact = teller.restart(pause)
        if fact is not None:
            wanted.append(fact)
    wrong = [_retraction(fact) for fact in teller.standing if fact not in wanted]
    return [Event(case_id, fact) for fact in (*wrong, *(fact for fact in wanted if fact not in told))]


def _is_restart(fact: Fact) -> bool:
    return fact.source == RESTART_SOURCE and isinstance(fact.body, Rescheduled)


def _retraction(fact: Fact) -> Fact:
    return Fact(RESTART_SOURCE, str(uuid5(_RESTART, f"retracted\n{fact.id}")), fact.time, Retracted(fact.id))


class _Pause(Struct, frozen=True):
    """A pause that is over and by which a limit begins again: the case so far, its end, and the deadline after it."""

    case: Case
    ended: int
    deadline: Deadline


def _restarting_pauses(
    others: Sequence[Fact], wanted: Sequence[Fact], pauses: PauseRules, rules: Rules
) -> Iterator[_Pause]:
    """In order. `wanted` grows meanwhile: by what is told of one pause the next begins in time or not."""
    seen: set[int] = set()
    while (found := _next([*others, *wanted], seen, pauses, rules)) is not None:
        seen.add(found.ended)
        yield found


def _next(facts: Sequence[Fact], seen: Collection[int], pauses: PauseRules, rules: Rules) -> _Pause | None:
    """The first pause not `seen` that a `resumed` ended, that counted, and whose rule is to restart."""
    case = fold(facts)
    if case is None:
        return None
    ignored = {(one.source, one.id) for one in case.ignored}
    counting = [fact for fact in walk_of(facts) if (fact.source, fact.id) not in ignored]
    reasons: dict[int, PauseReason] = {one.time: one.body.reason for one in counting if isinstance(one.body, Paused)}
    resumed = {one.time for one in counting if isinstance(one.body, Resumed)}
    to_tell = resumed - _given_a_date(counting) - set(seen)
    for place, step in enumerate(case.steps):
        if isinstance(step, PauseOver) and step.ended in to_tell:
            effect = pauses.effect(reasons[step.began], rules.days.day_of(step.began))
            after = _after(case, place, rules)
            if effect is PauseEffect.RESTART and (step.began, step.ended) in after.pauses:
                return _Pause(case, step.ended, after)
    return None


def _given_a_date(counting: Sequence[Fact]) -> set[int]:
    """Instants at which somebody else set the due date: whoever resumes a case and gives the new date has said it."""
    return {
        one.time
        for one in counting
        if isinstance(one.body, Rescheduled) and one.body.reason != "apology" and not _is_restart(one)
    }


def _after(case: Case, place: int, rules: Rules) -> Deadline:
    """The deadline after a step of the case, under the policy of the database."""
    return deadline(structs.replace(case, steps=case.steps[: place + 1], open_pause=None), rules.policy, rules.days)


class _Teller:
    """Says once what is to be said of a case: `told` are its restarts so far, `standing` those not retracted."""

    def __init__(
        self, case_id: str, kept: Sequence[Kept], told: Sequence[Fact], standing: Sequence[Fact], rules: Rules
    ) -> None:
        self.standing = standing
        self._case_id = case_id
        self._kept = kept
        self._told = told
        self._rules = rules

    def restart(self, pause: _Pause) -> Fact | None:
        """The fact that a limit begins again at the end of a pause; None where the date is no later by it."""
        begins, moved, case = pause.ended, pause.deadline.standing, pause.case
        received, received_at = case.received, case.received_at
        if moved is None or received is None or received_at is None or received.due is None:
            return None
        promised = promise_kept(self._kept, case) is not None
        basis = f"{received.procedure} {received.kind}" if promised else f"{received.due}"
        basis = f"{self._case_id}\n{iso(begins)}\n{received_at}\n{basis}"
        fact = self._known(begins, basis)
        if fact is None:
            due = self._by_limit(received, received_at, begins) if promised else None
            due = due or self._by_span(received.due, received_at, begins)
            number = sum(one.time == begins for one in self._told)  # a retracted one cannot be told again by its id
            fact = Fact(RESTART_SOURCE, _id(basis, number, due), begins, Rescheduled(due, "supplement"))
        return fact if isinstance(fact.body, Rescheduled) and fact.body.due > moved else None

    def _known(self, begins: int, basis: str) -> Fact | None:
        """What was told already of the same, by whatever calendar."""
        for fact in self.standing:
            if fact.time == begins and isinstance(fact.body, Rescheduled):
                ids = (_id(basis, number, fact.body.due) for number in range(len(self._told)))
                if fact.id in ids:
                    return fact
        return None

    def _by_limit(self, received: Received, received_at: int, begins: int) -> int | None:
        """By the limit of the procedure, and the days off that were published when it begins again."""
        row, calendar = procedure_of(received, received_at, self._rules), self._rules.calendar
        if row is None or row.limit is None or calendar is None:
            return None
        return due_of(begins, row.limit, calendar.as_known_at(begins), self._rules.days, row.cutoff)

    def _by_span(self, due: int, received_at: int, begins: int) -> int:
        """A date that a sender gave: as long after the pause as it was after the reception."""
        days = self._rules.days
        if self._rules.policy is DATE:
            return days.shift(due, days.day_of(begins) - days.day_of(received_at))
        return due + begins - received_at


def _id(basis: str, number: int, due: int) -> str:
    return str(uuid5(_RESTART, f"{basis}\n{number}\n{iso(due)}"))
