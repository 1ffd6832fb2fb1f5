"""`fold`: a set of facts becomes a case (`domain.md`, Fold rules, word for word).

Three steps, each a function of the set alone, so that the order of arrival cannot matter:
clear the facts of repeats and retractions, find the fact that ends each stretch, walk once.
"""

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Final, assert_never

from events.case import Case, DeadlineStep, DueSet, End, Holder, Ignored, OverdueNote, PauseOver
from events.facts import (
    DEADLINES_SOURCE,
    WALK_ORDER,
    Body,
    Closed,
    Fact,
    Overdue,
    Paused,
    Processed,
    Received,
    Reopened,
    Rescheduled,
    Resumed,
    Retracted,
    Returned,
    Transferred,
)

CLOCK_STOPPING: Final = frozenset({"supplement", "verification"})
"""Pause reasons that stop the clock; `payment` and `other` do not (a policy)."""

_TIME: Final = attrgetter("time")
_RANK: Final[dict[type[Body], int]] = {body: rank for rank, body in enumerate(WALK_ORDER)}


def fold(facts: Iterable[Fact]) -> Case | None:
    """The case that a set of facts tells, whatever their order; None where no fact stands."""
    return fold_known({(fact.source, fact.id): fact for fact in facts})


def fold_known(known: Mapping[tuple[str, str], Fact]) -> Case | None:
    """The same, of facts by (source, id)."""
    walk = _walk_of_known(known)
    return _Walk(walk).case() if walk else None


def walk_of(facts: Iterable[Fact]) -> list[Fact]:
    """The facts that stand, in the order they are walked; retracted facts, retractions and repeats are left out."""
    return _walk_of_known({(fact.source, fact.id): fact for fact in facts})


def _walk_of_known(known: Mapping[tuple[str, str], Fact]) -> list[Fact]:
    standing = list(known.values())
    if Retracted in [type(fact.body) for fact in standing]:
        standing = _not_retracted(known)
    if len(standing) > 1:
        standing.sort(key=_TIME)
        if len({fact.time for fact in standing}) < len(standing):
            standing.sort(key=_place)
    return standing


def _not_retracted(known: Mapping[tuple[str, str], Fact]) -> list[Fact]:
    retracted = {
        (fact.body.source or fact.source, fact.body.id) for fact in known.values() if isinstance(fact.body, Retracted)
    }
    return [fact for key, fact in known.items() if not isinstance(fact.body, Retracted) and key not in retracted]


def _place(fact: Fact) -> tuple[int, int, str, str]:
    return fact.time, _RANK[type(fact.body)], fact.source, fact.id


def ends_of(walk: Sequence[Fact]) -> frozenset[int]:
    """Places in the walk of the facts that end a stretch; a counting `reopened` begins the next stretch.

    A decision or closure ends it; a hand-over does so only where none comes later in the stretch.
    """
    ends: list[int] = []
    ended: int | None = None
    handed_over: int | None = None
    for place, fact in enumerate(walk):
        kind = type(fact.body)
        if kind is Processed or kind is Closed:
            ended = place if ended is None else ended
        elif kind is Returned:
            handed_over = place if handed_over is None else handed_over
        elif kind is Reopened:
            stretch_end = ended if ended is not None else handed_over
            if stretch_end is not None:
                ends.append(stretch_end)
                ended = handed_over = None
    last_end = ended if ended is not None else handed_over
    if last_end is not None:
        ends.append(last_end)
    return frozenset(ends)


def _earliest_received(walk: Sequence[Fact]) -> Fact | None:
    for fact in walk:
        if type(fact.body) is Received:
            return fact
    return None


