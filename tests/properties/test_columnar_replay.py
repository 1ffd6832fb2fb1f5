"""Columnar replay: whatever the histories are, its tallies are those of the fold; cases that count alike are few."""

import asyncio
import csv
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from deliveries import NOW, deliveries, projected
from histories import History, several, written
from hypothesis import event, given, settings
from hypothesis import strategies as st
from msgspec import structs
from worlds import HANOI, TURNS, World, worlds

from events import facts
from events.facts import Fact
from events.instants import DAY, SECOND
from projections.batches import read
from projections.effect import Record
from projections.measures import Policy
from services.history.archive import RecordedCase, recorded_fact
from services.history.columnar.folding import Columnar, fold_columns
from services.history.digest import digest_of_tallies
from services.history.folding import Folded
from services.history.points import Point
from services.memory.store import MemoryStore
from services.projector import Projector

pytestmark = pytest.mark.slow

HOUR = 3_600 * SECOND
OTHER = {"A": "B", "B": "A"}


def moved(history: History, days: int, *, otherwise: bool) -> History:
    """The same facts some days later; `otherwise`: with the two plain units in each other's place."""
    return [structs.replace(fact, time=fact.time + days * DAY, body=_moved(fact, days, otherwise)) for fact in history]


def _moved(fact: Fact, days: int, otherwise: bool) -> facts.Body:
    body = fact.body
    if isinstance(body, facts.Received | facts.Transferred) and otherwise:
        body = structs.replace(body, unit=OTHER.get(body.unit, body.unit))
    if isinstance(body, facts.Received | facts.Rescheduled | facts.Overdue) and body.due is not None:
        body = structs.replace(body, due=body.due + days * DAY)
    return body


def plain(history: History) -> History:
    """Without the facts for which cases are folded one by one, and in units that never change."""
    kept = [fact for fact in history if not isinstance(fact.body, facts.Paused | facts.Resumed | facts.Retracted)]
    return [structs.replace(fact, body=_in_plain_unit(fact.body)) for fact in kept]


def _in_plain_unit(body: facts.Body) -> facts.Body:
    if isinstance(body, facts.Received | facts.Transferred) and body.unit not in OTHER:
        return structs.replace(body, unit="A")
    return body


