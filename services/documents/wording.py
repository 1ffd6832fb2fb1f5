"""Words and numbers as a reader of either language expects them on paper."""

from enum import StrEnum
from fractions import Fraction
from typing import Final, assert_never

from projections.rounding import hundredths
from projections.tables import Cell, Sort, Text

MINUS: Final = "\u2212"
"""As wide as a plus, and never the first character of a formula."""


class Language(StrEnum):
    """In what language a report is drawn."""

    EN = "en"
    VI = "vi"


NOT_AVAILABLE: Final = Text("not available", "không có")
NO_ROWS: Final = Text("No data", "Không có dữ liệu")

_SEPARATORS: Final = {Language.EN: str.maketrans(",.", ",."), Language.VI: str.maketrans(",.", ".,")}
"""From thousands by comma and decimal point to what the language writes."""


def said(text: Text, language: Language) -> str:
    """The words in one language."""
    return text.vi if language == Language.VI else text.en


def printed(cell: Cell, sort: Sort, language: Language) -> str:
    """A cell for people: `1,007`, `75.77%`, `+3.48`, `không có`. Rounded from the exact value, halves up."""
    if cell is None:
        return said(NOT_AVAILABLE, language)
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Text):
        return said(cell, language)
    return _number(cell, sort).translate(_SEPARATORS[language])


def scaled(value: Fraction | int, sort: Sort) -> Fraction:
    """The value in the unit that is printed: percent and percentage points of a rate, days as they are."""
    return Fraction(100 * value if sort in (Sort.PERCENT, Sort.POINTS) else value)


def _number(value: int | Fraction, sort: Sort) -> str:
    match sort:
        case Sort.TEXT:
            return str(value)  # a year or a number that is a name
        case Sort.INTEGER:
            return _signed(f"{abs(value):,}", value) if isinstance(value, int) else _decimals(value)
        case Sort.PERCENT:
            return f"{_decimals(scaled(value, sort))}%"
        case Sort.POINTS:
            difference = scaled(value, sort)
            return f"{'+' if hundredths(difference) > 0 else ''}{_decimals(difference)}"
        case Sort.DAYS:
            return _decimals(scaled(value, sort))
        case _:
            assert_never(sort)


def _decimals(value: Fraction) -> str:
    whole, decimals = divmod(abs(hundredths(value)), 100)
    return _signed(f"{whole:,}.{decimals:02d}", hundredths(value))


def _signed(digits: str, value: int) -> str:
    return f"{MINUS}{digits}" if value < 0 else digits
