"""How exact numbers are rounded where they are printed; nowhere else are they."""

from fractions import Fraction


def hundredths(value: Fraction) -> int:
    """The nearest integer number of hundredths; a half goes up, and down where the value is negative.

    So a difference and its opposite print the same digits: 0.005 gives 1, -0.005 gives -1.
    """
    size = abs(value)
    nearest = (2 * 100 * size.numerator + size.denominator) // (2 * size.denominator)
    return nearest if value >= 0 else -nearest
