"""CSV cells that a spreadsheet would take for a formula are made text, so that they can be told from the text."""

import re
from typing import Final

_MARK: Final = "'"
_FORMULA: Final = re.compile("'*(?:[\t\r\n]|\\s*[=+\\-@＝＋－＠])")
"""Also in their full-width forms, after spaces, and behind marks of ours: what begins with a mark gets another."""


def neutralised(text: str) -> str:
    """The text with a `'` before it where it begins like a formula; any other text as it is."""
    return _MARK + text if _FORMULA.match(text) else text


def original(cell: str) -> str:
    """What `neutralised` was given."""
    return cell[1:] if cell.startswith(_MARK) and _FORMULA.match(cell) else cell
