"""Dead letters after somebody looked at them: sent through the normal door again, or put aside for good."""

from collections.abc import Sequence

from msgspec import Struct

from events.errors import Refused
from events.facts import Event
from projections.effect import Reading, Record, Verdict
from services.composition import Database
from services.intake import at_the_door
from services.memory.overlay import OverlayStore
from services.postgres.queries import DeadLetter, dead_letter
from services.postgres.upkeep import mark_handled
from services.projector import Door, Projector


class Handled(Struct, frozen=True):
    """What became of a dead letter; `done` is False where it stays as it was, `said` says why."""

    id: int
    done: bool
    said: str


async def redrive(found: Database, door: Door, ids: Sequence[int], *, done_by: str) -> list[Handled]:
    """Feeds dead letters again, each once: a fact that is known by then counts as a repeat.

    One that would be refused again is left where it is, with the reason of today.
    """
    return [await _redriven(found, door, one, done_by) for one in ids]


async def discard(found: Database, ids: Sequence[int], *, reason: str, done_by: str) -> list[Handled]:
    """Puts dead letters aside; their rows and bytes stay."""
    handled = []
    for one in ids:
        letter = await dead_letter(found.pool, one)
        why_not = _not_open(one, letter)
        if why_not is None:
            await mark_handled(found.pool, one, "discarded", done_by=done_by, note=reason)
        handled.append(Handled(one, why_not is None, why_not or "discarded"))
    return handled


async def _redriven(found: Database, door: Door, letter_id: int, done_by: str) -> Handled:
    letter = await dead_letter(found.pool, letter_id)
    why_not = _not_open(letter_id, letter)
    if letter is None or why_not is not None:
        return Handled(letter_id, False, why_not or "")
    reading = at_the_door([Record(letter.body)])
    verdict = await _judged(found, reading)
    if verdict.status == "refused":
        return Handled(letter_id, False, f"still refused: {verdict.reason}: {verdict.detail}")
    [answer] = await door.project(reading)
    await mark_handled(found.pool, letter_id, "redriven", done_by=done_by, note=answer.status)
    return Handled(letter_id, True, f"redriven: {verdict.status}")


async def _judged(found: Database, reading: Reading) -> Verdict:
    """What the projector would say, without writing anything."""
    [event] = reading.events
    if isinstance(event, Refused):
        return Verdict("refused", None, event.reason, event.detail)
    assert isinstance(event, Event)  # noqa: S101 - narrows a union for the type checker
    [verdict] = await Projector(OverlayStore(found.store, await found.rules(), found.clock)).project(reading)
    return verdict


def _not_open(letter_id: int, letter: DeadLetter | None) -> str | None:
    if letter is None:
        return f"there is no dead letter {letter_id}"
    if letter.handled is not None:
        return f"was {letter.handled} by {letter.handled_by} already"
    return None
