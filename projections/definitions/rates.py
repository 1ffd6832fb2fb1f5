"""Rates printed and averaged: exact fractions until the last moment. Never a float."""

from collections.abc import Sequence
from fractions import Fraction

from projections.rounding import hundredths


def percent(rate: Fraction | None) -> str | None:
    """Two decimals, half up, from the exact fraction: `96.16`; None stays None, never 0 or 100."""
    return None if rate is None else _decimals(hundredths(rate, 100))


def points(difference: Fraction | None) -> str | None:
    """A difference of two rates in percentage points, with its sign: `+3.48`, `-0.10`, `0.00`."""
    if difference is None:
        return None
    printed = decimals(100 * difference)
    return f"+{printed}" if printed.strip("0.-") and difference > 0 else printed


def decimals(value: Fraction) -> str:
    """Two decimals, a half away from zero, with a minus sign only where a digit is not 0."""
    return _decimals(hundredths(value))


def _decimals(rounded: int) -> str:
    whole, rest = divmod(abs(rounded), 100)
    return f"{'-' if rounded < 0 else ''}{whole}.{rest:02d}"


def simple_mean(rates: Sequence[Fraction | None]) -> Fraction | None:
    """The plain mean of the exact rates that are available."""
    known = [rate for rate in rates if rate is not None]
    return sum(known, Fraction()) / len(known) if known else None
