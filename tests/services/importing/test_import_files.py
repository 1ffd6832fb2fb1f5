"""Files of rows: the same table in every format gives the same rows; broken rows do not stop a file."""

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import duckdb
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.importing import ImportRefused, Mapping, Row, UnreadableRow, events_of, open_rows, require_columns

HEADER = ("id", "at", "unit")
TABLE = [("1", "2024-01-15 08:12:00", "Sở Xây dựng"), ("2", "", "H62.12")]
MAPPING = Mapping.model_validate(
    {
        "source": {"name": "/desk", "time_zone": "Asia/Ho_Chi_Minh", "case_id": "id"},
        "event": [{"type": "received", "time": "at", "data": {"unit": "unit"}}],
    }
)


def csv_file(folder: Path) -> Path:
    path = folder / "t.csv"
    path.write_text("\n".join(",".join(row) for row in [HEADER, *TABLE]), encoding="utf-8")
    return path


def tsv_with_mark(folder: Path) -> Path:
    path = folder / "t.tsv"
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join("\t".join(row) for row in [HEADER, *TABLE, ("",)]).encode())
    return path


def ndjson_file(folder: Path) -> Path:
    path = folder / "t.ndjson"
    path.write_text("\n\n".join(json.dumps(dict(zip(HEADER, row, strict=True))) for row in TABLE))
    return path


def xlsx_file(folder: Path) -> Path:
    path = folder / "t.xlsx"
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEADER)
    sheet.append([1, datetime(2024, 1, 15, 8, 12), "Sở Xây dựng"])  # noqa: DTZ001 - a sheet knows no zones
    sheet.append([None, None, None])
    sheet.append([2.0, None, "H62.12"])
    book.save(path)
    return path


def parquet_file(folder: Path) -> Path:
    path = folder / "t[1].parquet"
    rows = "(1, timestamp '2024-01-15 08:12:00', 'Sở Xây dựng'), (2, null, 'H62.12')"
    with duckdb.connect() as connection:
        connection.execute(f"copy (from (values {rows}) as t(id, \"at\", unit)) to '{path}' (format parquet)")
    return path


@pytest.mark.parametrize("write", [csv_file, tsv_with_mark, ndjson_file, xlsx_file, parquet_file])
def test_every_format_gives_the_same_rows_and_events(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    rows = open_rows(write(tmp_path))
    require_columns(rows, MAPPING)
    assert rows.done == 0
    found = [row for row in rows if isinstance(row, Row)]
    assert rows.done == rows.size
    assert [{**row.cells, "at": row.cells["at"].replace("T", " ")} for row in found] == [
        dict(zip(HEADER, row, strict=True)) for row in TABLE
    ]
    assert [events_of(row, MAPPING) for row in found] == [
        events_of(Row(0, dict(zip(HEADER, row, strict=True))), MAPPING) for row in TABLE
    ]
    assert list(rows) == found


def read_csv(tmp_path: Path, content: str | bytes) -> list[Row | UnreadableRow]:
    path = tmp_path / "c.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(open_rows(path))


def test_the_delimiter_is_the_one_that_splits_the_header_into_most_names(tmp_path: Path) -> None:
    assert read_csv(tmp_path, 'a;"b, c, d";e\n1;2,5;3\n') == [Row(2, {"a": "1", "b, c, d": "2,5", "e": "3"})]


def test_rows_are_numbered_by_their_first_line_and_may_span_lines(tmp_path: Path) -> None:
    assert read_csv(tmp_path, 'a,b\n1,"x\ny"\n\n2,"z ""q"""\n') == [
        Row(2, {"a": "1", "b": "x\ny"}),
        Row(5, {"a": "2", "b": 'z "q"'}),
    ]


def test_rows_with_too_many_or_too_few_cells_are_unreadable_and_the_file_goes_on(tmp_path: Path) -> None:
    assert read_csv(tmp_path, "a,b\n1\n1,2,3\n4,5\n") == [
        UnreadableRow(2, "unreadable_row", "has 1 cells, the header has 2", b"1"),
        UnreadableRow(3, "unreadable_row", "has 3 cells, the header has 2", b"1,2,3"),
        Row(4, {"a": "4", "b": "5"}),
    ]


def test_a_quote_that_is_never_closed_does_not_swallow_the_rows_after_it(tmp_path: Path) -> None:
    good = [Row(number, {"a": str(number), "b": "x"}) for number in range(3, 40_000)]
    found = read_csv(tmp_path, 'a,b\n2,"open\n' + "".join(f"{row.number},x\n" for row in good))
    assert isinstance(found[0], UnreadableRow)
    assert (found[0].number, found[0].raw) == (2, b'2,"open')
    assert found[1:] == good


def test_a_quoted_row_with_too_many_cells_is_one_unreadable_row(tmp_path: Path) -> None:
    [broken, good] = read_csv(tmp_path, 'a,b\n1,"x\n7,8",9\n2,3\n')
    assert isinstance(broken, UnreadableRow)
    assert broken.raw == b'1,"x\n7,8",9'
    assert good == Row(4, {"a": "2", "b": "3"})


@given(st.lists(st.tuples(*[st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)] * 3), max_size=6))
def test_what_was_written_as_csv_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, table: list[tuple[str, str, str]]
) -> None:
    import csv

    path = tmp_path_factory.mktemp("csv") / "t.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([HEADER, *table])
    assert [tuple(row.cells.values()) for row in open_rows(path) if isinstance(row, Row)] == table


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\n1,2\n3,Sở\n".encode("utf-16"), "line 1 is UTF-16"),
        (b"a,b\n1,2\n3,caf\xe9\n4,5\n", r"line 3 is not UTF-8 \(byte 0xe9\); save the file as CSV UTF-8"),
        (b"a,b\n" + b"1,2\n" * 400_000 + b"3,\xe9\n", "line 400002 is not UTF-8"),
        (b"a,b\n1,\xe1\xbb", "the last character is cut off"),
        (b"", "is no CSV header"),
        (b'"a\n1,2\n', "is no CSV header"),
    ],
)
def test_a_csv_that_cannot_be_read_as_utf8_is_refused_before_any_row(
    tmp_path: Path, content: bytes, message: str
) -> None:
    with pytest.raises(ImportRefused, match=message):
        read_csv(tmp_path, content)


