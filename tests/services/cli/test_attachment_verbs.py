"""`case attach|attachments|erase`: people's names can be erased, and no figure and no proof knows the difference."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from projections.batches import read
from tests.fixtures.databases import fetch, opened
from tests.fixtures.saying import processed, received, records
from tests.fixtures.verbs import Ended, run_verb

pytestmark = pytest.mark.database

WHO = "the applicant's name"
Run = Callable[..., Ended]
RECORD = (
    "select (select md5(string_agg(a::text, '' order by position)) from archive as a) as archive, "
    "(select md5(string_agg(t::text, '' order by day, unit)) from tallies as t) as tallies, "
    "(select md5(string_agg(c::text, '' order by case_id)) from cases as c) as cases"
)


@pytest.fixture
def run(database_url: str, tmp_path: Path) -> Run:
    """Runs a verb on a database with two cases, beside a file that names somebody."""

    async def fill() -> None:
        async with opened(database_url) as found:
            facts = received("c1", "2024-01-02"), processed("c1", "2024-01-05"), received("c2", "2024-01-03")
            await found.projector().project(read(records(*facts)))

    asyncio.run(fill())
    (tmp_path / "applicant.txt").write_text(WHO)
    (tmp_path / "scan.bin").write_bytes(bytes(range(256)))
    return lambda *words: run_verb(words, {"DUECOURSE_DATABASE": database_url}, tmp_path)


def record_of(url: str) -> object:
    return asyncio.run(fetch(url, RECORD))


def test_what_is_attached_is_listed_and_given_back_byte_for_byte(run: Run) -> None:
    assert "2 of 2 files kept beside case c1" in run("case", "attach", "c1", "applicant.txt", "scan.bin").stdout
    listed = json.loads(run("case", "attachments", "c1", "--json").stdout)
    assert [(one["name"], one["bytes"]) for one in listed["attachments"]] == [
        ("applicant.txt", len(WHO)),
        ("scan.bin", 256),
    ]
    assert listed["erasures"] == []
    assert run("case", "attachments", "c1", "--content", "applicant.txt").stdout == WHO


def test_an_erasure_leaves_no_word_of_what_was_kept_and_every_figure_and_proof_as_it_was(
    run: Run, database_url: str
) -> None:
    before = record_of(database_url), run("report", "on-time", "--json").stdout
    run("case", "attach", "c1", "applicant.txt", "scan.bin")
    run("case", "attach", "c2", "scan.bin")
    erased = json.loads(run("case", "erase", "c1", "--reason", "asked by letter", "--json").stdout)
    assert (erased["attachments"], erased["bytes"], erased["reason"]) == (2, len(WHO) + 256, "asked by letter")
    assert asyncio.run(fetch(database_url, "select case_id, name from attachments")) == [("c2", "scan.bin")]
    said = run("case", "attachments", "c1").stdout
    assert "0 attachments" in said
    assert "2 attachments (276 bytes) erased by" in said
    assert "applicant" not in said
    assert record_of(database_url) == before[0]
    after = json.loads(run("report", "on-time", "--json").stdout)
    assert after["rows"] == json.loads(before[1])["rows"]
    assert "\n0 differences" in run("verify").stdout
    again = run("case", "attach", "c1", "applicant.txt")
    assert (again.status, again.stdout) == (0, "1 of 1 files kept beside case c1\n")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("attach", "c9", "applicant.txt"), 1, "no fact names a case 'c9'"),
        (("attach", "c1", "nowhere.txt"), 2, "nowhere.txt"),
        (("attachments", "c1", "--content", "scan.bin"), 1, "case c1 has no attachment 'scan.bin'"),
        (("erase", "c1", "--reason", "asked"), 1, "nothing is kept beside case c1"),
        (("erase", "c1", "--reason", " "), 2, "say why"),
        (("erase", "c1"), 2, "--reason"),
    ],
)
def test_what_cannot_be_done_is_one_clear_word(run: Run, words: tuple[str, ...], status: int, said: str) -> None:
    ended = run("case", *words)
    assert ended.status == status
    assert said in ended.stderr


def test_a_name_that_is_taken_is_not_overwritten(run: Run, tmp_path: Path) -> None:
    run("case", "attach", "c1", "applicant.txt")
    (tmp_path / "applicant.txt").write_text("another name")
    ended = run("case", "attach", "c1", "applicant.txt", "scan.bin")
    assert ended.status == 1
    assert "1 of 2 files kept" in ended.stdout
    assert "which stay as they are: applicant.txt" in ended.stderr
    assert run("case", "attachments", "c1", "--content", "applicant.txt").stdout == WHO


def test_a_file_that_is_too_large_is_refused_before_anything_is_kept(run: Run, tmp_path: Path) -> None:
    with (tmp_path / "film.bin").open("wb") as film:
        film.truncate((16 << 20) + 1)
    ended = run("case", "attach", "c1", "applicant.txt", "film.bin")
    assert ended.status == 2
    assert "larger than 16 MiB" in ended.stderr
    assert json.loads(run("case", "attachments", "c1", "--json").stdout)["attachments"] == []
