"""Whatever order the rows of a case arrive in, however often and in how many imports: one case, as its last row is."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st
from portal_lives import START, Life, lives, written
from portal_rows import HANOI, at, bodies, case_of, facts_of

from events.case import Case
from events.instants import instant_of
from projections.batches import read
from projections.deadline import deadline
from projections.effect import Record
from projections.measures import Policy
from projections.standing import Rules
from projections.units import Unit, UnitTree
from projections.zone import LocalDays
from services.memory.store import MemoryStore
from services.projector import Projector

UNITS = UnitTree(
    (Unit("H62", "H62", "province"), *(Unit(f"H62.{n}", f"H62.{n}", "department", "H62") for n in (12, 13, 14)))
)
RULES = Rules(LocalDays("Asia/Ho_Chi_Minh"), Policy.DATE, UNITS)
NOW = at("20300101000000")


@given(data=st.data(), told=st.booleans())
def test_any_rows_that_include_the_last_come_to_what_the_last_one_says(data: st.DataObject, told: bool) -> None:
    states = data.draw(lives(unexplained=told))
    seen = data.draw(st.lists(st.sampled_from(states), max_size=6))
    rows = data.draw(st.permutations([state.row(told=told) for state in (*seen, states[-1])]))
    case, last = case_of(rows), states[-1]
    moved = last.moved_unit
    assert case.problems <= ({"received_twice"} if moved else frozenset())
    assert case.received_at == at(written(START))
    assert case.holders[-1].unit == last.unit
    assert (case.open_pause is not None) == (last.waiting and not last.ended)
    _ends_as(case, last)
    _is_promised_as(case, last)


def _ends_as(case: Case, last: Life) -> None:
    ended = last.processed or last.closed
    assert (case.end.time if case.end else None) == (at(written(ended)) if ended else None)
    assert case.returned_at == (at(written(last.returned)) if last.returned else None)
    assert (case.end is not None and case.end.settled) == (last.processed is not None)


def _is_promised_as(case: Case, last: Life) -> None:
    """By the last row alone: the date now promised, and the days waited since it was promised."""
    days = RULES.days
    entries = last.supplements
    due = at(entries[0]["NgayHenTraTruoc"] if entries else written(last.due))
    for number, entry in enumerate(entries):
        if not entry["NgayTiepNhanBoSung"]:
            break
        asked, answered = days.day_of(at(entry["NgayBoSung"])), days.day_of(at(entry["NgayTiepNhanBoSung"]))
        now_named = entries[number + 1]["NgayHenTraTruoc"] if number + 1 < len(entries) else written(last.due)
        if now_named != entry["NgayHenTraTruoc"]:
            due = at(now_named)
        elif entry["NgayHenTraMoi"]:
            due = at(entry["NgayHenTraMoi"])
        elif asked <= days.day_of(due):
            due = days.shift(due, answered - asked)
    if not (last.waiting and last.ended):  # the end closes the wait, which may move the date once more
        assert deadline(case, Policy.DATE, days).standing == due


@given(data=st.data(), told=st.booleans())
def test_any_order_repetition_and_batching_of_rows_gives_the_same_figures(data: st.DataObject, told: bool) -> None:
    rows = [state.row(told=told) for state in data.draw(lives(unexplained=True))]
    cells = []
    for _ in range(2):
        arrived = data.draw(st.permutations([*rows, *data.draw(st.lists(st.sampled_from(rows), max_size=3))]))
        cut = data.draw(st.integers(0, len(arrived)))
        cells.append(asyncio.run(_imported([arrived[:cut], arrived[cut:]])))
    assert cells[0] == cells[1]


@given(data=st.data())
def test_the_same_row_always_makes_the_same_facts(data: st.DataObject) -> None:
    rows = [state.row(told=False) for state in data.draw(lives(unexplained=True))]
    assert set(facts_of(rows)) == set(facts_of(reversed(rows)))


async def _imported(imports: list[list[dict[str, str]]]) -> object:
    store = MemoryStore(RULES, lambda: NOW)
    for rows in imports:
        records = [Record(body) for cells in rows for body in bodies(cells)]
        verdicts = await Projector(store).project(read(records))
        assert {verdict.status for verdict in verdicts} <= {"accepted", "duplicate"}
    return (
        {(key, measure): n for key, change in store.cells.items() for measure, n in change.items() if n},
        {key: n for key, n in store.problem_cells.items() if n},
        {case_id: one.row for case_id, one in store.changed.items()},
    )


def test_the_instants_of_the_tests_are_those_of_hanoi() -> None:
    assert at("20240115081200") == instant_of(START.replace(minute=12, tzinfo=HANOI))
