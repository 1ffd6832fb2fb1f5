"""Numbers as they are written in English and in Vietnamese."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.definitions import percent
from projections.tables import Sort, Text
from services.documents.visible import visible
from services.documents.wording import Language, printed

CELLS = [
    (1_329, Sort.INTEGER, "1,329", "1.329"),
    (552_634_000, Sort.INTEGER, "552,634,000", "552.634.000"),
    (0, Sort.INTEGER, "0", "0"),
    (-1_007, Sort.INTEGER, "−1,007", "−1.007"),
    (Fraction(3, 2), Sort.INTEGER, "1.50", "1,50"),
    (Fraction(1_007, 1_329), Sort.PERCENT, "75.77%", "75,77%"),
    (Fraction(5_659, 5_695), Sort.PERCENT, "99.37%", "99,37%"),
    (1, Sort.PERCENT, "100.00%", "100,00%"),
    (Fraction(0), Sort.PERCENT, "0.00%", "0,00%"),
    (Fraction(348, 10_000), Sort.POINTS, "+3.48", "+3,48"),
    (Fraction(-348, 10_000), Sort.POINTS, "−3.48", "−3,48"),
    (Fraction(-1, 10**6), Sort.POINTS, "0.00", "0,00"),
    (0, Sort.POINTS, "0.00", "0,00"),
    (Fraction(12_345, 2), Sort.DAYS, "6,172.50", "6.172,50"),
    (2_024, Sort.TEXT, "2024", "2024"),
    ("1,5 . x", Sort.TEXT, "1,5 . x", "1,5 . x"),
    (Text("Total", "Tổng số"), Sort.TEXT, "Total", "Tổng số"),
    (Text("over 30", "trên 30"), Sort.INTEGER, "over 30", "trên 30"),
]


@pytest.mark.parametrize(("cell", "sort", "english", "vietnamese"), CELLS)
def test_a_cell_is_printed_as_its_reader_expects_it(cell, sort, english, vietnamese):
    assert printed(cell, sort, Language.EN) == english
    assert printed(cell, sort, Language.VI) == vietnamese


@pytest.mark.parametrize("sort", Sort)
def test_what_is_not_available_is_said_so_and_never_0(sort):
    assert printed(None, sort, Language.EN) == "not available"
    assert printed(None, sort, Language.VI) == "không có"


@given(st.fractions(0, 1))
def test_a_percentage_is_printed_with_the_digits_of_the_report_json(rate):
    assert printed(rate, Sort.PERCENT, Language.EN) == f"{percent(rate)}%"
    assert printed(rate, Sort.PERCENT, Language.VI) == f"{percent(rate)}%".replace(".", ",")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff") | st.just("\n")))
def test_text_without_steering_characters_stays_as_it_is(text):
    assert visible(text) == text


def test_steering_characters_are_shown_and_not_obeyed():
    assert visible("a\x1b[31mb\x00\x7f\x9b\r\nc\rd") == "a␛[31mb␀␡\ufffd\nc\nd"
