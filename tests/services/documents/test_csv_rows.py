"""CSV: read again by the `csv` module it gives the same texts and exact values; no cell is a formula."""

import csv
import io
import re
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.documents import Language, draw_csv
from services.documents.formulas import neutralised, original
from tests.services.documents.made_tables import RANKING, form, one_text

FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def test_the_header_has_the_keys_and_every_ratio_its_exact_value_beside_it():
    header, first, second, _, last = rows_of(draw_csv(RANKING, Language.VI))
    expected = ["rank", "name", "settled"]
    for key in ("percent", "change", "days"):
        expected += [key, f"{key}_numerator", f"{key}_denominator"]
    assert header == expected
    assert first == ["1", "Sở Nội vụ", "53172", "99.88", "8851", "8862", "3.48", "87", "2500", "2.33", "7", "3"]
    assert second[6:9] == ["-33.33", "-1", "3"]
    assert last == ["", "Sở Công Thương", "0", *[""] * 9]


def test_the_total_is_the_last_row_and_in_the_language_asked_for():
    table = form(3)
    for language, word in ((Language.EN, "Total"), (Language.VI, "Tổng số")):
        rows = rows_of(draw_csv(table, language))
        assert len(rows) == 5
        assert rows[-1][1] == word


def test_an_exact_value_is_the_rate_itself():
    header, *rows = rows_of(draw_csv(form(40), Language.EN))
    place = header.index("percent")
    for text, row in zip(rows, (*form(40).rows, form(40).total), strict=True):
        exact = row[-1]
        found = text[place + 1 : place + 3]
        assert found == (["", ""] if exact is None else [str(part) for part in exact.as_integer_ratio()])
        assert (text[place] == "") == (exact is None)


def test_lines_end_as_rfc_4180_has_it():
    text = draw_csv(form(2), Language.EN)
    assert text.count("\r\n") == text.count("\n") == 4


@pytest.mark.parametrize("text", ["=1+1", "+84", "-", "@SUM(A1)", "\t=1", "\r=1", " =1", "'=1", "''-2", "＝1", "\n@"])
def test_text_that_begins_like_a_formula_is_made_text(text):
    assert neutralised(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "H99.01", "'quoted'", "a=b", "Sở Y tế", "1-2", "'"])
def test_other_text_is_not_touched(text):
    assert neutralised(text) == text


@given(st.text())
@example("'=1")
@example('a"b,c\r\nd')
@example("'")
def test_any_text_survives_and_no_cell_begins_a_formula(text):
    _, [cell] = rows_of(draw_csv(one_text(text), Language.EN))
    assert not FORMULA.match(cell)
    assert original(cell) == text


@given(st.integers(), st.fractions())
def test_any_number_is_written_without_thousands(number, ratio):
    table = RANKING.__class__(
        "t", RANKING.title, (RANKING.columns[0], RANKING.columns[4]), ((number, ratio),), None, ()
    )
    _, [integer, points, above, below] = rows_of(draw_csv(table, Language.VI))
    assert int(integer) == number
    assert Fraction(int(above), int(below)) == ratio
    assert abs(Fraction(points) - 100 * ratio) <= Fraction(1, 200)
