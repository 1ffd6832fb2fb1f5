"""Changes to the tallies: sums of contributions given and taken back, by (day, unit, kind)."""

from collections.abc import Iterable
from typing import Final

from events.facts import Kind
from projections.contribution import Contribution
from projections.measures import MEASURES

WIDTH: Final = len(MEASURES)
CellKey = tuple[int, str, Kind]
"""Local day, unit, kind of case."""
ProblemKey = tuple[int, str, Kind, str]
"""Local day, unit, kind of case, problem."""


class TallyChanges:
    """What a batch changes: per cell one integer a measure, per problem one integer."""

    def __init__(self) -> None:
        self.cells: dict[CellKey, list[int]] = {}
        self.problems: dict[ProblemKey, int] = {}

    def replace(self, old: Contribution, new: Contribution) -> None:
        """Takes back what a case was counted as and counts it as what it is now."""
        if old == new:
            return
        self._add(old, -1)
        self._add(new, 1)

    def _add(self, counted: Contribution, sign: int) -> None:
        kind = counted.kind
        for day, unit, measure, n in counted.cells:
            cell = self.cells.get((day, unit, kind))
            if cell is None:
                cell = self.cells[day, unit, kind] = [0] * WIDTH
            cell[measure] += sign * n
        for problem in counted.problems:
            key = counted.problem_day, counted.problem_unit, kind, problem
            self.problems[key] = self.problems.get(key, 0) + sign

    def standing_cells(self) -> list[tuple[CellKey, list[int]]]:
        """Cells that change, sorted by day, unit and kind; the order in which rows are locked."""
        return sorted((key, cell) for key, cell in self.cells.items() if any(cell))

    def standing_problems(self) -> list[tuple[ProblemKey, int]]:
        return sorted((key, n) for key, n in self.problems.items() if n)


def tallied(contributions: Iterable[Contribution]) -> TallyChanges:
    """The tallies of many cases from nothing."""
    changes = TallyChanges()
    for counted in contributions:
        changes.replace(Contribution(), counted)
    return changes
