"""`procedures` and `calendar` as a shell sees them: versions printed, errors one line each, promises moved once."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.databases import fetch
from tests.fixtures.promising import PROCEDURES, SHIPPED, registry_in, shipped
from tests.fixtures.saying import received
from tests.fixtures.verbs import Ended, run_verb

pytestmark = pytest.mark.database

UNITS = "code,name,level,parent\nP,Province,province,\nA,Unit A,department,P\n"
Run = Callable[..., Ended]


@pytest.fixture
def run(database_url: str, tmp_path: Path) -> Run:
    """Runs a verb on the test's database, in a folder that has procedures, the shipped calendar and one case."""
    (tmp_path / "procedures.csv").write_text(PROCEDURES)
    (tmp_path / "units.csv").write_text(UNITS)
    (tmp_path / "cases.ndjson").write_bytes(received("c1", "2024-03-07T08:00", procedure="one"))
    for path in SHIPPED.parent.glob("vietnam.*"):
        shutil.copy(path, tmp_path)

    def run_here(*words: str) -> Ended:
        return run_verb(words, {"DUECOURSE_DATABASE": database_url}, tmp_path)

    return run_here


def done(ended: Ended) -> str:
    assert ended.status == 0, ended.stdout + ended.stderr
    return ended.stdout


def answer(ended: Ended) -> Any:
    return json.loads(done(ended))


def test_loading_prints_the_version_and_what_is_still_missing(run: Run, tmp_path: Path) -> None:
    first = run("procedures", "load", "procedures.csv")
    assert done(first) == f"sha256:{registry_in(tmp_path).version}\n"
    assert "7 procedures in force" in first.stderr
    assert "`duecourse calendar load FILE` is still to come" in first.stderr
    second = answer(run("calendar", "load", "vietnam.toml", "--json"))
    calendar = shipped().calendar
    assert second == {"version": calendar.version, "days": len(calendar.entries), "changed": True}
    listed = answer(run("procedures", "list", "--json"))
    assert [row["code"] for row in listed["procedures"]][:2] == ["answer", "five"]
    checks = {row["check"]: row for row in answer_of_doctor(run)}
    assert checks["procedures"]["found"].startswith("7 rows, version ")
    assert checks["calendar"]["found"].startswith("2018 to 2027, version ")


def answer_of_doctor(run: Run) -> Any:
    return json.loads(run("doctor", "--json").stdout)


def test_a_file_with_errors_is_refused_whole_with_one_line_each(run: Run, tmp_path: Path) -> None:
    (tmp_path / "procedures.csv").write_text(PROCEDURES + "x,,g,1,weeks,,\none,Again,g,1,hours,,\n")
    ended = run("procedures", "load", "procedures.csv")
    assert (ended.status, ended.stdout) == (1, "")
    assert [line.split(": ")[2] for line in ended.stderr.splitlines()] == ["line 9", "line 10"]
    (tmp_path / "vietnam.csv").write_text("date,kind,name,published_at\n2026-13-01,holiday,x,2025-01-01\n")
    ended = run("calendar", "load", "vietnam.toml")
    assert ended.status == 1
    assert ended.stderr.startswith("duecourse: vietnam.csv: line 2: date '2026-13-01' is no date")


def test_promises_are_moved_with_a_reason_and_only_once(run: Run, tmp_path: Path) -> None:
    for words in (
        ("units", "load", "units.csv"),
        ("procedures", "load", "procedures.csv"),
        ("calendar", "load", "vietnam.toml"),
        ("import", "cases.ndjson"),
    ):
        done(run(*words))
    shown = done(run("case", "show", "c1"))
    assert f"promised by    procedures {registry_in(tmp_path).version[:12]}" in shown
    days = tmp_path / "vietnam.csv"
    days.write_text(days.read_text() + "2024-03-08,holiday,Nghỉ thêm,2024-03-08\n")
    done(run("calendar", "load", "vietnam.toml"))
    without = run("calendar", "reschedule")
    assert (without.status, "--reason" in without.stderr) == (2, True)
    expected = [
        {
            "case_id": "c1",
            "unit": "A",
            "promised": "2024-03-08T16:59:59.999999Z",
            "due": "2024-03-11T16:59:59.999999Z",
        }
    ]
    looked = answer(run("calendar", "reschedule", "--dry-run", "--json"))
    assert (looked["written"], looked["cases"]) == (0, expected)
    moved = answer(run("calendar", "reschedule", "--reason", "one more day off", "--json"))
    assert (moved["written"], moved["cases"]) == (1, expected)
    again = answer(run("calendar", "reschedule", "--reason", "one more day off", "--json"))
    assert (again["written"], again["cases"]) == (0, [])
    assert "0 differences" in done(run("verify"))


async def test_a_refused_file_leaves_nothing(run: Run, database_url: str, tmp_path: Path) -> None:
    done(run("migrate"))
    (tmp_path / "procedures.csv").write_text(PROCEDURES + "x,,g,1,weeks,,\n")
    assert run("procedures", "load", "procedures.csv").status == 1
    assert await fetch(database_url, "select version from procedures union select version from calendars") == []
