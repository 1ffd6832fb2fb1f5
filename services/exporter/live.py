"""The live figures: tallies between the windows' days in memory, loaded in one snapshot, moved on by the change feed.

Nothing here is state of its own: it can be thrown away and loaded again at any moment, and is, at midnight, when the
unit tree changes, and when the feed was pruned behind it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from events.facts import Kind
from events.instants import SECOND
from projections.buckets import Buckets
from projections.measures import Policy
from projections.units import UnitTree
from services.clock import Clock
from services.exporter.unit_samples import UnitSamples
from services.exporter.windows import Windows, windows_on
from services.postgres.connection import Connection
from services.postgres.queries import snapshot
from services.postgres.store import PostgresStore, read_buckets, read_checkpoints, read_problems
from services.postgres.transaction import ChangeRow
from services.store import Checkpoint

KIND: Final[Kind] = "procedure"
RELOAD_AFTER_SECONDS: Final = 3_600
"""A reader that was away longer loads everything anew; the feed is kept much longer than this."""

_change_decoder: Final = msgspec.msgpack.Decoder(ChangeRow)
_OLDEST: Final = (
    "select unit, (select min(received_at) from cases as c where c.unit = u.unit and c.kind = $2 and c.is_open) "
    "as oldest from unnest($1::text[]) as u (unit)"
)
_DUE_LATER: Final = (
    "select unit, count(*) as cases from cases where is_open and kind = $3 "
    "and coalesce(due_instant_at, due_date_at) >= $1 and coalesce(due_instant_at, due_date_at) < $2 group by unit"
)


class LiveFigures:
    """What the exporter and the board show. `refresh` brings it up to date; everything else only reads memory."""

    def __init__(self, store: PostgresStore, clock: Clock, *, due_soon_days: int) -> None:
        self._store = store
        self._clock = clock
        self._due_soon_days = due_soon_days
        self._refreshed_at = 0
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

    @property
    def refreshed_at(self) -> int:
        """The instant of the snapshot shown (microseconds); 0 before the first."""
        return self._refreshed_at

    async def refresh(self) -> tuple[set[str] | None, list[int]]:
        """Brings the figures up to now.

        Returns the units whose samples may have changed (None: all of them) and the recording instants of the batches
        that came in.
        """
        now = self._clock()
        today = self._store.days.day_of(now)
        changed: set[str] | None = None
        recorded: list[int] = []
        async with snapshot(self._store.pool) as connection:
            rules = await self._store.rules_now(connection)
            stale = now - self._refreshed_at > RELOAD_AFTER_SECONDS * SECOND
            reload = stale or today != self.windows.today or self.units_version != self._store.units_version
            reload = reload or await self._gone_back(connection)
            if reload:
                self.tree, self.units_version = rules.units, self._store.units_version
                await self._load(connection, today)
            else:
                changed, recorded = await self._follow(connection)
            await self._read_small(connection, changed, now, today)
        self._refreshed_at = now
        return changed, recorded

    async def _gone_back(self, connection: Connection) -> bool:
        """Whether a checkpoint is lower than it was: the database was restored, or somebody reset it."""
        seen = {one.partition: one.position for one in self.checkpoints}
        return any(one.position < seen.get(one.partition, 0) for one in await read_checkpoints(connection))

    async def _load(self, connection: Connection, today: int) -> None:
        self.windows = windows_on(today, self._due_soon_days)
        self.buckets = await read_buckets(connection, self.windows.bounds(), KIND)
        self.samples = UnitSamples(self.windows, self.buckets, self._store.policy)
        self.problems = Counter(await read_problems(connection, KIND))

    async def _follow(self, connection: Connection) -> tuple[set[str], list[int]]:
        """Applies the rows of the feed behind the position of each shard."""
        changed: set[str] = set()
        recorded: list[int] = []
        seen = {one.partition: one.position for one in self.checkpoints}
        for checkpoint in await read_checkpoints(connection):
            position = seen.get(checkpoint.partition, 0)
            if checkpoint.position == position:
                continue
            rows = await connection.fetch(
                "select recorded_at, body from changes where shard = $1 and position >= $2 order by position",
                checkpoint.partition,
                position,
            )
            for row in rows:
                changed |= self._apply(_change_decoder.decode(row["body"]))
                recorded.append(row["recorded_at"])
        return changed, recorded

    def _apply(self, row: ChangeRow) -> set[str]:
        for (day, unit, kind), measures in row.cells:
            if kind == KIND:
                self.buckets.add(day, unit, measures)
        for unit, kind, problem, n in row.problems:
            if kind == KIND:
                self.problems[unit, problem] += n
        return {unit for (_, unit, _), _ in row.cells} | {unit for unit, _, _, _ in row.problems} | set(row.units)

    async def _read_small(self, connection: Connection, changed: set[str] | None, now: int, today: int) -> None:
        self.checkpoints = await read_checkpoints(connection)
        rows = await connection.fetch("select * from counters order by partition, name, label")
        self.counters = [(row["partition"], row["name"], row["label"], row["count"]) for row in rows]
        found = await connection.fetchval("select differences from verifications order by id desc limit 1")
        self.differences = None if found is None else int(found)
        if changed is None:
            self.oldest = {}
        await self._read_oldest(connection, self.tree.codes() if changed is None else sorted(changed))
        if self._store.policy is Policy.INSTANT:
            end = self._store.days.start_of(today + 1)
            rows = await connection.fetch(_DUE_LATER, now, end, KIND)
            later = {row["unit"]: row["cases"] for row in rows}
            if changed is not None:  # time alone makes cases overdue here
                before = (self.due_later or {}).items()
                changed |= {unit for unit, _ in before ^ later.items()}
            self.due_later = later

    async def _read_oldest(self, connection: Connection, units: Iterable[str]) -> None:
        for row in await connection.fetch(_OLDEST, list(units), KIND):
            if row["oldest"] is None:
                self.oldest.pop(row["unit"], None)
            else:
                self.oldest[row["unit"]] = row["oldest"]

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
