"""The verbs as a shell sees them: what they print where, and how they end."""

import asyncio
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.postgres.migrations import all_migrations
from tests.fixtures.databases import fetch
from tests.fixtures.saying import event, processed, received
from tests.fixtures.verbs import Ended, run_verb

pytestmark = pytest.mark.database

UNITS = "code,name,level,parent\nP,Province,province,\nA,Unit A,department,P\nB,Unit B,department,P\n"
MAPPING = """\
[source]
name = "/desk"
time_zone = "Asia/Ho_Chi_Minh"
case_id = "case"

[[event]]
type = "received"
time = "in"
data.unit = "unit"
data.due = "due"

[[event]]
type = "processed"
time = "out"
"""
CASES = """\
case,unit,in,due,out
c1,A,2024-01-02,2024-01-10,2024-01-05
c2,B,2024-01-02,2024-01-10,2024-01-12
c3,Z,2024-01-02,2024-01-10,
"""
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"

Run = Callable[..., Ended]


@pytest.fixture
def run(database_url: str, tmp_path: Path) -> Run:
    """Runs a verb on the test's database, in a folder of its own."""

    def run_here(*words: str, database: str = database_url, **settings: str) -> Ended:
        named = {f"DUECOURSE_{name.upper()}": value for name, value in settings.items()}
        return run_verb(words, named | {"DUECOURSE_DATABASE": database}, tmp_path)

    return run_here


@pytest.fixture
def filled(run: Run, tmp_path: Path) -> None:
    """The database with units and three cases, one of them of an unknown unit."""
    (tmp_path / "units.csv").write_text(UNITS)
    (tmp_path / "cases.csv").write_text(CASES)
    (tmp_path / "desk.toml").write_text(MAPPING)
    done(run("units", "load", "units.csv"))
    done(run("import", "cases.csv", "--mapping", "desk.toml"))


def done(ended: Ended) -> str:
    assert ended.status == 0, ended.stdout + ended.stderr
    return ended.stdout


def document(ended: Ended) -> Any:
    return json.loads(done(ended))


def complaint(ended: Ended, status: int) -> str:
    """The one line on stderr of a verb that ended with a status."""
    assert ended.status == status, ended.stdout + ended.stderr
    lines = ended.stderr.splitlines()
    assert len(lines) == 1, ended.stderr
    assert lines[0].startswith("duecourse: ")
    assert ended.stdout == ""
    return lines[0]


def test_units_are_loaded_listed_and_their_version_is_printed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text(UNITS)
    printed = done(run("units", "load", "units.csv"))
    again = document(run("units", "load", "units.csv", "--json"))
    assert printed == f"sha256:{again['version']}\n"
    assert (again["units"], again["recounted"]) == (3, 0)
    listed = document(run("units", "list", "--json"))
    assert listed["version"] == again["version"]
    assert listed["units"][0] == {"unit": "A", "name": "Unit A", "level": "department", "parent": "P"}
    assert "Unit A" in done(run("units", "list"))


def test_an_import_prints_its_counts_and_writes_its_rejects(run: Run, tmp_path: Path) -> None:
    for name, text in (("units.csv", UNITS), ("cases.csv", CASES), ("desk.toml", MAPPING)):
        (tmp_path / name).write_text(text)
    done(run("units", "load", "units.csv"))
    command = ("import", "cases.csv", "--mapping", "desk.toml")
    counts = {"rows": 3, "events": 5, "accepted": 4, "duplicates": 0, "dead_letters": 1}
    assert document(run(*command, "--dry-run", "--json")) == counts | {"dry_run": True}
    assert document(run(*command, "--rejects", "no.ndjson", "--json")) == counts | {"dry_run": False}
    [rejected] = [json.loads(line) for line in (tmp_path / "no.ndjson").read_text().splitlines()]
    assert (rejected["line"], rejected["reason"]) == (4, "unknown_unit")
    printed = done(run(*command, "--register-units"))
    assert [line.split() for line in printed.splitlines()[:5]] == [
        ["rows", "3"], ["events", "5"], ["accepted", "1"], ["duplicates", "4"], ["dead", "letters", "0"]
    ]  # fmt: skip
    (tmp_path / "cases.csv").write_text(CASES.replace("2024-01-12", ""))
    replaced = document(run(*command, "--replace", "--json"))
    assert (replaced["accepted"], replaced["dead_letters"]) == (1, 0)


