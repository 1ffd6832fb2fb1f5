"""The live figures: tallies between the windows' days in memory, loaded in one snapshot, moved on by the change feed.

Nothing here is state of its own: it can be thrown away and loaded again at any moment, and is, at midnight, when the
unit tree changes, when the feed was pruned behind it, and when a checkpoint was moved by hand.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from events.facts import Kind
from events.instants import SECOND
from projections.buckets import Buckets
from projections.measures import Policy
from projections.targets import Targets
from projections.units import UnitTree
from services.clock import Clock
from services.exporter.unit_samples import UnitSamples
from services.exporter.windows import Windows, windows_on
from services.postgres.connection import Connection
from services.postgres.queries import snapshot
from services.postgres.report_sums import read_sums
from services.postgres.store import PostgresStore, read_checkpoints, read_problems
from services.postgres.targets import read_targets
from services.postgres.transaction import ChangeRow, decoded_change
from services.store import Checkpoint

KIND: Final[Kind] = "procedure"
RELOAD_AFTER_SECONDS: Final = 3_600
"""A reader that was away longer loads everything anew; the feed is kept much longer than this."""

_OLDEST: Final = (
    "select unit, (select min(received_at) from cases as c where c.unit = u.unit and c.kind = $2 and c.is_open) "
    "as oldest from unnest($1::text[]) as u (unit)"
)
_DUE_LATER: Final = (
    "select unit, count(*) as cases from cases where is_open and kind = $3 "
    "and coalesce(due_instant_at, due_date_at) >= $1 and coalesce(due_instant_at, due_date_at) < $2 group by unit"
)


_FEED: Final = "select recorded_at, body from changes where shard = $1 and position >= $2 order by position"
_LIFE: Final = (
    "select (select coalesce(max(id), 0) from checkpoint_resets), pg_postmaster_start_time(), "
    "(select oid from pg_database where datname = current_database()), pg_relation_filenode('checkpoints')"
)
"""Another answer than before: a checkpoint was moved by hand, or this may be a backup that was put back.

