"""The role that lets limits begin again: it looks at every case with new facts and tells what its pauses' rules want.

What was looked at is kept by place in the archive, behind the answer of the door: an outage of any length is made good,
a repeat is harmless, and any number may run.
"""

import asyncio
from collections.abc import Generator, Iterable
from typing import Final

import structlog

from events.codec import encode
from events.facts import Event, Resumed
from projections.batches import read
from projections.effect import Record, StoredCase
from projections.pause_rules import PauseRules
from projections.restarts import restart_events
from projections.standing import Rules
from services.postgres.connection import connected
from services.postgres.pause_rules import next_stretches, note_looked, read_pause_rules
from services.postgres.queries import snapshot
from services.postgres.store import PostgresStore
from services.projector import Door
from services.steps import politely
from services.store import StoreRefused, StoreUnavailable

log = structlog.get_logger()

FACTS_MAX: Final = 2_000
"""Facts of a partition that are looked at in one go."""
PAUSE_AFTER_ERROR_SECONDS: Final = 2.0


class Restarting:
    """Looks for limits that begin again, in bounded batches. Where rules were never loaded, it does nothing.

    Rules that let none begin again are looked at, too: what was told by those before them is taken back.
    """

    def __init__(self, store: PostgresStore, door: Door, *, poll_seconds: float) -> None:
        self._store = store
        self._door = door
        self._poll_seconds = poll_seconds

    async def run(self) -> None:
        """Until cancelled; waits while the database is away."""
        while True:
            try:
                written = await self.catch_up()
            except (StoreUnavailable, StoreRefused) as error:
                log.warning("restarts.waiting", error=str(error))
                await asyncio.sleep(PAUSE_AFTER_ERROR_SECONDS)
                continue
            if written:
                log.info("restarts.told", facts=written)
            await asyncio.sleep(self._poll_seconds)

    async def catch_up(self) -> int:
        """Looks at everything recorded by now; returns how many facts were accepted."""
        written = 0
        while (told := await self._look()) is not None:
            written += told
        return written

    async def _look(self) -> int | None:
        """One go over all partitions; None where there was nothing to look at."""
        async with snapshot(self._store.pool) as connection:
            pauses = await read_pause_rules(connection)
            if pauses is None:
                return None
            rules = await self._store.rules_now(connection)
            stretches = await next_stretches(connection, pauses.version, FACTS_MAX)
        if not stretches:
            return None
        told = 0
        for stretch in stretches:
            told += await self._tell(await politely(_events(stretch.cases, pauses, rules)))
            async with connected(self._store.pool) as connection:
                await note_looked(connection, pauses.version, stretch)
        return told

    async def _tell(self, events: list[Event]) -> int:
        if not events:
            return 0
        verdicts = await self._door.project(read([Record(encode(one)) for one in events]))
        for event, verdict in zip(events, verdicts, strict=True):
            if verdict.status == "refused":
                log.error("restarts.refused", case=event.case_id, reason=verdict.reason, detail=verdict.detail)
        return sum(verdict.status == "accepted" for verdict in verdicts)


def _events(
    cases: Iterable[tuple[str, StoredCase]], pauses: PauseRules, rules: Rules
) -> Generator[None, None, list[Event]]:
    """What is to be told of cases, a case a step."""
    found: list[Event] = []
    for case_id, stored in cases:
        if any(isinstance(one.fact.body, Resumed) for one in stored.kept):
            found += restart_events(case_id, stored.kept, pauses, rules)
            yield
    return found
