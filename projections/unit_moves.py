"""Cases that must change hands on a day: those open then whose holder is not valid any more (AC-18)."""

from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID, uuid5

from msgspec import Struct

from events.facts import Event, Fact, Reopened, Transferred
from events.fold import fold
from events.instants import iso
from projections.standing import Rules, standing

SOURCE: Final = "/duecourse/unit-moves"
_NAMESPACE: Final = UUID("0d8b3b52-6a3e-5f0f-9a3c-0c5c8c3f6f11")


class Move(Struct, frozen=True):
    """An open case and the unit that takes it over at `time` (microseconds)."""

    case_id: str
    unit: str
    successor: str
    time: int

    def event(self) -> Event:
        """The transfer; its id follows from case, successor and time, so that saying it twice is saying it once."""
        fact_id = str(uuid5(_NAMESPACE, f"{self.case_id}\n{self.successor}\n{iso(self.time)}"))
        return Event(self.case_id, Fact(SOURCE, fact_id, self.time, Transferred(self.successor)))


class Undecided(Struct, frozen=True):
    """An open case whose unit has no one successor: a person says who takes it over, by a transfer."""

    case_id: str
    unit: str
    why: str


def move_of(case_id: str, facts: Sequence[Fact], day: int, rules: Rules) -> Move | Undecided | None:
    """What must be done with a case at the start of a local day; None where its holder is valid, or it is not open.

    Open then is a case that was received before that midnight and did not end before it, whatever became of it since:
    who was to decide it from that day on is to be asked about it.
    """
    found = standing(fold(facts), rules)
    midnight = rules.days.start_of(day)
    if found is None or found.received_at >= midnight or found.until < midnight:
        return None
    undecided: Undecided | None = None
    for time in (midnight, *_reopenings(facts, midnight)):
        holder = [one.unit for one in found.holders if one.since <= time][-1]
        unit, valid = rules.units.resolve(holder, rules.days.day_of(time))
        if valid:
            return None
        if unit == holder:
            return Undecided(case_id, holder, _why(holder, day, rules))
        move = Move(case_id, holder, unit, time)
        if _counts(move, facts):
            return move
        undecided = undecided or Undecided(case_id, holder, f"a transfer to {unit} on the day would not count")
    return undecided


def _reopenings(facts: Sequence[Fact], midnight: int) -> Iterator[int]:
    """Just after each re-opening since: a case that was ended at midnight takes no transfer before it."""
    times = sorted(fact.time for fact in facts if isinstance(fact.body, Reopened))
    return (time + 1 for time in times if time >= midnight)


def _counts(move: Move, facts: Sequence[Fact]) -> bool:
    """Whether the case changes hands by it; a move that was made before is there already."""
    event = move.event().fact
    case = fold([*(fact for fact in facts if (fact.source, fact.id) != (event.source, event.id)), event])
    return case is not None and any(one.unit == move.successor and one.since == move.time for one in case.holders)


def _why(holder: str, day: int, rules: Rules) -> str:
    successors = rules.units.successors(holder, day)
    return f"split into {', '.join(successors)}" if len(successors) > 1 else "no successor that is valid on the day"