Behind that the feed need not fit what was read of it, whatever the positions say.
"""
_COUNTERS: Final = "select partition, name, label, count from counters order by partition, name, label"


class _FeedRow(Struct, frozen=True):
    """A row of the change feed."""

    recorded_at: int
    change: ChangeRow

    def units(self) -> set[str]:
        """Those whose samples may change; of changed cases also where no tally of theirs does."""
        change = self.change
        return {unit for (_, unit, _), _ in change.cells} | {unit for unit, *_ in change.problems} | set(change.units)


class Arrival(Struct, frozen=True):
    """A batch that came in: when it was recorded, and the id of the trace that it came with, where one is followed."""

    recorded_at: int
    trace: str | None


class _Loaded(Struct, frozen=True):
    """The figures read anew."""

    windows: Windows
    buckets: Buckets
    problems: Counter[tuple[str, str]]


class _Read(Struct, frozen=True):
    """All that one refresh reads: either `loaded` or the `rows` of the feed."""

    tree: UnitTree
    units_version: str
    life: tuple[object, ...]
    checkpoints: list[Checkpoint]
    counters: list[tuple[int, str, str, int]]
    oldest: Mapping[str, int | None]
    due_later: dict[str, int] | None
    differences: int | None
    targets: Targets
    loaded: _Loaded | None
    rows: list[_FeedRow]


class LiveFigures:
    """What the exporter and the board show. `refresh` brings it up to date; everything else only reads memory."""

    def __init__(self, store: PostgresStore, clock: Clock, *, due_soon_days: int) -> None:
        self._store = store
        self._clock = clock
        self._due_soon_days = due_soon_days
        self._refreshed_at = 0
        self._life: tuple[object, ...] = ()
        self.tree = UnitTree(())
        self.units_version = ""
        self.windows: Windows = windows_on(1_000, due_soon_days)
        self.samples = UnitSamples(self.windows, Buckets(self.windows.bounds()), store.policy)
        self.buckets = Buckets(())
        self.problems: Counter[tuple[str, str]] = Counter()
        self.oldest: dict[str, int] = {}
        self.due_later: dict[str, int] | None = None
        self.checkpoints: list[Checkpoint] = []
        self.counters: list[tuple[int, str, str, int]] = []
        self.differences: int | None = None
        self.targets = Targets()

    @property
    def refreshed_at(self) -> int:
        """The instant of the snapshot shown (microseconds); 0 before the first."""
        return self._refreshed_at

    async def refresh(self) -> tuple[set[str] | None, list[Arrival]]:
        """Brings the figures up to now.

        Returns the units whose samples may have changed (None: all of them) and the batches that came in. Everything is
        read before anything is changed: where the database goes away, nothing was done.
        """
        now = self._clock()
        async with snapshot(self._store.pool) as connection:
            read = await self._read(connection, now)
        changed = self._take(read)
        self._refreshed_at = now
        return changed, [] if read.loaded else [Arrival(row.recorded_at, row.change.trace) for row in read.rows]

    async def _read(self, connection: Connection, now: int) -> "_Read":
        """What there is to know, of one snapshot."""
        rules = await self._store.rules_now(connection)
        version, today = self._store.units_version, self._store.days.day_of(now)
        checkpoints = await read_checkpoints(connection)
        life = tuple(await connection.fetchrow(_LIFE) or ())
        stale = now - self._refreshed_at > RELOAD_AFTER_SECONDS * SECOND
        other = today != self.windows.today or version != self.units_version or life != self._life
        loaded = await self._load(connection, today) if stale or other or self._gone_back(checkpoints) else None
        rows = [] if loaded else await self._follow(connection, checkpoints)
        units = rules.units.codes() if loaded else sorted({unit for row in rows for unit in row.units()})
        later = None
        if self._store.policy is Policy.INSTANT:
            found = await connection.fetch(_DUE_LATER, now, self._store.days.start_of(today + 1), KIND)
            later = {row["unit"]: row["cases"] for row in found}
        differences = await connection.fetchval("select differences from verifications order by id desc limit 1")
        return _Read(
            tree=rules.units,
            units_version=version,
            life=life,
            checkpoints=checkpoints,
            counters=[tuple(row) for row in await connection.fetch(_COUNTERS)],
            oldest={row["unit"]: row["oldest"] for row in await connection.fetch(_OLDEST, list(units), KIND)},
            due_later=later,
            differences=None if differences is None else int(differences),
            targets=await read_targets(connection, self.targets),
            loaded=loaded,
            rows=rows,
        )

    def _gone_back(self, checkpoints: Iterable[Checkpoint]) -> bool:
        """Whether a checkpoint is lower than it was: the database was restored."""
        seen = {one.partition: one.position for one in self.checkpoints}
        return any(one.position < seen.get(one.partition, 0) for one in checkpoints)

    async def _load(self, connection: Connection, today: int) -> "_Loaded":
        windows = windows_on(today, self._due_soon_days)
        buckets = await read_sums(connection, windows.bounds(), KIND)
        return _Loaded(windows, buckets, Counter(await read_problems(connection, KIND)))

    async def _follow(self, connection: Connection, checkpoints: Iterable[Checkpoint]) -> list["_FeedRow"]:
        """The rows of the feed behind the position of each shard."""
        seen = {one.partition: one.position for one in self.checkpoints}
        found: list[_FeedRow] = []
        for one in checkpoints:
            position = seen.get(one.partition, 0)
            if one.position != position:
                rows = await connection.fetch(_FEED, one.partition, position)
                found += [_FeedRow(row["recorded_at"], decoded_change(row["body"])) for row in rows]
        return found

    def _take(self, read: "_Read") -> set[str] | None:
        """Makes what was read the figures shown."""
        changed: set[str] | None = None
        if read.loaded is not None:
            self.windows, self.buckets, self.problems = read.loaded.windows, read.loaded.buckets, read.loaded.problems
            self.samples = UnitSamples(self.windows, self.buckets, self._store.policy)
            self.oldest = {}
        else:
            changed = {unit for row in read.rows for unit in row.units()}
            for row in read.rows:
                self._apply(row.change)
            if read.due_later is not None:  # time alone makes cases overdue here
                changed |= {unit for unit, _ in (self.due_later or {}).items() ^ read.due_later.items()}
        for unit, oldest in read.oldest.items():
            if oldest is None:
                self.oldest.pop(unit, None)
            else:
                self.oldest[unit] = oldest
        self.tree, self.units_version, self._life = read.tree, read.units_version, read.life
        self.checkpoints, self.counters = read.checkpoints, read.counters
        self.due_later, self.differences = read.due_later, read.differences
        self.targets = read.targets
        return changed

    def _apply(self, row: ChangeRow) -> None:
        for (day, unit, kind), measures in row.cells:
            if kind == KIND:
                self.buckets.add(day, unit, measures)
        for unit, kind, problem, n in row.problems:
            if kind == KIND:
                self.problems[unit, problem] += n

    def values(self, unit: str) -> list[int]:
        """The integers of `SAMPLES` for a unit."""
        later = None if self.due_later is None else self.due_later.get(unit, 0)
        return self.samples.values(unit, later)

    def unit_problems(self) -> Mapping[str, dict[str, int]]:
        """Non-zero data-quality problems by unit."""
        found: dict[str, dict[str, int]] = {}
        for (unit, problem), n in self.problems.items():
            if n:
                found.setdefault(unit, {})[problem] = n
        return found


def changed_units(changed: set[str] | None, tree: UnitTree) -> Iterable[str]:
    """The units to draw anew."""
    return tree.codes() if changed is None else (unit for unit in sorted(changed) if unit in tree)
