"""XLSX: opened again, the numbers are numbers, the texts are texts, and the sheet is set up for paper."""

import io
import re
import zipfile
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from services.documents import Language, draw_xlsx
from services.documents.visible import visible
from tests.services.documents.made_tables import RANKING, form, one_text

pytestmark = pytest.mark.slow

FIRST_ROW = 4


def sheet_of(table, language=Language.EN):
    book = load_workbook(io.BytesIO(draw_xlsx(table, language)))
    return book[table.name]


def test_numbers_are_numbers_with_their_exact_value():
    sheet = sheet_of(RANKING)
    for place, row in enumerate(RANKING.rows):
        for cell, value in zip(sheet[FIRST_ROW + place][:6], row, strict=True):
            if isinstance(value, int):
                assert (cell.value, cell.data_type) == (value, "n")
            elif isinstance(value, Fraction):
                exact = 100 * value if "0.00;" in cell.number_format else value
                assert cell.data_type == "n"
                assert cell.value == pytest.approx(float(exact), rel=1e-15, abs=0)


@pytest.mark.parametrize(("language", "separators"), [(Language.EN, ""), (Language.VI, "[$-42A]")])
def test_each_column_has_its_format(language, separators):
    formats = [cell.number_format for cell in sheet_of(RANKING, language)[FIRST_ROW][:6]]
    expected = ["#,##0", "@", "#,##0", "0.00%", "+0.00;-0.00;0.00", "#,##0.00"]
    assert formats == [one if one == "@" else f"{separators}{one}" for one in expected]


def test_what_is_not_available_is_said_and_not_0():
    assert [cell.value for cell in sheet_of(RANKING)[7][:6]] == [
        "not available",
        "Sở Công Thương",
        0,
        *["not available"] * 3,
    ]
    assert sheet_of(RANKING, Language.VI)["D7"].value == "không có"


def test_the_total_is_in_bold_and_the_notes_are_beneath_it():
    sheet = sheet_of(form(150), Language.VI)
    total = sheet[FIRST_ROW + 150]
    assert [cell.value for cell in total[1:3]] == ["Tổng số", sum(row[2] for row in form(150).rows)]
    assert all(cell.font.bold for cell in total)
    assert not any(cell.font.bold for cell in sheet[FIRST_ROW + 149])
    notes = [sheet.cell(FIRST_ROW + 152 + place, 1).value for place in range(5)]
    assert notes[1] == "Cách so hạn: date: so theo ngày, Asia/Ho_Chi_Minh"
    assert notes[4].endswith("mã nguồn 1.0.0")


def test_the_sheet_is_set_up_to_be_read_and_printed():
    sheet = sheet_of(form(150))
    assert sheet.title == "ii06a"
    assert sheet["A1"].value == "Cases received and settled, July 2024"
    assert [cell.value for cell in sheet[3]][:3] == ["Code", "Unit", "Received, in all"]
    assert sheet.freeze_panes == "C4"
    assert sheet.print_title_rows == "$3:$3"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.column_dimensions["B"].width > sheet.column_dimensions["A"].width > 8


def test_a_table_without_rows_says_so():
    assert sheet_of(form(0), Language.VI)["A4"].value == "Không có dữ liệu"


@pytest.mark.parametrize("text", ["=1+1", "=", "+1", "-1", "@A1", "#N/A", "#REF!", "1e5", "TRUE", "_x0041_"])
def test_text_stays_text(text):
    cell = sheet_of(one_text(text))[f"A{FIRST_ROW}"]
    assert (cell.value.replace("x005F_", ""), cell.data_type, cell.number_format) == (text, "s", "@")


@settings(max_examples=40)
@given(st.text(min_size=1).filter(lambda text: "x005F_" not in text))
@example("=cmd|' /C calc'!A0")
@example(" a\nb\t ")
@example("\x00\x1b\uffff")
def test_any_text_survives_and_no_cell_is_a_formula(text):
    sheet = sheet_of(one_text(text))
    assert [cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []
    found = sheet[f"A{FIRST_ROW}"].value
    assert found.replace("_x005F_x", "_x") == visible(text)


def test_the_same_table_gives_the_same_bytes_and_none_tells_when():
    first, second = (draw_xlsx(form(20), Language.VI) for _ in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        everything = b"".join(parts.read(part) for part in parts.infolist())
    assert not re.search(rb"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", everything)


def test_the_properties_say_what_it_is_in_which_language():
    properties = load_workbook(io.BytesIO(draw_xlsx(RANKING, Language.VI))).properties
    assert (properties.title, properties.language) == ("Xếp hạng theo tỷ lệ đúng hạn", "vi")


def test_a_name_that_is_no_sheet_name_is_made_one():
    table = one_text("x").__class__("a/b:c" * 20, RANKING.title, RANKING.columns, RANKING.rows)
    book = load_workbook(io.BytesIO(draw_xlsx(table, Language.EN)))
    assert book.sheetnames == [("a-b-c" * 20)[:31]]
