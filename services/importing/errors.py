"""The one error of importing: the file or its mapping cannot be used at all, and the sender is told why.

Rows that cannot be read are no errors: they come as `UnreadableRow` and `Refusal`, and the file goes on.
"""

from collections.abc import Sequence
from difflib import get_close_matches


class ImportRefused(Exception):
    """`lines` holds one finding each, complete with the file, the place in it and what to do."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = tuple(lines)


def suggestion(name: str, known: Sequence[str]) -> str:
    """`; did you mean 'x'?` for the nearest known name, or nothing where none is near."""
    folded = {candidate.casefold(): candidate for candidate in known}
    near = get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    return f"; did you mean {folded[near[0]]!r}?" if near else ""
