"""The keeper of the logs: signs what was archived, in the folder outside the database, while the service runs."""

import asyncio
from typing import Final

import structlog

from services.clock import Clock
from services.evidence.errors import EvidenceError, FolderInUse
from services.history.points import point_at
from services.history.when import Now
from services.postgres.connection import Pool, connected
from services.postgres.queries import snapshot
from services.publishing.log_keeping import EvidencePlace, logged
from services.store import StoreRefused, StoreUnavailable

log = structlog.get_logger()

LOOK_SECONDS: Final = 1.0
SECONDS_MAX: Final = 60.0
EVENTS_MAX: Final = 10_000
"""Events wait for their signature until so many are there, or for as many seconds."""
_ARCHIVED: Final = "select coalesce(sum(applied), 0)::bigint from checkpoints"


class LogKeeper:
    """Looks every second. Several of them do no harm: a log that another process writes is left to it."""

    def __init__(self, pool: Pool, place: EvidencePlace, clock: Clock) -> None:
        self._pool = pool
        self._place = place
        self._clock = clock
        self._signed = 0
        self._waited_seconds = SECONDS_MAX

    async def run(self) -> None:
        """Until cancelled; the archive goes on also where the folder is full or away, and is signed later."""
        while True:
            try:
                await self.look()
            except FolderInUse as error:
                log.debug("evidence.in_use", error=str(error))
            except EvidenceError as error:
                log.error("evidence.not_kept", error=str(error))  # noqa: TRY400 - the message says it all
            except (StoreUnavailable, StoreRefused) as error:
                log.warning("evidence.not_kept", error=str(error))
            await asyncio.sleep(LOOK_SECONDS)
            self._waited_seconds += LOOK_SECONDS

    async def look(self) -> bool:
        """Signs what was archived if that is due; whether it was. Raises `EvidenceError`."""
        async with connected(self._pool) as connection:
            archived = int(await connection.fetchval(_ARCHIVED))
        waiting = archived - self._signed
        if not waiting or (waiting < EVENTS_MAX and self._waited_seconds < SECONDS_MAX):
            return False
        self._waited_seconds = 0.0  # also where it fails: not every second again
        key = await asyncio.to_thread(self._place.key)
        async with snapshot(self._pool) as connection:
            point = await point_at(connection, Now(), self._clock)
            states = await logged(connection, self._place, key, point)
        self._signed = sum(state.size for state in states)
        return True