def nudged(history: History, place: int, by: int) -> History:
    """With one of its facts or due dates a little earlier or later."""
    found = list(history)
    fact = found[place // 2 % len(found)]
    if place % 2 and isinstance(fact.body, facts.Received | facts.Rescheduled) and fact.body.due is not None:
        fact = structs.replace(fact, body=structs.replace(fact.body, due=fact.body.due + by))
    else:
        fact = structs.replace(fact, time=fact.time + by)
    found[place // 2 % len(found)] = fact
    return found


_nudges = st.sampled_from((0, 0, -1, 1, -HOUR, HOUR, 7 * HOUR, -7 * HOUR))
_again = st.tuples(st.integers(0, 9), st.integers(10, 40), st.booleans(), st.integers(0, 19), _nudges)


_ends: Final = (facts.Processed(), facts.Returned(), facts.Closed("withdrawn"), None)
_turns: Final = (facts.Transferred("B"), facts.Processed(), facts.Rescheduled(0, "apology"))


@st.composite
def paused_once(draw: st.DrawFn, world: World) -> History:
    """Received, paused, resumed, perhaps ended, and perhaps one thing more at any time."""
    times = sorted(draw(st.lists(st.sampled_from(world.instants), min_size=4, max_size=4, unique=True)))
    due = draw(st.one_of(st.sampled_from([None, *times]), st.sampled_from(world.instants)))
    reason: facts.PauseReason = draw(st.sampled_from(("supplement", "supplement", "verification", "payment")))
    bodies = (facts.Received("A", due), facts.Paused(reason), facts.Resumed(), draw(st.sampled_from(_ends)))
    told = [
        Fact("/desk", str(place), time, body)
        for place, (time, body) in enumerate(zip(times, bodies, strict=True))
        if body is not None
    ]
    if draw(st.integers(0, 2)) == 0:
        told.append(Fact("/desk", "more", draw(st.sampled_from(world.instants)), draw(st.sampled_from(_turns))))
    return told


@st.composite
def alike(draw: st.DrawFn, world: World) -> list[History]:
    """Some cases, most of them plain, and each again on other days, in other units, with an instant moved a little."""
    found = [plain(one) or one if draw(st.integers(0, 4)) else one for one in draw(several(world, 2))]
    found += draw(st.lists(paused_once(world), max_size=2))
    again = draw(st.lists(_again, min_size=4, max_size=16))
    return found + [
        nudged(moved(found[number % len(found)], days, otherwise=otherwise), place, by)
        for number, days, otherwise, place, by in again
    ]


def in_columns(store: MemoryStore, world: World, recorded_at: int) -> tuple[Columnar, Folded]:
    """The archive of a store folded in columns, and case by case."""
    rows = [
        (one.case_id, partition, position, one.recorded_at, one.body.hex(), None, None, None)
        for (partition, position), one in store.archive.items()
    ]
    point = Point(recorded_at, {}, {})
    with TemporaryDirectory() as folder:
        path = Path(folder) / "archive.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
        found = fold_columns(path, Path(folder), point, world.rules)
    expected, cases = Folded(point, world.rules), dict[str, RecordedCase]()
    for case_id, partition, position, at, body, *promise in sorted(rows, key=lambda row: row[:3]):
        recorded = cases.setdefault(case_id, RecordedCase(case_id, []))
        recorded.facts.append(recorded_fact(case_id, partition, position, at, bytes.fromhex(body), *promise))
    for recorded in cases.values():
        expected.add(recorded)
    return found, expected


def check(found: Columnar, expected: Folded) -> None:
    folded = found.folded
    assert folded.tallies.standing_cells() == expected.tallies.standing_cells()
    assert digest_of_tallies(folded.tallies) == digest_of_tallies(expected.tallies)
    assert (folded.events, folded.cases, folded.last_time) == (expected.events, expected.cases, expected.last_time)
    key = [(one.counted, len(one.kept)) for one in folded.of_the_day]
    assert sorted(map(str, key)) == sorted(str((one.counted, len(one.kept))) for one in expected.of_the_day)


@given(st.data())
@settings(max_examples=150)
def test_any_histories_give_the_tallies_of_the_fold(data: st.DataObject) -> None:
    world = data.draw(worlds())
    histories = data.draw(alike(world))
    store, _ = asyncio.run(projected(data.draw(deliveries(histories)), world))
    recorded_at = data.draw(st.one_of(st.just(NOW), st.just(NOW), st.sampled_from(world.instants)))
    found, expected = in_columns(store, world, recorded_at)
    event(f"{min(found.alike - found.shapes, 5)} cases or more were not folded")
    check(found, expected)


async def _recorded(world: World, histories: Sequence[History]) -> MemoryStore:
    store = MemoryStore(world.rules, lambda: NOW)
    bodies = [written(f"case-{number}", fact) for number, history in enumerate(histories) for fact in history]
    await Projector(store).project(read([Record(body) for body in bodies]))
    return store


async def test_cases_that_count_alike_are_folded_once() -> None:
    world = World(HANOI, Policy.DATE, TURNS[HANOI][0])
    begin = NOW - 4_000 * DAY
    history = [
        Fact("/desk", "1", begin, facts.Received("A", begin + 5 * DAY, channel="online")),
        Fact("/desk", "2", begin + DAY, facts.Transferred("B")),
        Fact("/desk", "3", begin + 9 * DAY, facts.Processed()),
        Fact("/desk", "4", begin + 9 * DAY, facts.Returned()),
    ]
    histories = [moved(history, days, otherwise=bool(days % 3)) for days in range(300)]
    found, expected = in_columns(await _recorded(world, histories), world, NOW)
    assert (found.alike, found.shapes) == (300, 1)
    check(found, expected)


async def test_ends_before_and_after_the_due_time_of_one_day_are_told_apart() -> None:
    world = World(HANOI, Policy.INSTANT, TURNS[HANOI][0])
    begin = NOW - 4_000 * DAY
    histories = [
        [
            Fact("/desk", "1", begin, facts.Received("A", begin + 5 * DAY)),
            Fact("/desk", "2", begin + 5 * DAY + by * HOUR, facts.Processed()),
        ]
        for by in (-2, -1, 0, 1, 2)
    ]
    found, expected = in_columns(await _recorded(world, histories), world, NOW)
    assert (found.alike, found.shapes) == (5, 3)
    check(found, expected)


async def test_days_far_apart_count_alike_however_far_and_neighbours_do_not() -> None:
    """On the day after the due day a case first counts as overdue: whether it ends then is another shape."""
    world = World(HANOI, Policy.DATE, TURNS[HANOI][0])
    begin = NOW - 4_000 * DAY
    histories = [
        [
            Fact("/desk", "1", begin, facts.Received("A", begin + due * DAY)),
            Fact("/desk", "2", begin + (due + late) * DAY, facts.Processed()),
        ]
        for due in (2, 3, 40)
        for late in (-1, 0, 1, 2, 3, 400)
    ]
    found, expected = in_columns(await _recorded(world, histories), world, NOW)
    a_day_early = 2  # the day after the reception, or a later one
    assert (found.alike, found.shapes) == (18, a_day_early + len(("on the day", "on the next", "later")))
    check(found, expected)


async def test_the_order_of_instants_counts_also_where_there_is_no_due_date() -> None:
    """A case closed a moment before its transfer was never moved; one closed at the same moment was."""
    world = World(HANOI, Policy.DATE, TURNS[HANOI][0])
    begin = NOW - 4_000 * DAY
    histories = [
        [
            Fact("/desk", "1", begin, facts.Received("A")),
            Fact("/desk", "2", begin + DAY, facts.Transferred("B")),
            Fact("/desk", "3", begin + DAY - by, facts.Closed("withdrawn")),
        ]
        for by in (0, 1)
    ]
    found, expected = in_columns(await _recorded(world, histories), world, NOW)
    assert (found.alike, found.shapes) == (2, 2)
    check(found, expected)


async def test_cases_that_were_paused_once_count_alike_by_where_the_pause_moves_their_due_date() -> None:
    world = World(HANOI, Policy.INSTANT, TURNS[HANOI][0])
    begin = NOW - 4_000 * DAY
    histories = [
        [
            Fact("/desk", "1", begin, facts.Received("A", begin + 5 * DAY)),
            Fact("/desk", "2", begin + 2 * DAY, facts.Paused("supplement")),
            Fact("/desk", "3", begin + (2 + pause) * DAY + HOUR, facts.Resumed()),
            Fact("/desk", "4", begin + (5 + pause) * DAY + (1 + late) * HOUR, facts.Processed()),
        ]
        for pause in (10, 20, 30)
        for late in (-1, 0, 1)
    ]
    found, expected = in_columns(await _recorded(world, histories), world, NOW)
    assert (found.alike, found.shapes) == (9, 3)
    check(found, expected)
