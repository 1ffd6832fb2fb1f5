"""The door of the log, for senders who wait for an answer: what the workers are sure to refuse is refused at once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

from events.errors import Refused
from events.facts import Event
from projections.credibility import incredible
from projections.effect import Reading, Verdict
from projections.standing import Rules
from services.clock import Clock
from services.projector import Door
from services.store import StoreRefused, StoreUnavailable

AskRules = Callable[[], Awaitable[Rules]]
"""The rules in force; raises `StoreUnavailable`, `StoreRefused`."""
LOOK_SECONDS_MAX: Final = 0.5
"""A sender does not wait longer for a database that is not asked to keep anything."""
ANSWER_SECONDS_MAX: Final = 10.0
"""Then a look is given up and the next one begun; no sender waits for that."""
LOOK_AGAIN_AFTER: Final = 1_000_000
"""Microseconds for which the rules are remembered, unless they would refuse something."""


class CheckedDoor:
    """Asks clock and unit tree before it hands on.

    While the database is away it hands on unasked: the workers judge. A look goes on beside the facts: only those that
    came when it was begun wait for it, so that a database that is frozen costs them one short wait and not one each.
    """

    def __init__(self, door: Door, ask: AskRules, clock: Clock) -> None:
        self._door = door
        self._ask = ask
        self._clock = clock
        self._rules: Rules | None = None
        self._asked_at = 0
        self._look: asyncio.Task[None] | None = None

    async def project(self, reading: Reading) -> list[Verdict]:
        """The verdicts of the door behind; refused facts go there, too, and are kept as dead letters."""
        now = self._clock()
        if now - self._asked_at > LOOK_AGAIN_AFTER:
            await self._look_anew(now)
        found = self._judged(reading, now)
        if any(type(new) is Refused and type(old) is Event for new, old in zip(found, reading.events, strict=True)):
            await self._look_anew(now)  # a unit may have been loaded a moment ago
            found = self._judged(reading, now)
        return await self._door.project(Reading(reading.records, found))

    async def close(self) -> None:
        """Gives up the look that is under way."""
        if self._look is not None:
            self._look.cancel()
            with suppress(asyncio.CancelledError):
                await self._look

    async def _look_anew(self, now: int) -> None:
        if self._look is not None and not self._look.done():
            return
        self._asked_at = now
        self._look = asyncio.create_task(self._answered(), name="rules in force")
        answered, _ = await asyncio.wait({self._look}, timeout=LOOK_SECONDS_MAX)
        if answered:
            self._look.result()
        else:
            self._rules = None

    async def _answered(self) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                self._rules = await self._ask()
        except (StoreUnavailable, StoreRefused, TimeoutError):
            self._rules = None

    def _judged(self, reading: Reading, now: int) -> list[Event | Refused]:
        rules = self._rules
        if rules is None:
            return reading.events
        return [
            incredible(event.fact, rules, now) or event if isinstance(event, Event) else event
            for event in reading.events
        ]


@asynccontextmanager
async def checked_door(door: Door, ask: AskRules, clock: Clock) -> AsyncIterator[CheckedDoor]:
    """The door, closed at the end; the one behind it stays open."""
    checked = CheckedDoor(door, ask, clock)
    try:
        yield checked
    finally:
        await checked.close()
