"""AC-18: on 1 July 2025 districts are dissolved and communes merged; open cases move, and every figure adds up."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from projections.batches import read
from services.composition import Database
from services.unit_moves import DayAhead, move_cases
from services.units_loading import load_units, read_units_file
from services.verifying import verify
from tests.fixtures.databases import FixedClock, opened
from tests.fixtures.saying import event, processed, received, records
from tests.fixtures.times import local
from tests.fixtures.verbs import Ended, run_verb

pytestmark = pytest.mark.database

DAY = date(2025, 7, 1)
NOW = local("2025-08-20T08:00")
HEADER = "code,name,level,parent,valid_from,valid_to,successor"
AS_IT_WAS = """
P,Tỉnh,province,,,,
D,Sở,department,P,,,
H1,Huyện một,district,P,,,
H2,Huyện hai,district,P,,,
C1,Xã một,commune,H1,,,
C2,Xã hai,commune,H1,,,
C3,Xã ba,commune,H2,,,
"""
REFORMED = """
P,Tỉnh,province,,,,
D,Sở,department,P,,,
H1,Huyện một,district,P,,2025-07-01,N1
H2,Huyện hai,district,P,,2025-07-01,N1; N2
C1,Xã một,commune,H1,,2025-07-01,N1
C2,Xã hai,commune,H1,,2025-07-01,N1
C3,Xã ba,commune,H2,,2025-07-01,N2
N1,Phường mới,commune,P,2025-07-01,,
N2,Xã mới,commune,P,2025-07-01,,
"""
EVENTS = [
    *[received(f"in-time-{n}", f"2025-06-{n}T08:00", unit="C1", due="2025-07-20T17:00") for n in (10, 11, 12)],
    processed("in-time-10", "2025-07-08T09:00"),
    received("paused", "2025-06-12T08:00", unit="C2", due="2025-06-25T17:00"),
    event("paused", "paused", "2025-06-20T08:00", reason="supplement"),
    event("resumed", "paused", "2025-07-04T08:00"),
    received("overdue", "2025-05-05T08:00", unit="H1", due="2025-05-20T17:00"),
    received("settled", "2025-06-02T08:00", unit="C1", due="2025-06-20T17:00"),
    processed("settled", "2025-06-20T16:00"),
    received("late", "2025-06-02T08:00", unit="C3", due="2025-06-20T17:00"),
    processed("late", "2025-07-02T16:00"),
    received("withdrawn", "2025-06-02T08:00", unit="C3", due="2025-06-20T17:00"),
    event("closed", "withdrawn", "2025-07-03T16:00", reason="withdrawn"),
    received("handed on", "2025-06-02T08:00", unit="C1", due="2025-07-20T17:00"),
    event("transferred", "handed on", "2025-06-10T08:00", unit="D"),
    received("under the old code", "2025-07-03T08:00", unit="C2", due="2025-07-20T17:00"),
    received("new", "2025-07-03T08:00", unit="N2", due="2025-07-20T17:00"),
]
MOVES = {("C1", "N1"): 2 + 1, ("C2", "N1"): 1, ("C3", "N2"): 2, ("H1", "N1"): 1}
PENDING_AFTER = {"N1": 5, "N2": 2, "D": 1}
"""At the end of 1 July, before any of them was decided."""


def units_file(folder: Path, rows: str) -> Path:
    file = folder / "units.csv"
    file.write_text(f"{HEADER}{rows}", encoding="utf-8")
    return file


async def reformed(found: Database, folder: Path, *more: bytes) -> None:
    """The facts under the old tree, then the new tree."""
    await load_units(found.store, read_units_file(units_file(folder, AS_IT_WAS)))
    old = [one for one in [*EVENTS, *more] if b'"unit":"N' not in one]
    await found.projector().project(read(records(*old)))
    await load_units(found.store, read_units_file(units_file(folder, REFORMED)))
    verdicts = await found.projector().project(read(records(*EVENTS)))
    assert {one.status for one in verdicts} == {"accepted", "duplicate"}


def rows_of(url: str, folder: Path, begin: str, end: str, *words: str) -> dict[str, Any]:
    """Counts by unit of a report over days, as the command line prints them."""
    verb = ("report", "on-time", "--from", begin, "--to", end, "--json", *words)
    ended = run_verb(verb, {"DUECOURSE_DATABASE": url}, folder)
    assert ended.status == 0, ended.stderr
    return {row["unit"]: row["counts"] for row in json.loads(ended.stdout)["rows"]}


def pending(counts: Mapping[str, int]) -> int:
    return counts["pending_in_time"] + counts["pending_overdue"] + counts["pending_paused"]


def settled(counts: Mapping[str, int]) -> int:
    return counts["settled_early"] + counts["settled_on_time"] + counts["settled_late"]


def check_identity(tables: Sequence[Mapping[str, Mapping[str, int]]]) -> None:
    """N + C + T_in = S + X + T_out + P in every row, and what moves out moves in."""
    for table in tables:
        for one in table.values():
            entered = one["new"] + one["carried_over"] + one["transferred_in"]
            assert entered == settled(one) + one["closed"] + one["transferred_out"] + pending(one)
        assert sum(one["transferred_in"] for one in table.values()) == sum(
            one["transferred_out"] for one in table.values()
        )


async def test_ac_18_open_cases_move_to_the_successors_and_every_figure_adds_up(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url, clock=FixedClock(NOW)) as found:
        await reformed(found, tmp_path)
        planned = await move_cases(found, DAY, dry_run=True)
        assert (planned.moves, planned.written) == (MOVES, 0)
        moved = await move_cases(found, DAY)
        assert (moved.moves, moved.written, moved.undecided) == (MOVES, sum(MOVES.values()), [])
        again = await move_cases(found, DAY)
        assert (again.moves, again.written) == ({}, 0)
        assert (await verify(found.store, lambda _: None)).differences == 0

    june = rows_of(database_url, tmp_path, "2025-06-01", "2025-07-01")
    first = rows_of(database_url, tmp_path, "2025-07-01", "2025-07-02")
    july = rows_of(database_url, tmp_path, "2025-07-01", "2025-08-01")
    check_identity([june, first, july])
    assert {unit: pending(counts) for unit, counts in first.items() if pending(counts)} == PENDING_AFTER
    for unit in july:  # what June left is what July carried over, in the hands that held it
        assert july[unit]["carried_over"] == pending(june[unit]) if unit in june else not july[unit]["carried_over"]
    # Settled by those who decide now; received by those who received.
    assert (settled(july["N1"]), july["N2"]["settled_late"], july["N2"]["closed"]) == (1, 1, 1)
    assert (june["C1"]["new"], settled(june["C1"])) == (5, 1)
    assert july["N1"]["new"] == july["N2"]["new"] == 1


async def test_ac_18_the_past_is_reported_as_it_was_then_and_for_the_units_of_today(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url, clock=FixedClock(NOW)) as found:
        await reformed(found, tmp_path)
        await move_cases(found, DAY)
    period = ("2025-06-01", "2025-08-01")
    then = rows_of(database_url, tmp_path, *period, "--units", "as-reported")
    today = rows_of(database_url, tmp_path, *period, "--units", "today")
    check_identity([then, today])
    assert {"H1", "C1", "C2", "C3"} <= then.keys()
    assert not {"H1", "C1", "C2", "C3"} & today.keys()
    for heir, before in (("N1", ("H1", "C1", "C2")), ("N2", ("C3",))):
        for name in ("new", "settled_late", "closed", "carried_over", "transferred_in", "transferred_out"):
            assert today[heir][name] == sum(then[unit][name] for unit in (heir, *before) if unit in then), name
    for name in ("new", "carried_over", "settled_early", "settled_late", "closed", "pending_overdue"):
        assert sum(one[name] for one in then.values()) == sum(one[name] for one in today.values())


async def test_ac_18_a_case_of_a_district_that_was_split_is_named_and_left(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url, clock=FixedClock(NOW)) as found:
        await reformed(found, tmp_path, received("whose", "2025-06-02T08:00", unit="H2", due="2025-07-20T17:00"))

    def verb(*words: str) -> Ended:
        return run_verb(
            ("units", "move-cases", "--on", "2025-07-01", *words), {"DUECOURSE_DATABASE": database_url}, tmp_path
        )

    first = verb()
    assert first.status == 1
    assert f"{sum(MOVES.values())} transfers written" in first.stdout
    assert "case whose of H2: split into N1, N2: transfer it by an event of your own" in first.stderr
    second = verb("--json")
    assert (second.status, json.loads(second.stdout)["written"]) == (1, 0)
    assert [one["case_id"] for one in json.loads(second.stdout)["undecided"]] == ["whose"]


async def test_cases_are_not_moved_on_a_day_that_has_not_begun(database_url: str) -> None:
    async with opened(database_url, clock=FixedClock(local("2025-06-30T23:59"))) as found:
        with pytest.raises(DayAhead, match="2025-07-01 has not begun in Asia/Ho_Chi_Minh"):
            await move_cases(found, DAY)
