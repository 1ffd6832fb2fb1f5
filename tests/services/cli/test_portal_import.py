"""`import --mapping dvcqg` as a shell sees it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.verbs import Ended, run_verb

pytestmark = pytest.mark.database

UNITS = "code,name,level,parent\nH62,Province,province,\nH62.12,Unit 12,department,H62\nH62.13,Unit 13,department,H62\n"
RECEIVED = {"MaTTHC": "1.012766", "NgayTiepNhan": "20240115081200", "NgayHenTra": "20240122170000", "KenhThucHien": "2"}
WAITING = {"NgayBoSung": "20240116090000", "NgayHenTraTruoc": "20240122170000"}
CAME = WAITING | {"NgayTiepNhanBoSung": "20240119090000", "NgayHenTraMoi": "20240125170000"}
SENT: list[dict[str, Any]] = [
    RECEIVED | {"MaHoSo": "c1", "TrangThaiHoSo": 2, "DonViXuLy": "H62.12"},
    RECEIVED | {"MaHoSo": "c2", "TrangThaiHoSo": "4", "DonViXuLy": "H62.13"},
    RECEIVED | {"MaHoSo": "c1", "TrangThaiHoSo": 5, "DonViXuLy": "H62.12", "DanhSachHoSoBoSung": [WAITING]},
    RECEIVED
    | {"MaHoSo": "c1", "TrangThaiHoSo": 9, "DonViXuLy": "H62.12", "NgayHenTra": "20240125170000"}
    | {"NgayKetThucXuLy": "20240125100000", "DanhSachHoSoBoSung": [CAME]},
    RECEIVED | {"MaHoSo": "c2", "TrangThaiHoSo": 9, "DonViXuLy": "H62.13", "NgayKetThucXuLy": "20240123100000"},
]

Run = Callable[..., Ended]


@pytest.fixture
def run(database_url: str, tmp_path: Path) -> Run:
    """Runs a verb on the test's database, in a folder of its own, with the units loaded."""

    def run_here(*words: str) -> Ended:
        return run_verb(words, {"DUECOURSE_DATABASE": database_url}, tmp_path)

    (tmp_path / "units.csv").write_text(UNITS)
    assert run_here("units", "load", "units.csv").status == 0
    return run_here


def imported(run: Run, folder: Path, rows: list[dict[str, Any]]) -> dict[str, Any]:
    (folder / "rows.json").write_text(json.dumps(rows))
    ended = run("import", "rows.json", "--mapping", "dvcqg", "--json")
    assert ended.status == 0, ended.stderr
    return dict(json.loads(ended.stdout))


def on_time(run: Run) -> list[tuple[str, int, int, int]]:
    ended = run("report", "on-time", "--from", "2024-01-01", "--to", "2024-02-01", "--json")
    rows = json.loads(ended.stdout)["rows"]
    return [(one["unit"], one["numerator"], one["denominator"], one["counts"]["new"]) for one in rows]


def test_rows_sent_again_in_the_wrong_order_are_two_cases_one_of_them_late(run: Run, tmp_path: Path) -> None:
    for one in reversed(SENT):
        imported(run, tmp_path, [one])
    assert [one for one in on_time(run) if one[0] != "H62"] == [("H62.12", 1, 1, 1), ("H62.13", 0, 1, 1)]
    again = imported(run, tmp_path, SENT)
    assert (again["accepted"], again["dead_letters"], again["mapping"], again["undecided"]) == (0, 0, "dvcqg 1", 0)
    assert run("verify").status == 0


def test_what_is_left_undecided_is_named_and_counted(run: Run, tmp_path: Path) -> None:
    later = SENT[1] | {"NgayHenTra": "20240129170000"}
    assert imported(run, tmp_path, [SENT[1], later])["undecided"] == 1
    ended = run("import", "rows.json", "--mapping", "dvcqg")
    assert "undecided: rows of c2 that are equally old" in ended.stderr
    assert [line.split() for line in ended.stdout.splitlines() if "undecided" in line] == [["undecided", "1"]]


def test_rejects_name_line_reason_and_column_and_a_dry_run_writes_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text(
        "MaHoSo,TrangThaiHoSo,DonViXuLy,NgayTiepNhan,NgayHenTra\n"
        "c1,2,H62.12,20240115081200,20240122170000\n"
        "c2,2,H62.12,15/01/2024,20240122170000\n"
    )
    ended = run("import", "rows.csv", "--mapping", "dvcqg", "--dry-run", "--rejects", "refused.ndjson")
    assert (ended.status, "dry run: nothing was written" in ended.stdout) == (0, True)
    [told] = [json.loads(line) for line in (tmp_path / "refused.ndjson").read_text().splitlines()]
    assert (told["line"], told["reason"]) == (3, "unreadable_time")
    assert "column 'NgayTiepNhan': '15/01/2024' is no time" in told["detail"]
    assert run("case", "show", "c1").status == 1


def test_a_mapping_that_is_neither_a_file_nor_a_name_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rows.json").write_text(json.dumps(SENT))
    ended = run("import", "rows.json", "--mapping", "dvcgq")
    assert ended.status == 2
    assert "dvcqg" in ended.stderr
    assert run("import", "rows.json", "--mapping", "dvcqg", "--replace").status == 2