@pytest.mark.usefixtures("filled")
def test_a_report_is_a_table_json_or_csv_and_a_file_where_asked(run: Run, tmp_path: Path) -> None:
    table = done(run("report", "on-time", "--period", "2024"))
    for word in (
        "Settled on time",
        "on_time_settled: settled early or on time",
        "Period: 2023-12-15 to 2024-12-15 (exclusive)",
        "Policy: date",
        "Unit A",
        "100.00",
        "50.00",
        "positions 0:5",
    ):
        assert word in table
    found = document(run("report", "on-time", "--period", "2024", "--json"))
    assert [(row["unit"], row["percent"]) for row in found["rows"]] == [("A", "100.00"), ("B", "0.00")]
    text = done(run("report", "on-time", "--period", "2024", "--format", "csv"))
    assert text.splitlines()[0].startswith("unit,name,level,from,to,policy,")
    ended = run("report", "on-time", "--period", "2024", "--output", "report.csv")
    assert (done(ended), ended.stderr) == ("", "written to report.csv\n")
    assert (tmp_path / "report.csv").read_text() == text


@pytest.mark.usefixtures("filled")
def test_options_of_a_report_mean_what_they_say(run: Run) -> None:
    def total(*words: str) -> Any:
        return document(run("report", *words, "--json"))

    by_dates = total("on-time", "--from", "2024-01-05", "--to", "2024-01-06")
    assert (by_dates["from"], by_dates["to"], by_dates["total"]["denominator"]) == ("2024-01-05", "2024-01-06", 1)
    narrow = total("late-settled", "--period", "2024", "--unit", "B", "--policy", "instant", "--rollup", "simple_mean")
    assert (narrow["policy"], narrow["rollup"], narrow["total"]["percent"]) == ("instant", "simple_mean", "100.00")
    levels = total("backlog", "--period", "2024", "--by", "level", "--kind", "complaint")
    assert (levels["kind"], levels["rows"], levels["total"]["percent"]) == ("complaint", [], None)


@pytest.mark.usefixtures("filled")
def test_a_case_and_a_dead_letter_are_shown(run: Run) -> None:
    shown = done(run("case", "show", "c2"))
    assert "case c2: settled" in shown
    assert "late" in shown
    case = document(run("case", "show", "c2", "--json"))
    assert (case["label"], len(case["timeline"])) == ("late", 2)
    [row] = document(run("dead-letters", "list", "--json"))
    assert set(row) >= {"id", "reason", "topic", "partition", "offset", "recorded_at"}
    assert "unknown_unit" in done(run("dead-letters", "list"))
    letter = document(run("dead-letters", "show", str(row["id"]), "--json"))
    assert letter["reason"] == "unknown_unit"
    assert '"subject":"c3"' in done(run("dead-letters", "show", str(row["id"])))


@pytest.mark.usefixtures("filled")
def test_verify_ends_with_1_where_something_differs_and_names_it(run: Run, database_url: str) -> None:
    assert document(run("verify", "--json"))["differences"] == 0
    assert done(run("verify")).endswith("\n0 differences\n")
    change(database_url, "update tallies set new = new + 1 where unit = 'A' and new = 1")
    ended = run("verify")
    assert ended.status == 1
    assert "tally 2024-01-02 A procedure, new: archive says 1, database 2" in ended.stdout
    ended = run("verify", "--json")
    found = json.loads(ended.stdout)
    assert (ended.status, found["first"][0]["measure"], found["first"][0]["database"]) == (1, "new", 2)
    ended = run("doctor", "--json")
    checks = {one["check"]: one for one in json.loads(ended.stdout)}
    assert (ended.status, checks["verification"]["ok"], checks["records"]["ok"]) == (1, False, True)
    assert checks["verification"]["advice"]


def change(url: str, statement: str) -> None:
    asyncio.run(fetch(url, statement))


def test_migrate_says_what_it_did_and_nothing_the_second_time(run: Run) -> None:
    steps = all_migrations()
    applied = "".join(f"applied {step.number:04d}_{step.name}\n" for step in steps)
    assert done(run("migrate")) == f"{applied}the schema is at step {len(steps)}\n"
    assert done(run("migrate")) == f"the schema is at step {len(steps)}\n"