def test_a_line_without_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="line 2 is longer than"):
        read_csv(tmp_path, b"a,b\n" + b"1" * (17 << 20))


def test_nested_json_is_reached_by_dotted_names_and_scalars_are_their_json_text(tmp_path: Path) -> None:
    path = tmp_path / "n.jsonl"
    path.write_text('{"a": {"b": {"c": 1}, "d": null}, "e": true, "f": 1.5, "g": [1, "x"], "h": "y"}\n')
    assert list(open_rows(path)) == [
        Row(1, {"a.b.c": "1", "a.d": "", "e": "true", "f": "1.5", "g": '[1,"x"]', "h": "y"})
    ]


def test_lines_that_are_no_json_objects_are_unreadable_and_the_file_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "n.ndjson"
    path.write_bytes(b'{"a": 1\n[1]\n{"a": "\xe9"}\n{"a": 2}\n')
    *broken, good = open_rows(path)
    assert [(row.number, row.reason) for row in broken if isinstance(row, UnreadableRow)] == [
        (1, "unreadable_row"),
        (2, "unreadable_row"),
        (3, "unreadable_row"),
    ]
    assert good == Row(4, {"a": "2"})


def test_an_ndjson_column_may_first_appear_late_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "n.ndjson"
    path.write_text('{"id": "1", "at": ""}\n' * 50 + '{"unit": "U"}\n')
    rows = open_rows(path)
    require_columns(rows, MAPPING)
    assert rows.done == 0


def test_cells_of_a_sheet_are_texts_as_people_see_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["date", "midnight", "whole", "part", "truth", "text", "beyond"])
    sheet.append([date(2024, 1, 22), datetime(2024, 1, 22), 12.0, 1.5, True, " 007"])  # noqa: DTZ001 - no zones
    path = tmp_path / "s.xlsx"
    book.save(path)
    [row] = open_rows(path)
    assert isinstance(row, Row)
    assert row.cells == {
        "date": "2024-01-22",
        "midnight": "2024-01-22T00:00:00",
        "whole": "12",
        "part": "1.5",
        "truth": "true",
        "text": " 007",
        "beyond": "",
    }


def test_a_time_with_a_zone_in_parquet_is_read_as_utc(tmp_path: Path) -> None:
    path = tmp_path / "z.parquet"
    with duckdb.connect() as connection:
        query = "select 1 as id, timestamptz '2024-01-15 08:12:00+07' as \"at\", 'U' as unit"
        connection.execute(f"copy ({query}) to '{path}' (format parquet)")
    [row] = open_rows(path)
    assert isinstance(row, Row)
    [event] = events_of(row, MAPPING).events
    assert json.loads(event.body)["time"] == "2024-01-15T01:12:00Z"


@pytest.mark.parametrize("name", ["t.xlsx", "t.parquet"])
def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("no such thing")
    with pytest.raises(ImportRefused, match=f"{name}: is no"):
        open_rows(path)


@pytest.mark.parametrize(
    ("name", "message"), [("t.xls", "unknown kind of file '.xls'"), ("t.csv", "cannot be read"), ("t.xlsx", "cannot")]
)
def test_unknown_endings_and_absent_files_are_refused(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(ImportRefused, match=message):
        open_rows(tmp_path / name)


def test_missing_columns_are_named_all_at_once_with_near_matches(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("ID,when,Units\n")
    with pytest.raises(ImportRefused) as refusal:
        require_columns(open_rows(path), MAPPING)
    assert refusal.value.lines == (
        f"{path}: has no column 'id'; did you mean 'ID'?",
        f"{path}: has no column 'at'",
        f"{path}: has no column 'unit'; did you mean 'Units'?",
        f"{path}: has the columns 'ID', 'when', 'Units'",
    )


def test_a_column_that_the_mapping_names_must_not_occur_twice(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("id,at,unit,unit,x,x\n")
    with pytest.raises(ImportRefused) as refusal:
        require_columns(open_rows(path), MAPPING)
    assert refusal.value.lines == (f"{path}: has the column 'unit' 2 times; rename all but one",)
