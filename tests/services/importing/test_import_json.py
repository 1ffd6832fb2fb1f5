"""JSON arrays through an ordinary mapping: as NDJSON, but the file is one document."""

import json
from pathlib import Path

import pytest

from services.importing import ImportRefused, Row, UnreadableRow, open_rows
from services.importing.ndjson_rows import NdjsonRows

OBJECTS = [{"id": "1", "at": "2024-01-15", "in": {"unit": "A"}}, {"id": "2", "at": None, "in": {"unit": "B"}}]
CELLS = [{"id": "1", "at": "2024-01-15", "in.unit": "A"}, {"id": "2", "at": "", "in.unit": "B"}]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        (json.dumps(OBJECTS), [1, 1]),
        (json.dumps(OBJECTS, indent=1), [2, 9]),
        ("\ufeff" + json.dumps({"data": OBJECTS}), [1, 1]),
        ("\n\n" + "\n".join(json.dumps(one) for one in OBJECTS), [3, 4]),
    ],
    ids=["one line", "indented", "in an envelope, with a mark", "one object a line"],
)
def test_each_form_gives_the_same_rows(tmp_path: Path, text: str, numbers: list[int]) -> None:
    path = tmp_path / "rows.json"
    path.write_text(text, encoding="utf-8")
    rows = list(open_rows(path))
    assert rows == [Row(number, cells) for number, cells in zip(numbers, CELLS, strict=True)]


def test_one_object_is_one_row(tmp_path: Path) -> None:
    path = tmp_path / "row.json"
    path.write_text(json.dumps(OBJECTS[0], indent=2))
    assert list(open_rows(path)) == [Row(1, CELLS[0])]


def test_a_faulty_line_among_objects_is_a_faulty_row(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text('{"id": "1"}\n{"id": \n{"id": "3"}\n')
    rows = open_rows(path)
    assert isinstance(rows, NdjsonRows)
    assert [(row.number, type(row)) for row in rows] == [(1, Row), (2, UnreadableRow), (3, Row)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "is no JSON array (it is empty)"),
        (b'[{"id": 1},]', "is no JSON array (JSON is malformed"),
        (b'[{"id": 1}] {}', "is no JSON array (JSON is malformed"),
        (b'{"id": 1', "is no JSON array (Input data was truncated)"),
        (b"id,at\n1,2\n", "is no JSON array (JSON is malformed"),
    ],
)
def test_what_is_no_document_is_refused_with_the_place(tmp_path: Path, text: bytes, said: str) -> None:
    path = tmp_path / "rows.json"
    path.write_bytes(text)
    with pytest.raises(ImportRefused) as caught:
        open_rows(path)
    [line] = caught.value.lines
    assert line.startswith(f"{path}: {said}")


def test_bytes_that_are_not_utf8_make_an_unreadable_row(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_bytes(b'[{"id": "1"}, {"id": "\xff"}]')
    assert [type(row) for row in open_rows(path)] == [Row, UnreadableRow]
