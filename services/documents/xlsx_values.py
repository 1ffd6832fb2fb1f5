"""What goes into a cell of a sheet: text that stays text, numbers with their exact value."""

import re
from decimal import Context, Decimal
from fractions import Fraction
from typing import Final

from openpyxl.cell import Cell as SheetCell

from projections.tables import Cell, Sort, Text
from services.documents.visible import visible
from services.documents.wording import Language, printed

TEXT_LENGTH_MAX: Final = 32_767
"""Characters that a cell may hold; further ones are cut off."""
_DIGITS: Final = Context(prec=16)
"""As many as a workbook keeps of a number."""
_ESCAPE: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def put(cell: SheetCell, value: Cell, sort: Sort, language: Language) -> None:
    """Numbers as numbers: a rate of 1 is 100 %, a difference is in percentage points; everything else as text."""
    if value is None or isinstance(value, str | Text) or sort is Sort.TEXT:
        put_text(cell, printed(value, sort, language))
    else:
        number = 100 * value if sort is Sort.POINTS else value
        cell.value = number if isinstance(number, int) else _decimal(number)


def put_text(cell: SheetCell, text: str) -> None:
    """Text, also where it looks like a formula or an error; what XLSX would take for an escape is escaped."""
    cell.value = _ESCAPE.sub("_x005F_", visible(text))[:TEXT_LENGTH_MAX]
    cell.data_type = "s"


def _decimal(value: Fraction) -> Decimal:
    return _DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))
