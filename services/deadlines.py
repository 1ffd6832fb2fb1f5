"""The deadlines service: writes an `overdue` fact for every case that was open when its effective due date passed.

It keeps no state: a case row says when its missing overdue fact is due (`cases.overdue_at`), and the fact itself makes
the row say so no more. So an outage of any length is made good, a repeat is harmless, and any number may run.
"""

import asyncio
from collections.abc import Iterable
from typing import Final, Protocol

import structlog
from msgspec import Struct

from events.codec import encode
from events.facts import DEADLINES_SOURCE, Event, Fact, Overdue
from events.identity import overdue_id
from events.instants import SECOND
from projections.batches import read
from projections.effect import Record, Verdict
from services.clock import Clock
from services.projector import Door
from services.store import StoreRefused, StoreUnavailable

log = structlog.get_logger()

BATCH_CASES_MAX: Final = 1_000
PAUSE_AFTER_ERROR_SECONDS: Final = 2.0
AGAIN_AFTER: Final = 30 * SECOND
"""A case told so long ago whose fact is still missing is told again."""


class PassedDue(Struct, frozen=True):
    """A case whose overdue fact is missing: it became overdue at `time`, having been due at `due` (microseconds)."""

    case_id: str
    time: int
    due: int


class PassedDueCases(Protocol):
    """Where such cases are found."""

    async def passed_due(self, before: int, limit: int) -> list[PassedDue]:
        """Cases that became overdue before an instant and have no overdue fact yet, in due order."""
        ...


def overdue_record(case: PassedDue) -> Record:
    """The overdue fact of a case, as a record of the log."""
    fact = Fact(DEADLINES_SOURCE, overdue_id(case.case_id, case.due), case.time, Overdue(case.due))
    return Record(encode(Event(case.case_id, fact)))


class Deadlines:
    """Looks for cases that became overdue and records it, in bounded batches.

    Behind a log a fact takes a while from the door to the case row: a case is not told again meanwhile.
    """

    def __init__(self, cases: PassedDueCases, door: Door, clock: Clock, *, poll_seconds: float) -> None:
        self._cases = cases
        self._door = door
        self._clock = clock
        self._poll_seconds = poll_seconds
        self._told: dict[tuple[str, int], int] = {}

    async def run(self) -> None:
        """Until cancelled; waits while the database is away."""
        while True:
            try:
                written = await self.catch_up()
            except (StoreUnavailable, StoreRefused) as error:
                log.warning("deadlines.waiting", error=str(error))
                await asyncio.sleep(PAUSE_AFTER_ERROR_SECONDS)
                continue
            if written:
                log.info("deadlines.overdue", cases=written)
            await asyncio.sleep(self._poll_seconds)

    async def catch_up(self) -> int:
        """Writes every overdue fact that is missing by now; returns how many were accepted."""
        written = 0
        while True:
            now = self._clock()
            found = await self._cases.passed_due(now, BATCH_CASES_MAX)
            fresh = [case for case in found if now - self._told.get((case.case_id, case.due), 0) > AGAIN_AFTER]
            if not fresh:
                return written
            verdicts = await self._door.project(read([overdue_record(case) for case in fresh]))
            self._remember(fresh, now)
            accepted = sum(verdict.status == "accepted" for verdict in verdicts)
            written += accepted
            if accepted == 0:
                _report_stuck(fresh, verdicts)
                return written

    def _remember(self, told: Iterable[PassedDue], now: int) -> None:
        self._told = {case: at for case, at in self._told.items() if now - at <= AGAIN_AFTER}
        self._told |= {(case.case_id, case.due): now for case in told}


def _report_stuck(found: list[PassedDue], verdicts: list[Verdict]) -> None:
    refused = [verdict for verdict in verdicts if verdict.status == "refused"]
    if refused:
        log.error("deadlines.refused", case=found[0].case_id, reason=refused[0].reason, detail=refused[0].detail)
