"""How exact numbers are rounded where they are printed; nowhere else are they."""

from fractions import Fraction


def hundredths(value: Fraction, times: int = 1) -> int:
    """The nearest integer number of hundredths in so many times a value; a half goes away from zero.

    So a difference and its opposite print the same digits: 0.005 gives 1, -0.005 gives -1.
    """
    above, below = value.numerator, value.denominator
    nearest = (2 * 100 * times * abs(above) + below) // (2 * below)
    return nearest if above >= 0 else -nearest
