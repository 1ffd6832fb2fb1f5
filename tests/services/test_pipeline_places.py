"""A batch that was worked out ahead keeps to its places in the log, also where somebody else took them meanwhile."""

from collections.abc import Sequence

from projections.batches import read
from projections.measures import Policy
from projections.standing import Rules
from projections.units import UnitTree
from projections.zone import LocalDays
from services.memory.store import MemoryStore
from services.pipeline import Pipeline
from services.projector import Projector
from services.store import Outlook
from tests.fixtures.databases import UNITS
from tests.fixtures.saying import received, records

NOW = 1_900_000_000_000_000


class StoreWithAnotherWriter(MemoryStore):
    """Right after each outlook somebody else records an event about a case that nobody else writes of."""

    def __init__(self) -> None:
        super().__init__(Rules(LocalDays("Asia/Ho_Chi_Minh"), Policy.DATE, UnitTree(UNITS)), lambda: NOW)
        self.others: list[bytes] = []

    async def outlook(self, partition: int, case_ids: Sequence[str]) -> Outlook:
        found = await super().outlook(partition, case_ids)
        self.others.append(received(f"other-{len(self.others)}", "2024-01-15T08:00"))
        await Projector(self).project(read(records(self.others[-1])))
        return found


async def test_each_event_has_a_place_of_its_own_where_somebody_else_writes_between_outlook_and_transaction() -> None:
    store = StoreWithAnotherWriter()
    pipeline = Pipeline(store, Projector(store))
    own = [received(f"own-{number}", "2024-01-15T08:00") for number in range(3)]
    for body in own:
        await pipeline.project(read(records(body)))
    assert sorted(one.body for one in store.archive.values()) == sorted([*own, *store.others])
    assert store.positions[0].applied == store.positions[0].position == len(own) + len(store.others)
