"""A point of the history as a source of figures (`services.figures_source`): any report can be asked of it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from events.facts import Kind
from projections.buckets import Buckets
from projections.effect import StoredCase
from projections.measures import Policy
from projections.standing import Rules
from projections.units import UnitTree
from projections.zone import LocalDays
from services.clock import Clock
from services.history.archive import cases_at
from services.history.folding import Folded, fold_archive, fold_case
from services.history.points import Point, point_at
from services.history.when import When
from services.postgres.connection import Connection
from services.postgres.queries import snapshot
from services.postgres.store import PostgresStore
from services.store import Checkpoint


class HistoricView:
    """The archive folded up to a point, in one snapshot of the database."""

    def __init__(self, connection: Connection, folded: Folded, units_today: UnitTree) -> None:
        self._connection = connection
        self._folded = folded
        self._units_today = units_today

    @property
    def folded(self) -> Folded:
        return self._folded

    @property
    def recorded_at(self) -> int:
        return self._folded.point.recorded_at

    @property
    def rules(self) -> Rules:
        return self._folded.rules

    @property
    def units_version(self) -> str:
        return self._folded.point.units_version

    @property
    def units_today(self) -> UnitTree:
        return self._units_today

    @property
    def calendar_version(self) -> str | None:
        return self._folded.point.versions.get("calendar")

    async def buckets(self, bounds: Sequence[int], kind: Kind) -> Buckets:
        return self._folded.buckets(bounds, kind)

    async def cases_about(self, instant: int, kind: Kind) -> Sequence[StoredCase]:
        """Only for an instant of the point's local day, which is where reports cut."""
        return [one for one in self._folded.of_the_day if one.counted.kind == kind]

    async def cases_alive(self, begin: int, end: int, kind: Kind) -> AsyncIterator[tuple[str, StoredCase]]:
        """Every case of the kind: the archive is read once more, for its cases are not kept in memory."""
        async for recorded in cases_at(self._connection, self._folded.point):
            found = fold_case(recorded, self._folded.rules)
            if found.case is not None and found.case.received is not None and found.counted.kind == kind:
                yield recorded.case_id, StoredCase(0, recorded.kept, found.counted)

    async def problems(self, kind: Kind) -> Mapping[tuple[str, str], int]:
        return self._folded.problems(kind)

    async def checkpoints(self) -> Sequence[Checkpoint]:
        return [Checkpoint(partition, position) for partition, position in self._folded.point.below()]


class HistoricFigures:
    """A database as it was at a point. Raises `ArchiveUnreadable` where the archive was edited."""

    def __init__(self, store: PostgresStore, point: Point) -> None:
        self._store = store
        self._point = point

    @property
    def days(self) -> LocalDays:
        return self._store.days

    @property
    def policy(self) -> Policy:
        return self._store.policy

    def now(self) -> int:
        return self._point.recorded_at

    @asynccontextmanager
    async def view(self) -> AsyncIterator[HistoricView]:
        """Folds the whole archive up to the point: seconds for some hundred thousand events."""
        async with snapshot(self._store.pool) as connection:
            today = await self._store.rules_now(connection)
            folded = await fold_archive(connection, self._store, self._point)
            yield HistoricView(connection, folded, today.units)


async def figures_at(store: PostgresStore, when: When, clock: Clock) -> HistoricFigures:
    """The source of a point; raises `WhenRefused` where there is none."""
    async with snapshot(store.pool) as connection:
        return HistoricFigures(store, await point_at(connection, when, clock))
