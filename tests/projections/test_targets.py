"""Targets: which one holds on a day, how far a rate is from it, and what is wrong with a list of them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.targets import PLACES_MAX, Target, Targets, decimal_of, distance, target_errors

HALF, MOST, ALL = Fraction(1, 2), Fraction(95, 100), Fraction(1)
ratios = st.integers(0, 10**PLACES_MAX).map(lambda n: Fraction(n, 10**PLACES_MAX))


def test_a_target_holds_from_its_first_day_until_the_day_before_valid_to() -> None:
    targets = Targets([Target("A", HALF, 10, 20), Target("A", MOST, 20)])
    assert [targets.on("A", day) for day in (9, 10, 19, 20)] == [None, HALF, HALF, MOST]
    assert targets.on("B", 10) is None
    assert targets.on_day(15) == {"A": HALF}


def test_the_version_follows_from_the_content_whatever_the_order() -> None:
    rows = [Target("A", HALF), Target("B", MOST, 5)]
    assert Targets(rows).version == Targets(rows[::-1]).version
    assert Targets(rows).version != Targets([Target("A", MOST), rows[1]]).version


@given(ratios)
def test_a_target_is_written_as_the_decimal_it_is(ratio: Fraction) -> None:
    text = decimal_of(ratio)
    assert Fraction(text) == ratio
    assert not text.endswith(".")
    assert not ("." in text and text.endswith("0"))
    assert Fraction(repr(float(ratio))) == ratio  # as the metrics page prints it


def test_a_ratio_that_is_no_such_decimal_is_refused() -> None:
    with pytest.raises(ValueError, match="decimal places"):
        decimal_of(Fraction(1, 3))


def test_the_distance_is_exact_and_there_is_none_without_a_rate_or_a_target() -> None:
    assert distance(Fraction(276_060, 287_088), MOST) == Fraction(276_060, 287_088) - MOST
    assert distance(None, MOST) is None
    assert distance(HALF, None) is None


ERRORS = {
    "two on the same day": (
        [Target("A", HALF, 1, 10), Target("A", MOST, 9)],
        [(1, "'A' has two targets on the same day")],
    ),
    "one after the other": ([Target("A", HALF, 1, 10), Target("A", MOST, 10), Target("B", ALL, 5)], []),
    "no day": ([Target("A", HALF, 10, 10)], [(0, "'A': valid_to is not after valid_from")]),
    "an unknown unit": (
        [Target("X", HALF)],
        [(0, "unit 'X' is not registered: load it with `duecourse units load`")],
    ),
}


@pytest.mark.parametrize(("targets", "errors"), ERRORS.values(), ids=ERRORS)
def test_an_error_is_named_with_its_place(targets: list[Target], errors: list[tuple[int, str]]) -> None:
    assert list(target_errors(targets, ["A", "B"])) == errors
