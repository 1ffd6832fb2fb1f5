"""The live database as a source of figures: one snapshot a view."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

from msgspec import Struct

from events.facts import Kind
from projections.batches import stored_case
from projections.buckets import Buckets
from projections.effect import StoredCase
from projections.measures import Policy
from projections.standing import Rules
from projections.units import UnitTree
from projections.zone import LocalDays
from services.clock import Clock
from services.postgres.connection import Connection
from services.postgres.queries import cases_about, snapshot
from services.postgres.store import PostgresStore, read_buckets, read_checkpoints, read_problems
from services.store import Checkpoint

CHUNK_CASES: Final = 2_000
_ALIVE: Final = (
    "select case_id, version, facts, counted from cases where kind = $1 and received_at < $2 "
    "and (ended_at is null or greatest(ended_at, received_at) >= $3) order by case_id"
)


class LiveView(Struct, frozen=True):
    """What the database holds in one snapshot."""

    connection: Connection
    rules: Rules
    units_version: str
    recorded_at: int
    calendar_version: str | None = None

    @property
    def units_today(self) -> UnitTree:
        return self.rules.units

    async def buckets(self, bounds: Sequence[int], kind: Kind) -> Buckets:
        return await read_buckets(self.connection, bounds, kind)

    async def cases_about(self, instant: int, kind: Kind) -> Sequence[StoredCase]:
        return await cases_about(self.connection, instant, self.rules.days, kind)

    async def cases_alive(self, begin: int, end: int, kind: Kind) -> AsyncIterator[tuple[str, StoredCase]]:
        async for row in self.connection.cursor(_ALIVE, kind, end, begin, prefetch=CHUNK_CASES):
            yield row["case_id"], stored_case(row["version"], row["facts"], row["counted"])

    async def problems(self, kind: Kind) -> Mapping[tuple[str, str], int]:
        return await read_problems(self.connection, kind)

    async def checkpoints(self) -> Sequence[Checkpoint]:
        return await read_checkpoints(self.connection)


class LiveFigures:
    """A database as it is at the moment of asking."""

    def __init__(self, store: PostgresStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    @property
    def days(self) -> LocalDays:
        return self._store.days

    @property
    def policy(self) -> Policy:
        return self._store.policy

    def now(self) -> int:
        return self._clock()

    @asynccontextmanager
    async def view(self) -> AsyncIterator[LiveView]:
        """A snapshot; its instant is read first, so that no fact of the snapshot is ahead of the figures."""
        now = self._clock()
        async with snapshot(self._store.pool) as connection:
            rules = await self._store.rules_now(connection)
            yield LiveView(connection, rules, self._store.units_version, now, self._store.calendar_version)
