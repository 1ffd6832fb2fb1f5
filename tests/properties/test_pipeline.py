"""The pipeline guesses ahead; whatever happens in between, what is recorded is what the plain projector records."""

import asyncio
from collections.abc import Sequence

from countings import named_problems, named_tallies
from hypothesis import given
from hypothesis import strategies as st

from projections.batches import read
from projections.effect import Reading, Record
from projections.measures import Policy
from projections.standing import Rules
from projections.units import UnitTree
from projections.zone import LocalDays
from services.memory.store import MemoryStore
from services.pipeline import Pipeline
from services.projector import Projector
from tests.fixtures.databases import UNITS
from tests.fixtures.saying import event

NOW = 1_900_000_000_000_000

names = st.sampled_from(["received", "processed", "returned", "paused", "resumed", "reopened"])
data = {"received": {"unit": "A", "due": "2024-01-22T17:00"}, "paused": {"reason": "supplement"}}


@st.composite
def batches(draw: st.DrawFn) -> list[list[bytes]]:
    """Batches of facts about few cases, so that each batch changes what the one before it changed."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=2, max_size=6))
    made = []
    for size in sizes:
        batch = []
        for _ in range(size):
            name, day = draw(names), draw(st.integers(1, 28))
            case, number = draw(st.sampled_from(["c1", "c2", "c3"])), draw(st.integers(1, 30))
            fields = dict(data.get(name, {}))
            batch.append(event(name, case, f"2024-01-{day:02d}", id=f"{name}{day}-{number % 3}", **fields))
        made.append(batch)
    return made


def _store() -> MemoryStore:
    return MemoryStore(Rules(LocalDays("Asia/Ho_Chi_Minh"), Policy.DATE, UnitTree(UNITS)), lambda: NOW)


def _readings(made: Sequence[Sequence[bytes]]) -> list[Reading]:
    return [read([Record(body) for body in batch]) for batch in made]


async def _plain(made: Sequence[Sequence[bytes]]) -> MemoryStore:
    store = _store()
    for reading in _readings(made):
        await Projector(store).project(reading)
    return store


async def _pipelined(made: Sequence[Sequence[bytes]], intruder: bytes | None, at: int) -> MemoryStore:
    store = _store()
    pipeline, waiting = Pipeline(store, Projector(store)), list[asyncio.Task[object]]()
    for place, reading in enumerate(_readings(made)):
        waiting.append(asyncio.create_task(pipeline.project(reading)))
        if place == at and intruder is not None:
            await Projector(store).project(read([Record(intruder)]))
        if len(waiting) > 1:
            await waiting.pop(0)
    await asyncio.gather(*waiting)
    return store


def _same(one: MemoryStore, other: MemoryStore) -> None:
    assert named_tallies(one.cells) == named_tallies(other.cells)
    assert named_problems(one.problem_cells) == named_problems(other.problem_cells)
    for store in (one, other):
        checkpoint = store.positions[0]
        assert checkpoint.position == checkpoint.applied + checkpoint.duplicate + checkpoint.dead


@given(batches())
def test_overlapping_batches_record_what_batches_one_by_one_record(made: list[list[bytes]]) -> None:
    _same(asyncio.run(_pipelined(made, None, 0)), asyncio.run(_plain(made)))


@given(batches(), st.integers(0, 5))
def test_another_writer_between_the_batches_is_noticed_and_nothing_is_lost(made: list[list[bytes]], at: int) -> None:
    intruder = event("received", "c1", "2024-01-02", id="intruder", unit="B")
    with_intruder = [*made, [intruder]] if at < len(made) else made
    _same(asyncio.run(_pipelined(made, intruder, at)), asyncio.run(_plain(with_intruder)))