def test_what_is_not_there_ends_with_1_and_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text(UNITS)
    done(run("units", "load", "units.csv"))
    assert "'c9'" in complaint(run("case", "show", "c9"), 1)
    assert "7" in complaint(run("dead-letters", "show", "7"), 1)
    assert "'nowhere' is not registered" in complaint(run("report", "on-time", "--unit", "nowhere"), 1)
    assert "yet to come" in complaint(run("report", "on-time", "--period", "2999"), 1)


def test_a_file_that_is_refused_ends_with_1_and_names_file_and_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text(UNITS + "C,Unit C,department,nowhere\n")
    assert "units.csv: line 5: parent 'nowhere'" in complaint(run("units", "load", "units.csv"), 1)
    assert "missing.csv" in complaint(run("units", "load", "missing.csv"), 1)
    (tmp_path / "cases.csv").write_text("other,columns\n1,2\n")
    (tmp_path / "desk.toml").write_text(MAPPING)
    ended = run("import", "cases.csv", "--mapping", "desk.toml")
    assert (ended.status, ended.stdout) == (1, "")
    assert all(line.startswith("duecourse: cases.csv: ") for line in ended.stderr.splitlines())
    (tmp_path / "desk.toml").write_text("[source\n")
    assert "desk.toml: is not TOML" in complaint(run("import", "cases.csv", "--mapping", "desk.toml"), 1)


@pytest.mark.parametrize(
    "words",
    [
        ("no-such-verb",),
        ("report", "no-such-report"),
        ("report", "on-time", "--from", "2024-02-30"),
        ("import", "missing.csv"),
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2_and_says_so_on_stderr(run: Run, words: tuple[str, ...]) -> None:
    ended = run(*words, database=NOWHERE)
    assert (ended.status, ended.stdout) == (2, "")
    assert "Usage: duecourse" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_settings_that_cannot_be_used_end_with_2_and_one_line(run: Run) -> None:
    assert "DUECOURSE_PORT" in complaint(run("serve", port="70000"), 2)
    assert "DUECOURSE_TIME_ZONE" in complaint(run("migrate", time_zone="Hanoi"), 2)
    done(run("units", "list", time_zone="Europe/Amsterdam"))
    assert "differs from Europe/Amsterdam" in complaint(run("units", "list", time_zone="UTC"), 2)
    assert "2024-13" in complaint(run("report", "on-time", "--period", "2024-13"), 2)
    ended = complaint(run("report", "on-time", "--period", "2024", "--from", "2024-01-01"), 2)
    assert "not both" in ended


def test_a_database_that_cannot_be_reached_ends_with_3_and_one_line(run: Run, database_url: str) -> None:
    assert "PostgreSQL" in complaint(run("report", "on-time", database=NOWHERE), 3)
    missing = database_url.replace("/test_", "/no_test_")
    assert "create the database first" in complaint(run("units", "list", database=missing), 3)


def test_a_port_that_is_taken_ends_with_1_and_says_what_to_do(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert "choose another --host or --port" in complaint(run("serve", "--port", str(port)), 1)


def test_debug_shows_the_traceback_and_nothing_else_does(run: Run) -> None:
    ended = run("--debug", "units", "list", database=NOWHERE)
    assert ended.status == 3
    assert "Traceback" in ended.stderr
    assert ended.stderr.splitlines()[-1].startswith("duecourse: ")


def test_help_and_version_end_with_0(run: Run) -> None:
    assert done(run("--version")).startswith("duecourse ")
    assert "report" in done(run("--help"))
    assert "Example" in done(run("report", "-h"))


def test_events_are_imported_without_a_mapping_from_lines(run: Run, tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_text(UNITS)
    done(run("units", "load", "units.csv"))
    lines = [received("c1", "2024-01-02"), processed("c1", "2024-01-03"), event("returned", "c1", "2024-01-04")]
    (tmp_path / "events.ndjson").write_bytes(b"\n".join(lines))
    assert document(run("import", "events.ndjson", "--json"))["accepted"] == 3
    ended = run("import", "events.ndjson", "--replace")
    assert ended.status == 2
    assert "--mapping" in ended.stderr
