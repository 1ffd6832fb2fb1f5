"""How the facts of cases reach the projector: repeated, shuffled, cut into batches, spread over partitions."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from histories import WRITINGS, History, written
from hypothesis import strategies as st
from worlds import World

from events.errors import Refused
from events.facts import Event, Fact, Received
from events.instants import DAY, instant_of
from projections.batches import read
from projections.effect import Record, Verdict
from services.memory.store import MemoryStore
from services.projector import Projector
from services.verifier import ArchivedEvent

NOW: Final = instant_of(datetime(2030, 1, 1, tzinfo=UTC))
"""Later than every fact, so that none is refused for its time."""
PARTITIONS_MAX: Final = 3
BATCH_RECORDS_MAX: Final = 8

_elsewhere: Final = Fact("/desk", "1", 0, Received("no such unit"))
_too_early: Final = Fact("/desk", "2", 0, Received("A", due=NOW + 40_000 * DAY))
JUNK: Final = (
    Record(b"{"),
    Record(b"[]"),
    Record(written("case-0", _elsewhere)),
    Record(written("case-0", _too_early)),
    Record(b'{"specversion": "1.0"}', Refused("too_large", "the door has seen it")),
)
"""Records that can become no fact."""


@dataclass(frozen=True)
class Batch:
    """Records of one partition that are projected together."""

    partition: int
    records: Sequence[Record]


@st.composite
def deliveries(draw: st.DrawFn, cases: Sequence[History]) -> list[Batch]:
    """Every fact at least once, in any order; each record in any partition, each batch of any size."""
    events = [Event(f"case-{number}", fact) for number, history in enumerate(cases) for fact in history]
    repeats = draw(st.lists(st.sampled_from(events), max_size=8)) if events else []
    junk = draw(st.lists(st.sampled_from(JUNK), max_size=4))
    writing = st.integers(0, WRITINGS - 1)
    sent = [Record(written(event.case_id, event.fact, draw(writing))) for event in (*events, *repeats)]
    records = draw(st.permutations([*sent, *junk]))
    return list(_batches(draw, records))


def _batches(draw: st.DrawFn, records: Sequence[Record]) -> list[Batch]:
    partitions = draw(st.integers(1, PARTITIONS_MAX))
    logs: dict[int, list[Record]] = defaultdict(list)
    for record in records:
        logs[draw(st.integers(0, partitions - 1))].append(record)
    batches = []
    while logs:
        partition = draw(st.sampled_from(sorted(logs)))
        size = draw(st.integers(1, BATCH_RECORDS_MAX))
        batches.append(Batch(partition, logs[partition][:size]))
        logs[partition] = logs[partition][size:]
        if not logs[partition]:
            del logs[partition]
    return batches


async def projected(batches: Sequence[Batch], world: World) -> tuple[MemoryStore, Mapping[int, list[Verdict]]]:
    """The store after all batches, and the verdicts of each partition in order."""
    store = MemoryStore(world.rules, lambda: NOW)
    verdicts: dict[int, list[Verdict]] = defaultdict(list)
    for batch in batches:
        verdicts[batch.partition] += await Projector(store, batch.partition).project(read(batch.records))
    return store, verdicts


def archived_by_case(store: MemoryStore) -> dict[str, list[ArchivedEvent]]:
    """What the verifier reads."""
    found: dict[str, list[ArchivedEvent]] = defaultdict(list)
    for (partition, position), one in store.archive.items():
        found[one.case_id].append(ArchivedEvent(partition, position, one.body))
    return found
