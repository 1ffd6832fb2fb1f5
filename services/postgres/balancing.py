"""Balancing: strikes balances and keeps them near the present, so that reports read days and not years.

Any number of processes may do so. Each striking is one transaction over one snapshot: nobody sees half of it, and
figures are right whether it was done long ago or never.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

import structlog

from events.facts import KINDS
from projections.balances import Balance, add, midnights
from projections.zone import LocalDays, date_of
from services.clock import Clock
from services.postgres.balance_table import (
    Struck,
    clear_balances,
    note_struck,
    read_balance,
    read_positions,
    read_struck,
    strike_late,
    write_balance,
)
from services.postgres.connection import Connection, Pool, connected
from services.postgres.tally_table import SUMS
from services.store import Conflict, StoreRefused, StoreUnavailable

log = structlog.get_logger()

INTERVAL_SECONDS: Final = 60.0
LOCK: Final = 7_463_928_120
"""The advisory lock that lets one process strike balances at a time."""
ROWS_AT_ONCE: Final = 2_000
LONG_SECONDS: Final = 600.0
"""For a statement over the whole table of tallies."""
DAYS_MAX: Final = 12 * 366
"""Days further back have no balances: who asks for them has them summed."""
_SUMMED: Final = (
    f"select width_bucket(day, $1::date[]) as place, kind, unit, {SUMS} from tallies "
    "where day >= $2 and day < $3 group by 1, 2, 3 order by 1"
)
_BEGINNING: Final = 1
"""The first day that there is."""


class Balancing:
    """Looks every minute whether anything changed."""

    def __init__(self, pool: Pool, days: LocalDays, clock: Clock) -> None:
        self._pool = pool
        self._days = days
        self._clock = clock

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                written = await strike_balances(self._pool, self._days.day_of(self._clock()))
                if written:
                    log.debug("balances.struck", written=written)
            except (StoreUnavailable, StoreRefused, Conflict) as error:
                log.warning("balances.not_struck", error=str(error))
            await asyncio.sleep(INTERVAL_SECONDS)


async def strike_balances(pool: Pool, today: int) -> int:
    """Brings the balances up to the present, the latest up to today (a local day); returns how many were written.

    0 where nothing changed, or where another process is at it.
    """
    async with connected(pool) as connection, connection.transaction(isolation="repeatable_read"):
        if not await connection.fetchval("select pg_try_advisory_xact_lock($1)", LOCK):
            return 0
        struck = await read_struck(connection)
        if struck is None or struck.today > today:
            return await _strike_anew(connection, today)
        return await _strike_on(connection, struck, today)


async def _strike_anew(connection: Connection, today: int) -> int:
    await clear_balances(connection)
    earliest = await connection.fetchval("select min(day) from tallies")
    if earliest is None:
        return 0
    since = max(earliest.toordinal(), today - DAYS_MAX)
    written = await _strike_behind(connection, None, midnights(since, today))
    await note_struck(connection, Struck(since, today, await read_positions(connection)))
    return written


async def _strike_on(connection: Connection, struck: Struck, today: int) -> int:
    positions = await read_positions(connection)
    if (today, positions) == (struck.today, struck.positions):
        return 0
    written = await strike_late(connection, struck)
    written += await _strike_behind(connection, struck.latest(today), midnights(struck.today, today))
    await note_struck(connection, Struck(struck.since, today, positions))
    return written


async def _strike_behind(connection: Connection, start: int | None, days: Sequence[int]) -> int:
    """Strikes balances at midnights behind that of a balance that is up to date; None: from the first tally on."""
    if not days:
        return 0
    sums: dict[str, Balance] = {}
    if start is not None:
        sums = {kind: await read_balance(connection, start, kind) for kind in KINDS}
    begin = date_of(_BEGINNING if start is None else start)
    struck = written = 0
    query = connection.cursor(
        _SUMMED, [date_of(day) for day in days], begin, date_of(days[-1]), prefetch=ROWS_AT_ONCE, timeout=LONG_SECONDS
    )
    async for place, kind, unit, *more in query:
        written += await _write_all(connection, days[struck:place], sums)
        struck = place
        add(sums.setdefault(kind, {}), unit, enumerate(more))
    return written + await _write_all(connection, days[struck:], sums)


async def _write_all(connection: Connection, days: Sequence[int], sums: Mapping[str, Balance]) -> int:
    """The same sums before each of these midnights."""
    known = {kind: balance for kind, balance in sums.items() if balance}
    for day in days:
        for kind, balance in known.items():
            await write_balance(connection, day, kind, balance)
    return len(days) * len(known)
