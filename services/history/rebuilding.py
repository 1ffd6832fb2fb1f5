"""`rebuild`: the projections built anew from the archive beside the live ones, compared, and put in their place.

Facts may arrive all the while. The shadow lies in temporary tables (`services.postgres.shadow_tables`); what it says
otherwise is written over the live tables in one transaction, so that whoever reads sees the old state or the new one,
and a process that is killed leaves one of the two.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from projections.case_row import case_row
from projections.counted import NOTHING
from projections.effect import ChangedCase, StoredCase
from projections.standing import Rules
from projections.tallies import TallyChanges
from services.clock import Clock
from services.history.archive import ArchiveUnreadable, RecordedCase, RecordedFact, facts_between
from services.history.folding import fold_case
from services.history.points import places_read, point_at
from services.history.projecting import SHARD, write_projections
from services.history.rebuilt_comparison import Compared, compared
from services.history.when import Now
from services.postgres.case_table import write_cases
from services.postgres.queries import snapshot
from services.postgres.recounting import recount
from services.postgres.reference import current_version
from services.postgres.shadow_tables import ShadowTables, shadow_tables
from services.postgres.store import PostgresStore
from services.postgres.tally_table import write_tallies
from services.postgres.transaction import load_cases

CHUNK_EVENTS: Final = 5_000


class Rebuild:
    """A shadow of the projections: `build` first, then `compare` and, where something differs, `switch`."""

    def __init__(self, store: PostgresStore, tables: ShadowTables, rules: Rules, units_version: str) -> None:
        self._store = store
        self._tables = tables
        self._connection = tables.connection
        self._rules = rules
        self._units_version = units_version
        self._places: dict[int, int] = {}
        self.events = 0

    async def build(self, clock: Clock, on_progress: Callable[[int], None]) -> None:
        """Folds the archive as it is now; raises `ArchiveUnreadable`. `on_progress` is told the events so far."""
        async with snapshot(self._store.pool) as reading:
            point = await point_at(reading, Now(), clock)
            found = await write_projections(reading, self._connection, self._store, point, on_progress)
        self._rules, self._units_version = found.rules, point.units_version
        self._places, self.events = dict(point.positions), found.events
        await self._catch_up()
        await self._tables.analyze()

    async def _catch_up(self) -> None:
        """Adds what was recorded since, in batches."""
        for partition, end in (await places_read(self._connection)).items():
            begin = self._places.get(partition, 0)
            while facts := await facts_between(self._connection, partition, begin, end, limit=CHUNK_EVENTS):
                await self._add(facts)
                begin = facts[-1][1].kept.position + 1
            self._places[partition] = end

    async def _add(self, facts: Sequence[tuple[str, RecordedFact]]) -> None:
        fresh: dict[str, list[RecordedFact]] = {}
        for case_id, fact in facts:
            fresh.setdefault(case_id, []).append(fact)
        async with self._connection.transaction():
            known = await load_cases(self._connection, list(fresh))
            tallies = TallyChanges()
            cases = [self._changed(one, known.get(one), fresh[one], tallies) for one in fresh]
            await write_cases(self._connection, cases)
            await write_tallies(self._connection, SHARD, tallies.standing_cells(), tallies.standing_problems())
        self.events += len(facts)

    def _changed(
        self, case_id: str, known: StoredCase | None, fresh: list[RecordedFact], tallies: TallyChanges
    ) -> ChangedCase:
        before = [] if known is None else [RecordedFact(kept, 0) for kept in known.kept]
        recorded = RecordedCase(case_id, before + fresh)
        found = fold_case(recorded, self._rules)
        tallies.replace(NOTHING if known is None else known.counted, found.counted)
        row = case_row(found.case, [kept.fact for kept in recorded.kept], self._rules)
        return ChangedCase(case_id, 0 if known is None else known.version, recorded.kept, found.counted, row)

    async def _follow_units(self) -> bool:
        """Counts the shadow anew where another unit tree was put in force meanwhile; whether one was."""
        version = await current_version(self._connection)
        if version == self._units_version:
            return False
        self._rules = await self._store.rules_now(self._connection)
        self._units_version = version
        await recount(self._connection, self._rules)
        return True

    async def compare(self) -> Compared:
        """Every difference to the live projections, both as of one moment; nobody waits meanwhile."""
        while True:
            await self._follow_units()
            async with self._connection.transaction(isolation="repeatable_read"):
                if await current_version(self._connection) == self._units_version:
                    await self._catch_up()
                    return await compared(self._tables)

    async def switch(self, done_by: str) -> None:
        """Puts the shadow in the place of the live projections, in one transaction; call `compare` first.

        Batches wait while it lasts, readers do not. Raises `ArchiveUnreadable` where the archive lacks events that
        were recorded.
        """
        async with self._connection.transaction():
            await self._tables.stop_writers()
            await self._catch_up()
            await self._expect_whole_archive()
            if await self._follow_units():
                await compared(self._tables)
            await self._tables.put_in_place(done_by)

    async def _expect_whole_archive(self) -> None:
        recorded = await self._connection.fetchval("select coalesce(sum(applied), 0)::bigint from checkpoints")
        if recorded != self.events:
            raise ArchiveUnreadable(
                f"{recorded:,} events were recorded, the archive gave {self.events:,}: nothing was changed; "
                "`duecourse verify --archive` says which events differ"
            )

    def as_json(self) -> dict[str, Any]:
        """What was built."""
        return {"events": self.events, "positions": {str(one): at for one, at in sorted(self._places.items())}}


@asynccontextmanager
async def rebuilding(store: PostgresStore) -> AsyncIterator[Rebuild]:
    """A rebuild that may begin; raises `StoreUnavailable` while another is under way."""
    async with shadow_tables(store.pool) as tables:
        yield Rebuild(store, tables, await store.rules_now(tables.connection), store.units_version)
