"""Loading units: errors by line, recounting of what the new tree counts otherwise, registering on the way."""

import asyncio
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from projections.batches import read
from projections.units import Unit
from services.composition import Database
from services.postgres.reference import unit_tree
from services.units_loading import UnitsRefused, load_units, read_units_file, register_units
from tests.fixtures.databases import UNITS, fetch, opened
from tests.fixtures.saying import event, processed, received, records

HEADER = "code,name,level,parent,valid_from,valid_to,successor\n"


def errors_of(path: Path, text: str) -> list[str]:
    path.write_text(HEADER + text)
    with pytest.raises(UnitsRefused) as refused:
        read_units_file(path)
    assert all(line.startswith(f"{path}: ") for line in refused.value.lines)
    return [line.removeprefix(f"{path}: ") for line in refused.value.lines]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "units.csv"


def test_a_good_file_is_read_whole(file: Path) -> None:
    rows = 'P,"Tỉnh, lớn",province,,,,\nold,Old,district,P,,2025-07-01,new\nnew,New,commune,P,2025-07-01,,\n'
    file.write_text("\ufeff" + HEADER + rows)
    day = date(2025, 7, 1).toordinal()
    assert read_units_file(file) == [
        Unit("P", "Tỉnh, lớn", "province"),
        Unit("old", "Old", "district", "P", valid_to=day, successor="new"),
        Unit("new", "New", "commune", "P", valid_from=day),
    ]


def test_columns_may_be_left_out_where_nobody_needs_them(file: Path) -> None:
    file.write_text("level,parent,name,code\nprovince,,Province,P\n")
    assert read_units_file(file) == [Unit("P", "Province", "province")]


def test_every_error_is_named_with_its_line(file: Path) -> None:
    found = errors_of(
        file,
        "P,Province,province,,,,\n"
        ",No code,x,P,,,\n"
        "A,,x,P,,,\n"
        "B,B,x,nowhere,,,\n"
        "C,C,x,P,1.7.2025,,\n"
        "D,D,x,P,2025-07-01,2025-07-01,\n"
        "E,E,x,P,,,gone\n"
        "F,F,x,P,,,\n"
        "F,F again,x,P,,,\n",
    )
    assert sorted(int(line.removeprefix("line ").partition(":")[0]) for line in found) == [3, 4, 5, 6, 7, 8, 10]
    text = "\n".join(found)
    for word in ("must not be empty", "'nowhere'", "'1.7.2025'", "valid_to is not after", "'gone'", "overlap"):
        assert word in text


def test_a_circle_two_roots_and_no_root_are_refused(file: Path) -> None:
    assert any("its own ancestor" in line for line in errors_of(file, "P,P,x,,,,\nA,A,x,B,,,\nB,B,x,A,,,\n"))
    assert any("exactly one unit without parent" in line for line in errors_of(file, "P,P,x,,,,\nQ,Q,x,,,,\n"))
    assert any("found none" in line for line in errors_of(file, "A,A,x,B,,,\nB,B,x,A,,,\n"))


def test_a_file_without_the_columns_or_not_in_utf_8_says_so(file: Path) -> None:
    file.write_text("code,name\nP,Province\n")
    with pytest.raises(UnitsRefused, match="level, parent"):
        read_units_file(file)
    file.write_bytes((HEADER + "P,Tỉnh,province,,,,\n").encode("utf-16"))
    with pytest.raises(UnitsRefused, match="UTF-8"):
        read_units_file(file)


def test_what_is_no_table_of_units_is_refused_with_its_line(file: Path) -> None:
    assert "line 2: more cells than columns" in errors_of(file, "P,Province,province,,,,,one too many\n")[0]
    assert "line 2:" in errors_of(file, 'P,"Province,province,,,,\n')[0]
    file.write_text("code,name,level,parent,valid_form\nP,Province,province,,\n")
    with pytest.raises(UnitsRefused, match=r"unknown column 'valid_form'.*valid_from"):
        read_units_file(file)


def test_a_gap_in_the_validity_of_a_parent_is_named_with_the_line_of_the_child(file: Path) -> None:
    rows = "P,P,province,,,,\nD,D,district,P,,2025-07-01,\nC,C,commune,D,,,\nC2,C2,commune,D,,2025-07-01,\n"
    assert errors_of(file, rows) == ["line 4: parent 'D' of 'C' is not valid on 2025-07-01, and 'C' is"]


def test_an_empty_file_is_refused(file: Path) -> None:
    file.write_text("")
    with pytest.raises(UnitsRefused, match="line 1"):
        read_units_file(file)


JULY = date(2025, 7, 1).toordinal()
BEFORE = (*UNITS, Unit("old", "Old", "district", "P"))
AFTER = (
    *UNITS,
    Unit("old", "Old", "district", "P", valid_to=JULY, successor="new"),
    Unit("new", "New", "commune", "P", valid_from=JULY),
)
FACTS = (
    received("before", "2025-06-30", unit="old", due="2025-07-10"),
    received("after", "2025-07-01", unit="old", due="2025-07-10"),
    processed("after", "2025-07-12"),
    received("moved", "2025-06-20", unit="A", due="2025-07-10"),
    event("transferred", "moved", "2025-07-02", unit="old"),
    received("elsewhere", "2025-06-20", unit="A", due="2025-07-10"),
)


