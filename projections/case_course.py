"""The course of a case for readers outside: each standing fact with what held from it on, under both policies.

Due date, pause and label are those that the figures rest on, as the facts stand together, not as they were believed on
the day: an on-time rate that is counted from courses is the one of the reports (`domain.md`, Effective due, Labels).
"""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct, structs

from events.case import Case, DueSet, Holder, PauseOver
from events.facts import Fact, Kind, Rescheduled
from events.fold import ends_of
from projections.deadline import deadline
from projections.labels import timeliness
from projections.measures import Policy
from projections.standing import FOREVER, Rules, Standing, standing

_SETS_NO_DUE: Final = "apology"
CLOSED: Final = "closed"


class Under(Struct, frozen=True, gc=False):
    """What holds under one policy: the due instant so far, whether a counting pause is open, the label once it ended.

    While a counting pause is open there is no effective due date, whatever `due` says. The label is early, on_time or
    late where the case was settled, closed where it ended without a decision.
    """

    due: int | None = None
    paused: bool = False
    label: str | None = None


class Step(Struct, frozen=True, gc=False):
    """A standing fact; `unused_because`: the fold's word where it changes nothing. `unit` holds the case after it."""

    fact: Fact
    unused_because: str | None
    unit: str
    by_date: Under
    by_instant: Under


class Course(Struct, frozen=True, gc=False):
    """A case from outside. Instants are microseconds.

    `ended_at` is the end by its own time, which the label compares with the due date; `counted_at` the instant at which
    the end is counted, never before the reception. Without a reception there is neither unit nor label.
    """

    state: str
    kind: Kind
    unit: str
    received_at: int | None
    ended_at: int | None
    counted_at: int | None
    by_date: Under
    by_instant: Under
    steps: tuple[Step, ...]


def state_of(case: Case | None) -> str:
    """A word for where a case is in its life; `retracted` where no fact stands."""
    if case is None:
        return "retracted"
    if case.received is None:
        return "refused_at_desk" if case.refused_at_desk else "never_received"
    if case.end is None:
        return "open"
    return "settled" if case.end.settled else CLOSED


def course(case: Case, walk: Sequence[Fact], rules: Rules) -> Course:
    """The course of a case that was folded from these facts; `walk` as `events.fold.walk_of` orders them."""
    found = standing(case, rules)
    unused = {(one.source, one.id): one.why for one in case.ignored}
    if found is None:
        steps = tuple(Step(fact, unused.get((fact.source, fact.id)), "", Under(), Under()) for fact in walk)
        return Course(state_of(case), "procedure", "", None, None, None, Under(), Under(), steps)
    counting = [fact for fact in walk if (fact.source, fact.id) not in unused]
    by_date, by_instant = (_Course(found, counting, policy, rules) for policy in (Policy.DATE, Policy.INSTANT))
    end = _place_of_end(case, walk)
    steps = tuple(
        Step(
            fact,
            unused.get((fact.source, fact.id)),
            _holder_after(found.holders, fact.time),
            by_date.after(fact.time, ended=place == end),
            by_instant.after(fact.time, ended=place == end),
        )
        for place, fact in enumerate(walk)
    )
    return Course(
        state_of(case),
        found.received.kind,
        found.last_unit,
        found.received_at,
        None if case.end is None else case.end.time,
        None if case.end is None else found.until,
        by_date.at_last(),
        by_instant.at_last(),
        steps,
    )


def _place_of_end(case: Case, walk: Sequence[Fact]) -> int | None:
    return None if case.end is None else max(ends_of(walk))


def _holder_after(holders: Sequence[Holder], instant: int) -> str:
    return next((one.unit for one in reversed(holders) if one.since <= instant), holders[0].unit)


class _Course:
    """The course of a received case under one policy."""

    def __init__(self, found: Standing, counting: Sequence[Fact], policy: Policy, rules: Rules) -> None:
        own = found.under(policy)
        self._dues = list(_dues(found, counting, policy, rules))
        self._pauses = [*own.pauses] if own.paused_since is None else [*own.pauses, (own.paused_since, FOREVER)]
        self._label = _label(found, policy, rules)
        self._last = Under(own.standing, own.paused_since is not None, self._label)

    def after(self, instant: int, *, ended: bool) -> Under:
        """What holds after all facts of an instant; the label only where the case ends."""
        due = next((due for since, due in reversed(self._dues) if since <= instant), None)
        paused = any(began <= instant < stop for began, stop in self._pauses)
        return Under(due, paused, self._label if ended else None)

    def at_last(self) -> Under:
        """What holds after all facts."""
        return self._last


def _dues(found: Standing, counting: Sequence[Fact], policy: Policy, rules: Rules) -> Iterator[tuple[int, int | None]]:
    """Since when the promise stood at which due date, in order: as promised, then after each step of the fold."""
    case = found.case
    times = list(_step_times(case, counting))
    yield min([found.received_at, *times[:1]]), found.received.due
    for place, time in enumerate(times):
        so_far = structs.replace(case, steps=case.steps[: place + 1], open_pause=None)
        yield time, deadline(so_far, policy, rules.days).standing


def _step_times(case: Case, counting: Sequence[Fact]) -> Iterator[int]:
    """When each step moved the due date; the fold takes one from each rescheduling that counts, in their order."""
    reschedulings = (
        fact.time for fact in counting if isinstance(fact.body, Rescheduled) and fact.body.reason != _SETS_NO_DUE
    )
    for step in case.steps:
        match step:
            case DueSet():
                yield next(reschedulings)
            case PauseOver(ended=ended):
                yield ended


def _label(found: Standing, policy: Policy, rules: Rules) -> str | None:
    end = found.case.end
    if end is None:
        return None
    return timeliness(end.time, found.under(policy).standing, policy, rules.days).value if end.settled else CLOSED
