"""Archive, cases, tallies and checkpoints in dictionaries; a transaction is applied whole at its end or not at all."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager

from msgspec import structs

from events.facts import Kind
from projections.batches import counted_bytes as bytes_of_counted
from projections.batches import facts_bytes, stored_case
from projections.buckets import Buckets
from projections.effect import Archived, ChangedCase, Dead, Effect, StoredCase
from projections.promises import Promised
from projections.standing import Rules
from projections.tallies import CellKey, Change, ProblemKey
from services.clock import Clock
from services.counting import counted
from services.projector import digest_of
from services.store import Checkpoint, Conflict, Outlook, Reached


class MemoryStore:
    """Everything of one database. Case rows are kept as bytes, as PostgreSQL keeps them."""

    def __init__(self, rules: Rules, clock: Clock) -> None:
        self.rules = rules
        self.clock = clock
        self.archive: dict[tuple[int, int], Archived] = {}
        self.rows: dict[str, tuple[int, bytes, bytes]] = {}
        self.changed: dict[str, ChangedCase] = {}
        self.cells: dict[CellKey, Change] = {}
        self.problem_cells: dict[ProblemKey, int] = {}
        self.dead_letters: dict[tuple[int, int], Dead] = {}
        self.counters: Counter[tuple[int, str, str]] = Counter()
        self.positions: dict[int, Checkpoint] = {}
        self.promises: dict[tuple[int, int], Promised] = {}

    @asynccontextmanager
    async def transaction(self, partition: int) -> AsyncIterator["MemoryTransaction"]:
        transaction = MemoryTransaction(self, partition)
        yield transaction
        transaction.commit()

    async def outlook(self, partition: int, case_ids: Sequence[str]) -> Outlook:
        found = MemoryTransaction(self, partition)
        return Outlook(found.checkpoint.position, found.now, self.rules, await self.cases(case_ids))

    async def buckets(self, bounds: Sequence[int], kind: Kind) -> Buckets:
        found = Buckets(bounds)
        for (day, unit, cell_kind), cell in self.cells.items():
            if cell_kind == kind:
                found.add(day, unit, cell)
        return found

    async def problems(self, kind: Kind) -> Mapping[tuple[str, str], int]:
        found: Counter[tuple[str, str]] = Counter()
        for (_, unit, cell_kind, problem), n in self.problem_cells.items():
            if cell_kind == kind:
                found[unit, problem] += n
        return {key: n for key, n in found.items() if n}

    async def cases(self, case_ids: Sequence[str]) -> Mapping[str, StoredCase]:
        return {one: stored_case(*self.rows[one]) for one in case_ids if one in self.rows}

    async def checkpoints(self) -> list[Checkpoint]:
        return [self.positions[partition] for partition in sorted(self.positions)]

    async def bind(self, partitions: Iterable[int], topic_id: str) -> Mapping[int, Checkpoint]:
        wanted = sorted(partitions)
        for partition in wanted:
            one = self.positions.get(partition, Checkpoint(partition))
            self.positions[partition] = structs.replace(one, topic_id=one.topic_id or (None if one.read else topic_id))
        return {partition: self.positions[partition] for partition in wanted}

    async def halt(self, partition: int, why: str) -> None:
        self.positions[partition] = structs.replace(self.positions[partition], halted=why)

    async def note(self, partition: int, *, rewinds: int = 0, retries: int = 0, stuck: bool | None = None) -> None:
        one = self.positions[partition]
        self.positions[partition] = structs.replace(
            one,
            rewinds=one.rewinds + rewinds,
            retries=one.retries + retries,
            stuck=one.stuck if stuck is None else stuck,
        )


class MemoryTransaction:
    """Reads the store as it is, holds its own changes back until `commit`."""

    def __init__(self, store: MemoryStore, partition: int) -> None:
        self._store = store
        self._checkpoint = store.positions.get(partition, Checkpoint(partition))
        self._now = max(store.clock(), self._checkpoint.recorded_at)
        self._effect: Effect | None = None
        self._reached = Reached(0, 0)

    @property
    def checkpoint(self) -> Checkpoint:
        return self._checkpoint

    @property
    def now(self) -> int:
        return self._now

    @property
    def rules(self) -> Rules:
        return self._store.rules

    async def load(self, case_ids: Sequence[str]) -> Mapping[str, StoredCase]:
        return await self._store.cases(case_ids)

    async def buried(self, digests: Sequence[bytes]) -> set[bytes]:
        return {digest_of(dead) for dead in self._store.dead_letters.values()} & set(digests)

    async def buried_at(self, places: Sequence[int]) -> set[int]:
        partition = self._checkpoint.partition
        return {place for place in places if (partition, place) in self._store.dead_letters}

    async def write(self, effect: Effect, topic: str, reached: Reached) -> None:
        del topic  # there is no other in memory
        for case in effect.cases:
            version = self._store.rows.get(case.case_id, (0,))[0]
            if version != case.version:
                raise Conflict(case.case_id)
        self._effect, self._reached = effect, reached

    def commit(self) -> None:
        effect, store, partition = self._effect, self._store, self._checkpoint.partition
        if effect is None:
            return
        store.archive.update({(partition, one.position): one for one in effect.archived})
        store.dead_letters.update({(partition, one.position): one for one in effect.dead})
        store.promises.update({(partition, one.position): one for one in effect.promises})
        for case in effect.cases:
            store.rows[case.case_id] = case.version + 1, facts_bytes(case.kept), bytes_of_counted(case.counted)
            store.changed[case.case_id] = case
        for key, change in effect.tallies.standing_cells():
            cell = store.cells.setdefault(key, {})
            for measure, n in change.items():
                cell[measure] = cell.get(measure, 0) + n
        for problem, n in effect.tallies.standing_problems():
            store.problem_cells[problem] = store.problem_cells.get(problem, 0) + n
        for name, label, n in counted(effect):
            store.counters[partition, name, label] += n
        store.positions[partition] = _moved(self._checkpoint, effect, self._reached)


def _moved(checkpoint: Checkpoint, effect: Effect, reached: Reached) -> Checkpoint:
    return structs.replace(
        checkpoint,
        position=reached.position,
        read=checkpoint.read + len(effect.verdicts),
        applied=checkpoint.applied + len(effect.archived),
        duplicate=checkpoint.duplicate + effect.duplicates,
        dead=checkpoint.dead + len(effect.dead),
        recorded_at=max(checkpoint.recorded_at, reached.recorded_at),
        stuck=False,
        topic_id=checkpoint.topic_id or (None if checkpoint.read else reached.topic_id),
    )
