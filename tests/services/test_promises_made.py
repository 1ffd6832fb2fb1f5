"""Which facts are promised a due date, by which days, and that it is kept when they are told again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from events.codec import decode
from events.instants import DAY
from projections.batches import counted_bytes, read, stored_case
from projections.complaints import COMPLAINT_LIMITS, ComplaintStep
from projections.counted import NOTHING
from projections.effect import Kept, Record
from projections.figures import figures
from projections.measures import Policy
from projections.periods import parse_period
from projections.standing import Rules
from services.memory.store import MemoryStore, MemoryTransaction
from services.pipeline import Pipeline
from services.procedures_loading import read_procedures_file
from services.projector import Projector
from tests.fixtures.promising import SHIPPED, promised, registry_in, shipped, store_in_memory, with_holiday
from tests.fixtures.saying import processed, received, records
from tests.fixtures.times import local

THURSDAY = "2024-03-07T08:00"
FRIDAY_ENDS = local("2024-03-08T23:59:59.999999")
MONDAY_ENDS = FRIDAY_ENDS + 3 * DAY
ONE = received("c1", THURSDAY, procedure="one", id="r1")
RECORDED = local("2024-03-07T08:01")
COMPLAINTS = SHIPPED.parents[1] / "procedures" / "complaints.csv"

PROMISED = {
    "hours": "2024-03-07T17:00",
    "month": "2024-04-08T23:59:59.999999",
    "old-two": "2024-03-11T23:59:59.999999",
    "free": None,
    "unheard": None,
    "answer": None,
}


async def test_only_a_known_limit_of_the_same_kind_makes_a_promise(tmp_path: Path) -> None:
    store = store_in_memory(registry_in(tmp_path), shipped().calendar)
    at = "2024-03-07T07:30"
    bodies = [received(code, at, procedure=code) for code in PROMISED]
    bodies += [received("nothing", at), received("said", at, procedure="one", due="2024-05-05")]
    bodies += [received("asked", at, procedure="answer", kind="complaint")]
    await Projector(store).project(read(records(*bodies)))
    found = {case_id: promised(case)[0] for case_id, case in (await store.cases(list(store.rows))).items()}
    expected = {code: None if due is None else local(due) for code, due in PROMISED.items()}
    asked = local("2024-03-28T23:59:59.999999")
    assert found == expected | {"nothing": None, "said": None, "asked": asked}
    missing = await store.problems("procedure")
    assert missing == {("A", "due_missing"): 4}
    assert store.changed["said"].row.due_date_at == local("2024-05-05")
    assert {one.case_id for one in store.promises.values()} == {"hours", "month", "old-two", "asked"}


@pytest.mark.parametrize(
    ("step", "day"),
    [
        (ComplaintStep.REFUSE, "2024-03-11"),
        (ComplaintStep.ASK, "2024-03-14"),
        (ComplaintStep.ANSWER, "2024-03-28"),
        (ComplaintStep.PUBLISH, "2024-03-11"),
    ],
)
async def test_each_step_of_a_complaint_is_promised_by_the_limits_that_are_shipped(
    step: ComplaintStep, day: str
) -> None:
    registry = read_procedures_file(COMPLAINTS)
    assert {one.limit for one in registry.procedures if one.code == f"complaint.{step}"} == {COMPLAINT_LIMITS[step]}
    store = store_in_memory(registry, shipped().calendar)
    asked = received("c1", THURSDAY, procedure=f"complaint.{step}", kind="complaint")
    await Projector(store).project(read(records(asked)))
    assert promised((await store.cases(["c1"]))["c1"]) == [local(f"{day}T23:59:59.999999")]
    assert {kind for _, _, kind in store.cells} == {"complaint"}


@pytest.mark.parametrize("missing", ["procedures", "calendar"])
async def test_without_procedures_or_calendar_nothing_is_promised(tmp_path: Path, missing: str) -> None:
    registry = None if missing == "procedures" else registry_in(tmp_path)
    store = store_in_memory(registry, None if missing == "calendar" else shipped().calendar)
    await Projector(store).project(read(records(ONE)))
    assert promised((await store.cases(["c1"]))["c1"]) == [None]


async def test_a_promised_case_is_labelled_by_its_promise(tmp_path: Path) -> None:
    store = store_in_memory(registry_in(tmp_path), shipped().calendar)
    late = [received("late", THURSDAY, procedure="one"), processed("late", "2024-03-11T08:00")]
    early = [received("early", THURSDAY, procedure="one"), processed("early", "2024-03-07T09:00")]
    await Projector(store).project(read(records(*late, *early)))
    year = parse_period("2024")
    found = figures(await store.buckets([year.begin, year.end], "procedure"), "A", year, Policy.DATE)
    assert (found.new, found.settled_early, found.settled_on_time, found.settled_late) == (2, 1, 0, 1)
    assert store.changed["late"].row.due_date_at == store.changed["early"].row.due_date_at == FRIDAY_ENDS


async def test_a_day_that_was_published_after_reception_does_not_count(tmp_path: Path) -> None:
    days = with_holiday(shipped(), "2024-03-08", "2024-03-08").calendar
    store = store_in_memory(registry_in(tmp_path), days)
    after = received("c2", "2024-03-08T08:00", procedure="one")
    await Projector(store).project(read(records(ONE, after)))
    found = {case_id: one.row.due_date_at for case_id, one in store.changed.items()}
    assert found == {"c1": FRIDAY_ENDS, "c2": MONDAY_ENDS + DAY}


async def test_what_is_told_again_to_an_empty_store_keeps_its_promises(tmp_path: Path) -> None:
    store = store_in_memory(registry_in(tmp_path), shipped().calendar)
    await Projector(store).project(read(records(ONE, processed("c1", "2024-03-12T08:00"))))
    later = store_in_memory(None, with_holiday(shipped(), "2024-03-08", "2024-03-01").calendar)
    made = {place: one.promise for place, one in store.promises.items()}
    archive = [Record(one.body, promise=made.get(place)) for place, one in sorted(store.archive.items())]
    await Projector(later).project(read(archive))
    assert later.promises == store.promises
    assert (later.rows, later.cells) == (store.rows, store.cells)


class LoadedMeanwhile(MemoryStore):
    """A store whose reference data is loaded between the guess at a batch and its transaction."""

    loaded: Rules

    @asynccontextmanager
    async def transaction(self, partition: int) -> AsyncIterator[MemoryTransaction]:
        self.rules = self.loaded
        async with super().transaction(partition) as begun:
            yield begun


@pytest.mark.parametrize("which", ["procedures", "calendar"])
async def test_an_import_promises_by_what_is_in_force_when_it_is_written(tmp_path: Path, which: str) -> None:
    loaded = store_in_memory(registry_in(tmp_path), shipped().calendar).rules
    store = LoadedMeanwhile(structs.replace(loaded, **{which: None}), lambda: RECORDED)
    store.loaded = loaded
    await Pipeline(store, Projector(store)).project(read(records(ONE)))
    assert store.changed["c1"].row.due_date_at == FRIDAY_ENDS


def test_a_case_row_that_was_written_before_there_were_promises_is_read() -> None:
    fact = decode(ONE).fact
    row = msgspec.msgpack.encode([[0, 7, fact]])
    assert stored_case(1, row, counted_bytes(NOTHING)).kept == [Kept(0, 7, fact)]
