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
from projections.procedures import ProcedureRegistry
from projections.standing import Rules
from projections.targets import Targets
from projections.units import UnitTree
from projections.zone import LocalDays
from services.clock import Clock
from services.postgres.connection import Connection
from services.postgres.queries import cases_about, snapshot
from services.postgres.report_sums import read_report_sums
from services.postgres.store import PostgresStore, read_checkpoints, read_problems
from services.postgres.targets import read_targets
from services.store import Checkpoint

CHUNK_CASES: Final = 2_000
_ALIVE: Final = (
    "select case_id, version, facts, counted from cases where kind = $1 and received_at < $2 "
    "and (ended_at is null or greatest(ended_at, received_at) >= $3) order by case_id"
)
_COUNTED: Final = (
    "select case_id, version, facts, counted from cases where kind = $1 and received_at < $2 "
    "and (ended_at is null or greatest(ended_at, received_at) >= $3 or due_date_at >= $3 or due_instant_at >= $3 "
    "or case_id = any (select case_id from archive where occurred_at >= $3)) order by case_id"
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

    @property
    def other_calendar(self) -> str | None:
        return None

    async def buckets(self, bounds: Sequence[int], kind: Kind, policy: Policy) -> Buckets:
        return await read_report_sums(self.connection, bounds, kind, policy)

    async def cases_about(self, instant: int, kind: Kind) -> Sequence[StoredCase]:
        return await cases_about(self.connection, instant, self.rules.days, kind)

    def cases_alive(self, begin: int, end: int, kind: Kind) -> AsyncIterator[tuple[str, StoredCase]]:
        return self._cases(_ALIVE, kind, end, begin)

    def cases_counted(self, begin: int, end: int, kind: Kind) -> AsyncIterator[tuple[str, StoredCase]]:
        return self._cases(_COUNTED, kind, end, begin)

    async def _cases(self, query: str, kind: Kind, end: int, begin: int) -> AsyncIterator[tuple[str, StoredCase]]:
        async for row in self.connection.cursor(query, kind, end, begin, prefetch=CHUNK_CASES):
            yield row["case_id"], stored_case(row["version"], row["facts"], row["counted"])

    async def problems(self, kind: Kind) -> Mapping[tuple[str, str], int]:
        return await read_problems(self.connection, kind)

    async def procedures(self) -> tuple[str, ProcedureRegistry] | None:
        registry = self.rules.procedures
        return None if registry is None else (registry.version, registry)

    async def targets(self) -> Targets:
        return await read_targets(self.connection)

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
