"""Pruning: deletes rows of the change feed that are older than any reader needs."""

import asyncio
from typing import Final

import structlog

from events.instants import SECOND
from services.clock import Clock
from services.postgres.connection import Pool
from services.postgres.queries import prune_changes
from services.store import StoreRefused, StoreUnavailable

log = structlog.get_logger()

INTERVAL_SECONDS: Final = 600.0


class Pruning:
    """Looks every ten minutes; several of them do no harm."""

    def __init__(self, pool: Pool, clock: Clock, *, kept_hours: int) -> None:
        self._pool = pool
        self._clock = clock
        self._kept = kept_hours * 3_600 * SECOND

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                pruned = await prune_changes(self._pool, self._clock() - self._kept)
                if pruned:
                    log.info("changes.pruned", rows=pruned)
            except (StoreUnavailable, StoreRefused) as error:
                log.warning("changes.not_pruned", error=str(error))
            await asyncio.sleep(INTERVAL_SECONDS)
