"""The portal's rows in every kind of file, and what is said of files that are none."""

import csv
import json
from pathlib import Path

import openpyxl
import pytest
from portal_rows import PLAIN, POLICY, Cells, row, supplement

from events.errors import Refused
from services.importing import ImportRefused
from services.portal import PortalSource

ANSWER = supplement("20240116090000", "20240119090000", "20240122170000", "20240125170000")
ROWS = [row("4", ANSWER, NgayHenTra="20240125170000"), row("2", MaHoSo="c2")]
ENDINGS = ("array.json", "envelope.json", "lines.json", "one.ndjson", "rows.csv", "rows.xlsx")


def document(cells: Cells) -> dict[str, object]:
    """The row as JSON has it: the list as a list, the status as a number."""
    listed = json.loads(cells["DanhSachHoSoBoSung"]) if "DanhSachHoSoBoSung" in cells else []
    return cells | {"DanhSachHoSoBoSung": listed, "TrangThaiHoSo": int(cells["TrangThaiHoSo"])}


def write(folder: Path, name: str, rows: list[Cells]) -> Path:
    path = folder / name
    objects = [document(cells) for cells in rows]
    match name:
        case "array.json":
            path.write_text(json.dumps(objects, indent=1))
        case "envelope.json":
            path.write_text(json.dumps({"session": "-", "service": "DongBoHoSoMC", "data": objects}))
        case "lines.json" | "one.ndjson":
            path.write_text("".join(json.dumps(one) + "\n" for one in objects))
        case "rows.csv":
            with path.open("w", newline="") as file:
                writer = csv.DictWriter(file, [*PLAIN, "DanhSachHoSoBoSung"], restval="")
                writer.writeheader()
                writer.writerows(rows)
        case _:
            book = openpyxl.Workbook()
            names = [*PLAIN, "DanhSachHoSoBoSung"]
            for values in (names, *([cells.get(name, "") for name in names] for cells in rows)):
                book.worksheets[0].append(values)
            book.save(path)
    return path


def facts(path: Path) -> list[bytes]:
    lines = list(PortalSource(path, POLICY).lines())
    assert [line.record.refusal for line in lines if line.record.refusal] == []
    return [line.record.value for line in lines]


@pytest.mark.parametrize("name", ENDINGS)
def test_every_kind_of_file_makes_the_same_facts(tmp_path: Path, name: str) -> None:
    expected = facts(write(tmp_path, "array.json", ROWS))
    assert len(expected) == 8
    assert facts(write(tmp_path, name, ROWS)) == expected


def refused(path: Path) -> list[tuple[int, Refused]]:
    lines = PortalSource(path, POLICY).lines()
    return [(line.number, line.record.refusal) for line in lines if line.record.refusal is not None]


@pytest.mark.parametrize(
    ("name", "line"), [("array.json", 20), ("lines.json", 3), ("one.ndjson", 3), ("rows.csv", 4), ("rows.xlsx", 4)]
)
def test_a_value_that_cannot_be_read_is_told_with_its_line_and_column(tmp_path: Path, name: str, line: int) -> None:
    rows = [row("2"), row("2", MaHoSo="c2"), row("2", MaHoSo="c3", NgayHenTra="soon")]
    [(number, refusal)] = refused(write(tmp_path, name, rows))
    assert (number, refusal.reason) == (line, "unreadable_time")
    assert "'NgayHenTra': 'soon' is no time such as 20240115081200" in refusal.detail


def test_a_refused_row_keeps_no_column_that_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "rows.ndjson"
    path.write_text(json.dumps(row("99", ChuHoSo="a name", SoDienThoai="a number")))
    [line] = PortalSource(path, POLICY).lines()
    assert json.loads(line.record.value).keys() == PLAIN.keys()


def test_what_is_no_object_is_an_unreadable_row(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text(f"[{json.dumps(PLAIN)},\n\n7]")
    [(number, refusal)] = refused(path)
    assert (number, refusal.reason) == (3, "unreadable_row")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no JSON array"),
        ("MaHoSo,TrangThaiHoSo\n", "is no JSON array"),
        ('[{"MaHoSo": 1}', "is no JSON array"),
        ("[]", "has no column 'MaHoSo'"),
        ('{"error_code": "0"}', "has no column 'MaHoSo'"),
        ('[{"mahoso": "1", "TrangThaiHoSo": "2"}]', "has no column 'MaHoSo'; did you mean 'mahoso'?"),
    ],
)
def test_a_file_that_is_none_is_refused_as_a_whole(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "rows.json"
    path.write_text(text)
    with pytest.raises(ImportRefused) as caught:
        list(PortalSource(path, POLICY).lines())
    assert said in str(caught.value)


def test_equally_old_rows_that_promise_different_dates_are_counted_as_undecided(tmp_path: Path) -> None:
    rows = [row("4"), row("4", NgayHenTra="20240125170000"), row("2", MaHoSo="c2"), row("4", MaHoSo="c2")]
    source = PortalSource(write(tmp_path, "rows.csv", rows), POLICY)
    assert list(source.lines())
    assert source.undecided.cases == {"c1"}


def test_units_that_differ_at_the_reception_are_undecided_whatever_the_status(tmp_path: Path) -> None:
    source = PortalSource(write(tmp_path, "rows.csv", [row("2"), row("4", DonViXuLy="H62.13")]), POLICY)
    assert list(source.lines())
    assert source.undecided.cases == {"c1"}


def test_progress_of_an_array_ends_at_its_size(tmp_path: Path) -> None:
    source = PortalSource(write(tmp_path, "array.json", ROWS), POLICY)
    assert source.done == 0
    assert list(source.lines())
    assert source.done == source.size > 0
