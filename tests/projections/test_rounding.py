"""Numbers are rounded where they are printed: to hundredths, a half away from zero."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.rounding import hundredths


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Fraction(0), 0),
        (Fraction(1, 200), 1),
        (Fraction(-1, 200), -1),
        (Fraction(1, 201), 0),
        (Fraction(-1, 201), 0),
        (Fraction(3, 200), 2),
        (Fraction(5, 200), 3),
        (Fraction(348, 100), 348),
        (Fraction(2, 3), 67),
        (Fraction(-2, 3), -67),
    ],
)
def test_a_half_is_rounded_away_from_zero(value, expected):
    assert hundredths(value) == expected


@given(st.integers(-(10**12), 10**12))
def test_decimal_numbers_are_rounded_as_the_decimal_module_does(millionths):
    value = Decimal(millionths) / 10**6
    rounded = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert hundredths(Fraction(millionths, 10**6)) == int(rounded * 100)


@given(st.fractions())
def test_a_number_and_its_opposite_have_the_same_digits(value):
    assert hundredths(-value) == -hundredths(value)
    assert abs(100 * value - hundredths(value)) <= Fraction(1, 2)
