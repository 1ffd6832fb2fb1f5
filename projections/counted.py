"""What a case has been counted as, in the form that its row keeps."""

from typing import Final

from msgspec import Struct

from events.facts import Kind

Cell = tuple[int, str, int, int]
"""Local day, unit, index of the measure, n."""


class Contribution(Struct, frozen=True, gc=False, array_like=True):
    """What a case has been counted as. Stored with the case, so that exactly this is taken back when it changes.

    `cells` are those of a stored change (`measures.expanded`). `basis` 0 is the first form of stored rows, in which
    both policies were written out.
    """

    kind: Kind = "procedure"
    cells: tuple[Cell, ...] = ()
    problem_day: int = 0
    problem_unit: str = ""
    problems: tuple[str, ...] = ()
    basis: int = 0


BASIS: Final = 1
NOTHING: Final = Contribution(basis=BASIS)
