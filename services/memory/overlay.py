"""A dry run: the database is read, everything is judged as it would be, and nothing is written to it."""

from collections.abc import Mapping, Sequence

from projections.batches import counted_bytes, facts_bytes
from projections.effect import StoredCase
from projections.standing import Rules
from services.clock import Clock
from services.memory.store import MemoryStore
from services.store import Store


class OverlayStore(MemoryStore):
    """A memory store over another one: a case that it does not know yet is looked up there once."""

    def __init__(self, below: Store, rules: Rules, clock: Clock) -> None:
        super().__init__(rules, clock)
        self._below = below

    async def cases(self, case_ids: Sequence[str]) -> Mapping[str, StoredCase]:
        missing = [case_id for case_id in case_ids if case_id not in self.rows]
        for case_id, found in (await self._below.cases(missing)).items():
            self.rows[case_id] = found.version, facts_bytes(found.kept), counted_bytes(found.counted)
        return await super().cases(case_ids)
