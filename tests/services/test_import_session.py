"""Imports into a database: once and twice, replacing, dry runs that foretell, rejects with their lines."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from services.composition import Database
from services.import_session import ImportSession
from services.importing import ImportRefused, Mapping
from services.importing.run import Progress, Rejected
from services.importing.sources import EventLineSource, MappedSource, steps_here
from services.postgres.reference import unit_tree
from tests.fixtures.databases import fetch, opened
from tests.fixtures.saying import event, processed, received

pytestmark = pytest.mark.database

MAPPING = Mapping.model_validate(
    {
        "source": {"name": "/desk", "time_zone": "Asia/Ho_Chi_Minh", "case_id": "case"},
        "event": [
            {"type": "received", "time": "in", "data": {"unit": "unit", "due": "due"}},
            {"type": "processed", "time": "out"},
        ],
    }
)
HEADER = "case,unit,in,due,out\n"
A = HEADER + "c1,A,2024-01-02,2024-01-10,2024-01-05\nc2,B,2024-01-02,2024-01-10,\n"
B = HEADER + "c1,A,2024-01-02,2024-01-10,2024-01-12\nc2,B,2024-01-02,2024-01-10,2024-01-08\n"
TABLES = (
    "archive",
    "cases",
    "tallies",
    "problem_tallies",
    "dead_letters",
    "checkpoints",
    "counters",
    "units",
    "changes",
)


class Desk:
    """A file that is written again and again, and imported."""

    def __init__(self, found: Database, folder: Path) -> None:
        self.found = found
        self.file = folder / "cases.csv"
        self.rejected: list[Rejected] = []

    async def bring(
        self, text: str, *, replace: bool = False, dry_run: bool = False, register: bool = False
    ) -> dict[str, int]:
        """Counts of the import of a file with this text."""
        self.file.write_text(text)
        self.rejected = []
        session = ImportSession(self.found, dry_run=dry_run, register=register, origin="/desk")
        source = MappedSource(self.file, MAPPING)
        if replace:
            progress = await session.replace(source.lines(), "/desk", self._show)
        else:
            progress = await session.plain(steps_here(source), self._show)
        self.registered = session.registered
        return of_events(progress)

    def _show(self, _: Progress, refused: Sequence[Rejected]) -> None:
        self.rejected += refused


def of_events(progress: Progress) -> dict[str, int]:
    """The counts without how much of the file was read."""
    return {name: n for name, n in structs.asdict(progress).items() if name not in ("rows", "done")}


def counts(accepted: int, duplicates: int = 0, dead_letters: int = 0) -> dict[str, int]:
    events = accepted + duplicates + dead_letters
    return {"events": events, "accepted": accepted, "duplicates": duplicates, "dead_letters": dead_letters}


async def everything(url: str) -> dict[str, list[Any]]:
    """Every row of every table that an import may touch."""
    return {
        table: sorted(row["text"] for row in await fetch(url, f"select t::text as text from {table} as t"))
        for table in TABLES
    }


async def figures(found: Database, url: str) -> dict[str, int]:
    """All measures, summed over days and units, that are not 0, with the labels of the cases."""
    rows = await fetch(url, "select to_jsonb(t) - 'shard' as cell from tallies as t")
    sums: dict[str, int] = {}
    for row in rows:
        cell = json.loads(row["cell"])
        for name, n in cell.items():
            if isinstance(n, int):
                key = f"{cell['unit']} {cell['day']} {name}"
                sums[key] = sums.get(key, 0) + n
    return {key: n for key, n in sums.items() if n}


async def test_the_same_file_twice_changes_nothing_but_the_count_of_duplicates(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url) as found:
        desk = Desk(found, tmp_path)
        assert await desk.bring(A) == counts(3)
        before = await everything(database_url)
        assert await desk.bring(A) == counts(0, duplicates=3)
        after = await everything(database_url)
        assert {table for table in TABLES if before[table] != after[table]} == {"checkpoints"}
        [checkpoint] = await found.store.checkpoints()
        assert (checkpoint.position, checkpoint.applied, checkpoint.duplicate) == (6, 3, 3)


async def test_a_file_written_otherwise_that_says_the_same_is_the_same(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url) as found:
        desk = Desk(found, tmp_path)
        await desk.bring(A)
        again = (
            "unit,case,out,due,in,note\nB,c2,,2024-01-10,2024-01-02 00:00,x\nA,c1,2024-01-05,2024-01-10,2024-01-02,y\n"
        )
        assert await desk.bring(again) == counts(0, duplicates=3)


async def test_refused_rows_are_told_with_their_line_reason_and_cells(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url) as found:
        desk = Desk(found, tmp_path)
        text = (
            HEADER + "c1,A,2024-01-02,2024-01-10,\nc2,nowhere,2024-01-02,,\nc3,A,yesterday,,\n,A,2024-01-02,,\n"
            "c5,,2024-01-02,,2024-01-03\n"
        )
        assert await desk.bring(text) == counts(2, dead_letters=4)
        told = [(one.line, one.reason) for one in desk.rejected]
        assert told == [(3, "unknown_unit"), (4, "unreadable_time"), (5, "case_id_missing"), (6, "required_missing")]
        assert json.loads(desk.rejected[1].body)["in"] == "yesterday"
        rows = await fetch(database_url, "select reason, body from dead_letters order by position")
        assert [(row["reason"], row["body"]) for row in rows] == [(one.reason, one.body) for one in desk.rejected]
        assert await desk.bring(text) == counts(0, duplicates=2, dead_letters=4)
        assert len(await fetch(database_url, "select * from dead_letters")) == 4


async def test_without_replace_a_corrected_file_adds_and_with_it_corrects(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url) as found:
        desk = Desk(found, tmp_path)
        await desk.bring(A)
        assert await desk.bring(B) == counts(2, duplicates=2)
        assert await found.store.problems("procedure") == {("A", "processed_twice"): 1}
        assert (await desk.bring(B, replace=True))["accepted"] == 1, "the retraction of what file A said"
        assert await found.store.problems("procedure") == {}


async def test_a_to_b_to_a_gives_what_a_alone_gives(
    database_url: str, another_database_url: str, tmp_path: Path
) -> None:
    async with opened(another_database_url) as fresh:
        await Desk(fresh, tmp_path).bring(A)
        expected = await figures(fresh, another_database_url)
    async with opened(database_url) as found:
        desk = Desk(found, tmp_path)
        seen = []
        for text in (A, B, A, B, A):
            await desk.bring(text, replace=True)
            seen.append(await figures(found, database_url))
            assert (await desk.bring(text, replace=True))["accepted"] == 0, "a second time changes nothing"
            assert await figures(found, database_url) == seen[-1]
        assert seen[0] == seen[2] == seen[4] == expected
        assert seen[1] == seen[3] != expected
        assert await found.store.problems("procedure") == {}


async def test_replacing_leaves_other_cases_and_other_sources_alone(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url) as found:
        desk = Desk(found, tmp_path)
        await desk.bring(A)
        lines = tmp_path / "events.ndjson"
        lines.write_bytes(event("returned", "c1", "2024-01-07", source="/counter") + b"\n")
        await ImportSession(found, dry_run=False, register=False, origin="").plain(
            steps_here(EventLineSource(lines)), desk._show
        )
        only_c1 = HEADER + "c1,A,2024-01-02,2024-01-10,\n"
        assert await desk.bring(only_c1, replace=True) == counts(1), "c1 is open again, by one retraction"
        kept = await found.store.cases(["c1", "c2"])
        assert {(one.fact.source, type(one.fact.body).__name__) for one in kept["c1"].kept} == {
            ("/desk", "Received"),
            ("/desk", "Processed"),
            ("/desk", "Retracted"),
            ("/counter", "Returned"),
        }
        assert len(kept["c2"].kept) == 1


async def test_replacing_refuses_a_file_with_an_unreadable_row_before_it_retracts_anything(
    database_url: str, tmp_path: Path
) -> None:
    async with opened(database_url) as found:
        desk = Desk(found, tmp_path)
        await desk.bring(A)
        before = await everything(database_url)
        with pytest.raises(ImportRefused, match="row 2"):
            await desk.bring(HEADER + "c1,A,yesterday,,\n", replace=True)
        assert await everything(database_url) == before


@pytest.mark.parametrize("replace", [False, True])
async def test_a_dry_run_writes_nothing_and_foretells_the_counts(
    database_url: str, tmp_path: Path, replace: bool
) -> None:
    texts = [
        A,
        B,
        A,
        HEADER + "c1,A,2024-01-02,2024-01-10,\nc3,C,2024-01-02,,2024-01-03\nc3,C,2024-01-02,,2024-01-03\n",
    ]
    async with opened(database_url) as found:
        desk = Desk(found, tmp_path)
        for text in texts:
            before = await everything(database_url)
            foretold = await desk.bring(text, replace=replace, dry_run=True)
            assert await everything(database_url) == before
            assert await desk.bring(text, replace=replace) == foretold


async def test_a_dry_run_foretells_refusals_too(database_url: str, tmp_path: Path) -> None:
    text = HEADER + "c1,A,2024-01-02,,\nc2,nowhere,2024-01-02,,\nc3,A,2999-01-01,,\nc4,A,x,,\nc4,A,x,,\n"
    async with opened(database_url) as found:
        desk = Desk(found, tmp_path)
        foretold, told = await desk.bring(text, dry_run=True), desk.rejected
        assert foretold == counts(1, dead_letters=4)
        assert await desk.bring(text) == foretold
        assert desk.rejected == told


async def test_units_that_nobody_registered_are_registered_where_asked(database_url: str, tmp_path: Path) -> None:
    text = HEADER + "c1,Z,2024-01-02,,\nc2,A,2024-01-02,,\n"
    async with opened(database_url) as found:
        desk = Desk(found, tmp_path)
        assert await desk.bring(text) == counts(1, dead_letters=1)
        foretold = await desk.bring(text, register=True, dry_run=True)
        assert desk.registered == ["Z"]
        assert "Z" not in (await unit_tree(found.pool))[1]
        assert await desk.bring(text, register=True) == foretold == counts(1, duplicates=1)
        assert desk.registered == ["Z"]
        assert (await unit_tree(found.pool))[1].latest("Z").parent == "P"


async def test_an_import_into_a_database_without_units_makes_its_tree(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url, units=()) as found:
        assert await Desk(found, tmp_path).bring(A, register=True) == counts(3)
        _, tree = await unit_tree(found.pool)
        assert (list(tree.roots()), list(tree.children("/desk"))) == (["/desk"], ["A", "B"])


async def test_lines_of_events_are_taken_byte_for_byte(database_url: str, tmp_path: Path) -> None:
    lines = [received("c1", "2024-01-02"), b"{", processed("c1", "2024-01-03"), b'{"a": NaN}']
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"\r\n".join(lines) + b"\n\n")
    told: list[Rejected] = []
    async with opened(database_url) as found:
        session = ImportSession(found, dry_run=False, register=False, origin="")
        progress = await session.plain(steps_here(EventLineSource(file)), lambda _, refused: told.extend(refused))
    assert of_events(progress) == counts(2, dead_letters=2)
    assert (progress.rows, progress.done) == (4, file.stat().st_size)
    assert [(one.line, one.reason, one.body) for one in told] == [(2, "not_json", b"{"), (4, "not_json", lines[3])]
    rows = await fetch(database_url, "select body from archive order by position")
    assert [row["body"] for row in rows] == [lines[0], lines[2]]


async def test_a_file_cannot_speak_for_the_deadlines_service(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    file.write_bytes(event("overdue", "c1", "2024-01-02", due="2024-01-01", source="/duecourse/deadlines"))
    told: list[Rejected] = []
    async with opened(database_url) as found:
        session = ImportSession(found, dry_run=False, register=False, origin="")
        await session.plain(steps_here(EventLineSource(file)), lambda _, refused: told.extend(refused))
    assert [one.reason for one in told] == ["source_not_allowed"]
