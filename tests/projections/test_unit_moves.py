"""Open cases change hands when units are dissolved or merged: whom it concerns, and that every figure still adds up."""

from collections import Counter
from datetime import date
from itertools import pairwise

import pytest

from events.codec import encode
from projections.batches import stored_case
from projections.figures import Counts
from projections.periods import Period, months_of, parse_period
from projections.unit_moves import SOURCE, Move, Undecided, move_of
from projections.units import FOREVER, Unit
from services.memory.store import MemoryStore
from services.sample.published_counts import PUBLISHED_YEAR
from services.sample.published_year import published_events
from tests.fixtures.reporting_in_memory import answer, memory_store, province, tell
from tests.fixtures.saying import event, processed, received
from tests.fixtures.times import local

DAY = date(2024, 7, 1).toordinal()
MIDNIGHT = local("2024-07-01T00:00")
UNITS = [
    Unit("P", "Province", "province"),
    Unit("D", "Department", "department", "P"),
    Unit("old", "Old", "commune", "P", valid_to=DAY, successor="new"),
    Unit("split", "Split", "district", "P", valid_to=DAY, successor="new; D"),
    Unit("gone", "Gone", "district", "P", valid_to=DAY),
    Unit("new", "New", "commune", "P", valid_from=DAY),
]
BEFORE = "2024-06-20T08:00"


def moves(store: MemoryStore, day: int = DAY) -> list[Move | Undecided]:
    """What is to be done with the cases that a store holds."""
    told = ((case_id, [kept.fact for kept in stored_case(*row).kept]) for case_id, row in store.rows.items())
    found = (move_of(case_id, facts, day, store.rules) for case_id, facts in told)
    return [one for one in found if one is not None]


async def told(*events: bytes) -> MemoryStore:
    store = memory_store(UNITS)
    await tell(store, events)
    return store


async def test_an_open_case_of_a_unit_that_is_over_goes_to_its_successor_at_midnight() -> None:
    store = await told(received("c", BEFORE, unit="old"))
    (found,) = moves(store)
    assert found == Move("c", "old", "new", MIDNIGHT)
    assert found.event().fact.source == SOURCE


NOT_MOVED = {
    "its unit goes on": [received("c", BEFORE, unit="D")],
    "it was decided before": [received("c", BEFORE, unit="old"), processed("c", "2024-06-30T16:00")],
    "it was received on the day, under the old code": [received("c", "2024-07-01T00:00", unit="old")],
    "somebody transferred it already": [
        received("c", BEFORE, unit="old"),
        event("transferred", "c", "2024-06-28T09:00", unit="D"),
    ],
    "it was never received": [processed("c", BEFORE)],
}


@pytest.mark.parametrize("events", NOT_MOVED.values(), ids=NOT_MOVED)
async def test_a_case_stays_where_it_is_if(events: list[bytes]) -> None:
    assert moves(await told(*events)) == []


MOVED = {
    "it was decided since, by whoever took over": [processed("c", "2024-07-02T16:00")],
    "it was decided at midnight": [processed("c", "2024-07-01T00:00")],
    "it was handed on since": [event("transferred", "c", "2024-07-05T09:00", unit="D")],
    "it is paused": [event("paused", "c", "2024-06-25T09:00", reason="supplement")],
    "it was decided and re-opened": [
        processed("c", "2024-06-25T09:00"),
        event("reopened", "c", "2024-06-28T09:00"),
    ],
}


@pytest.mark.parametrize("events", MOVED.values(), ids=MOVED)
async def test_a_case_is_moved_also_if(events: list[bytes]) -> None:
    assert moves(await told(received("c", BEFORE, unit="old"), *events)) == [Move("c", "old", "new", MIDNIGHT)]


async def test_a_case_that_was_ended_at_midnight_is_moved_when_it_is_opened_again() -> None:
    ended = [received("c", BEFORE, unit="old"), processed("c", "2024-06-25T09:00")]
    store = await told(*ended, event("reopened", "c", "2024-07-03T09:00"), processed("c", "2024-07-05T09:00"))
    assert moves(store) == [Move("c", "old", "new", local("2024-07-03T09:00") + 1)]
    assert moves(await told(*ended)) == []


@pytest.mark.parametrize(
    ("unit", "why"), [("split", "split into new, D"), ("gone", "no successor that is valid on the day")]
)
async def test_a_case_without_one_successor_is_named_and_left(unit: str, why: str) -> None:
    store = await told(received("c", BEFORE, unit=unit))
    assert moves(store) == [Undecided("c", unit, why)]


async def test_a_province_without_districts_counts_every_case_once_before_and_after() -> None:
    """Districts are dissolved into their first commune, the others merged into it; a year of messy cases."""
    store = memory_store([*_reformed(province())])
    await tell(store, published_events([volume.one_in(400) for volume in PUBLISHED_YEAR], seed=18))
    found = [one for one in moves(store) if isinstance(one, Move)]
    assert len(found) > 10
    assert await tell(store, [encode(one.event()) for one in found]) == {"accepted": len(found)}
    assert moves(store) == []

    months = [*months_of(parse_period("2024")), Period(DAY, DAY + 1), Period(DAY - 1, DAY)]
    tables = {month: await _by_unit(store, month) for month in months}
    for table in tables.values():
        assert all(counts.entered == counts.left for counts in table.values())
        assert sum(one.transferred_in for one in table.values()) == sum(one.transferred_out for one in table.values())
    for earlier, later in (*pairwise(months[:-2]), (months[-1], months[-2])):
        for unit in tables[later]:
            assert tables[later][unit].carried_over == tables[earlier].get(unit, Counts()).pending
    over = set(store.rules.units.invalid_on(DAY))
    assert not any(tables[months[-2]][unit].pending for unit in over & tables[months[-2]].keys())
    moved_out = Counter(one.unit for one in found if not one.case_id.endswith("P"))  # complaints are counted apart
    assert all(tables[months[-2]][unit].transferred_out >= n for unit, n in moved_out.items())


async def _by_unit(store: MemoryStore, period: Period) -> dict[str, Counts]:
    found = await answer(store, "on-time", period)
    return {row.unit: row.counts for row in found.rows if row.unit is not None}


def _reformed(units: list[Unit]) -> list[Unit]:
    """From the day on there is one commune where there was a district."""
    reformed = []
    for unit in units:
        match unit.level:
            case "district":
                heir = f"{unit.code}.N"
                reformed.append(_ended(unit, heir))
                reformed.append(Unit(heir, f"{unit.name} mới", "commune", "H99", valid_from=DAY))
            case "commune":
                reformed.append(_ended(unit, f"{unit.parent}.N"))
            case _:
                reformed.append(unit)
    return reformed


def _ended(unit: Unit, heir: str) -> Unit:
    assert unit.valid_to == FOREVER
    return Unit(unit.code, unit.name, unit.level, unit.parent, unit.valid_from, DAY, heir)