class _Walk:
    """The state while walking. One method per fact type; each says what the fact does, or why it does nothing."""

    def __init__(self, walk: Sequence[Fact]) -> None:
        self.walk = walk
        self.ends = ends_of(walk)
        first = _earliest_received(walk)
        self.first_received = first
        self.received_at = None if first is None else first.time
        self.received = None if first is None or not isinstance(first.body, Received) else first.body
        self.holders = [Holder(self.received.unit, first.time)] if first and self.received else []
        self.steps: list[DeadlineStep] = []
        self.pause_began: int | None = None
        self.pause_stops_clock = False
        self.end: End | None = None
        self.returned_at: int | None = None
        self.overdue_notes: list[OverdueNote] = []
        self.apologised = False
        self.problems: set[str] = set()
        self.ignored: list[Ignored] = []

    def case(self) -> Case:
        walk, ends, first, received = self.walk, self.ends, self.first_received, self.received
        for place, fact in enumerate(walk):
            if fact is not first:  # which has said all that it has to say
                self._take(fact, place in ends)
        if received is None:
            self.problems = set() if self._refused_at_desk() else self.problems | {"never_received"}
        elif received.due is None and not self._rescheduled():
            self.problems.add("due_missing")
        return Case(
            first_time=walk[0].time,
            last_time=walk[-1].time,
            received=received,
            received_at=self.received_at,
            holders=tuple(self.holders),
            steps=tuple(self.steps),
            open_pause=self.pause_began if self.pause_stops_clock else None,
            end=self.end,
            returned_at=self.returned_at,
            overdue_notes=tuple(self.overdue_notes),
            apologised=self.apologised,
            problems=frozenset(self.problems),
            ignored=tuple(self.ignored),
        )

    def _refused_at_desk(self) -> bool:
        return self.end is not None and self.end.reason == "rejected"

    def _rescheduled(self) -> bool:
        return any(type(step) is DueSet for step in self.steps)

    def _take(self, fact: Fact, ends: bool) -> None:
        body = fact.body
        match body:
            case Received():
                self._ignore(fact, "received_twice")
            case Processed():
                end = End(fact.time, True, None, body.electronic_result, body.paid)
                self._end(fact, ends, end, "processed_twice")
            case Returned():
                self._return(fact, ends)
            case Transferred():
                self._transfer(fact, body)
            case Paused():
                self._pause(fact, body)
            case Resumed():
                self._resume(fact)
            case Rescheduled():
                self._reschedule(fact, body)
            case Overdue():
                self._note_overdue(fact, body)
            case Closed():
                self._end(fact, ends, End(fact.time, settled=False, reason=body.reason), "closed_after_end")
            case Reopened():
                self._reopen(fact)
            case Retracted():
                raise AssertionError("retractions are taken out before the walk")
            case _:
                assert_never(body)

    def _ignore(self, fact: Fact, why: str, *, problem: bool = True) -> None:
        self.ignored.append(Ignored(fact.source, fact.id, why))
        if problem:
            self.problems.add(why)

    def _end(self, fact: Fact, ends: bool, end: End, after_end: str) -> None:
        if not ends:
            self._ignore(fact, after_end)
            return
        self._close_pause(fact.time)
        self.end = end

    def _return(self, fact: Fact, ends: bool) -> None:
        if self.returned_at is None:
            self.returned_at = fact.time
        if ends:
            self.problems.add("returned_without_processed")
            self._end(fact, ends, End(fact.time, settled=True), "")
        elif self.end is None:
            self.problems.add("returned_before_processed")

    def _reopen(self, fact: Fact) -> None:
        if self.end is None:
            self._ignore(fact, "reopened_while_open")
        self.end = None

    def _transfer(self, fact: Fact, body: Transferred) -> None:
        if self.received_at is None or fact.time <= self.received_at or self.end is not None:
            self._ignore(fact, "transfer_out_of_place")
        elif body.unit == self.holders[-1].unit:
            self._ignore(fact, "already_holder", problem=False)
        else:
            self.holders.append(Holder(body.unit, fact.time))

    def _pause(self, fact: Fact, body: Paused) -> None:
        if self.end is not None:
            self._ignore(fact, "paused_after_end", problem=False)
        elif self.pause_began is not None:
            self._ignore(fact, "paused_while_paused", problem=False)
        else:
            self.pause_began = fact.time
            self.pause_stops_clock = body.reason in CLOCK_STOPPING

    def _resume(self, fact: Fact) -> None:
        if self.end is not None or self.pause_began is None:
            self._ignore(fact, "resumed_without_pause")
        else:
            self._close_pause(fact.time)

    def _close_pause(self, ended: int) -> None:
        if self.pause_began is not None and self.pause_stops_clock:
            self.steps.append(PauseOver(self.pause_began, ended))
        self.pause_began = None
        self.pause_stops_clock = False

    def _reschedule(self, fact: Fact, body: Rescheduled) -> None:
        if self.end is not None:
            self._ignore(fact, "rescheduled_after_end", problem=False)
        elif body.reason == "apology":
            self.apologised = True
        else:
            self.steps.append(DueSet(body.due))
            self.pause_stops_clock = False  # a new date inside a pause interrupts it: it never counted

    def _note_overdue(self, fact: Fact, body: Overdue) -> None:
        if fact.source != DEADLINES_SOURCE:
            self._ignore(fact, "overdue_from_sender")
        else:
            self.overdue_notes.append(OverdueNote(fact.time, body.due))