async def record(found: Database, *events: bytes) -> None:
    verdicts = await found.projector().project(read(records(*events)))
    assert {one.status for one in verdicts} == {"accepted"}


PROBLEMS = "select day, unit, kind, problem, sum(cases) from problem_tallies group by 1, 2, 3, 4 having sum(cases) <> 0"
CASES = "select case_id, unit, overdue_at, is_open, due_date_at, counted from cases order by 1"


async def contents(url: str) -> dict[str, list[Any]]:
    """What is counted, without zeros, and the columns of the cases."""
    tallies = await fetch(url, "select to_jsonb(t) - 'shard' as cell from tallies t order by day, unit, kind, shard")
    cells = [json.loads(row["cell"]) for row in tallies]
    return {
        "tallies": [cell for cell in cells if any(type(n) is int and n for n in cell.values())],
        "problems": sorted(map(tuple, await fetch(url, PROBLEMS))),
        "cases": list(map(tuple, await fetch(url, CASES))),
    }


@pytest.mark.database
@pytest.mark.parametrize(("first", "then"), [(BEFORE, AFTER), (AFTER, (*BEFORE, Unit("new", "N", "c", "P")))])
async def test_a_tree_that_counts_cases_otherwise_gives_what_a_fresh_database_gives(
    database_url: str, another_database_url: str, first: tuple[Unit, ...], then: tuple[Unit, ...]
) -> None:
    async with opened(database_url, units=first) as found:
        await record(found, *FACTS)
        loaded = await load_units(found.store, then)
        assert loaded.recounted == 2
    async with opened(another_database_url, units=then) as fresh:
        await record(fresh, *FACTS)
    assert await contents(database_url) == await contents(another_database_url)


@pytest.mark.database
async def test_a_recount_happens_only_where_validity_or_successors_change(database_url: str) -> None:
    async with opened(database_url, units=BEFORE) as found:
        await record(found, *FACTS)
        renamed = [Unit(one.code, f"{one.name} (new)", "other", one.parent and "P") for one in BEFORE]
        assert (await load_units(found.store, renamed)).recounted == 0
        assert (await load_units(found.store, [*renamed, Unit("more", "More", "x", "P")])).recounted == 0


@pytest.mark.database
async def test_a_unit_left_out_is_unknown_from_then_on_and_its_cases_stay(database_url: str) -> None:
    async with opened(database_url, units=BEFORE) as found:
        await record(found, *FACTS)
        await load_units(found.store, UNITS)
        verdicts = await found.projector().project(read(records(received("c9", "2025-07-01", unit="old"))))
        assert [one.reason for one in verdicts] == ["unknown_unit"]
        rows = await fetch(database_url, "select count(*) as n from cases where unit = 'old'")
        assert rows[0]["n"] == 3


@pytest.mark.database
async def test_loading_the_same_tree_again_makes_no_new_version(database_url: str) -> None:
    async with opened(database_url) as found:
        versions = {(await load_units(found.store, units)).version for units in (UNITS, UNITS[::-1], UNITS)}
        assert len(versions) == 1
        assert len(await fetch(database_url, "select * from reference_versions")) == 1
        other = await load_units(found.store, BEFORE)
        assert other.version not in versions
        assert {(await load_units(found.store, UNITS)).version} == versions
        assert len(await fetch(database_url, "select * from reference_versions")) == 3


@pytest.mark.database
async def test_a_new_version_is_in_force_for_a_store_that_is_already_open(database_url: str) -> None:
    async with opened(database_url) as found, opened(database_url) as other:
        await load_units(found.store, [*UNITS, Unit("new", "New", "x", "P")])
        await record(other, received("c1", "2024-01-15", unit="new"))


@pytest.mark.database
async def test_registering_adds_what_is_missing_under_the_root(database_url: str) -> None:
    async with opened(database_url) as found:
        assert await register_units(found.store, ["A", "Z", "Y", "Z"], "/source") == ["Y", "Z"]
        assert await register_units(found.store, ["A", "Z"], "/source") == []
        _, tree = await unit_tree(found.pool)
        assert [(one, tree.latest(one).parent) for one in ("A", "Y", "Z")] == [("A", "P"), ("Y", "P"), ("Z", "P")]


@pytest.mark.database
async def test_registering_into_an_empty_tree_makes_a_root_named_after_the_source(database_url: str) -> None:
    async with opened(database_url, units=()) as found:
        assert await register_units(found.store, ["A"], "/city/permits") == ["A"]
        _, tree = await unit_tree(found.pool)
        assert (list(tree.roots()), list(tree.children("/city/permits"))) == (["/city/permits"], ["A"])


@pytest.mark.database
async def test_two_that_register_at_once_lose_nothing(database_url: str) -> None:
    async with opened(database_url) as found:
        await asyncio.gather(*(register_units(found.store, [f"U{n}", "same"], "/source") for n in range(6)))
        _, tree = await unit_tree(found.pool)
        assert set(tree.codes()) == {"P", "A", "B", "C", "same", *(f"U{n}" for n in range(6))}
