"""Changes to the tallies: sums of contributions given and taken back, by (day, unit, kind)."""

from collections.abc import Iterable
from typing import Final

from events.facts import Kind
from projections.counted import NOTHING, Contribution
from projections.counted import Cell as ContributedCell
from projections.measures import MEASURES

WIDTH: Final = len(MEASURES)
CellKey = tuple[int, str, Kind]
"""Local day, unit, kind of case."""
ProblemKey = tuple[int, str, Kind, str]
"""Local day, unit, kind of case, problem."""
Change = dict[int, int]
"""What changes in a cell, by index of the measure as stored (`measures.expanded`); most do not change."""

Cell = tuple[CellKey, Change]
ProblemChange = tuple[ProblemKey, int]


class TallyChanges:
    """What a batch changes: per cell the measures that change, per problem one integer."""

    def __init__(self) -> None:
        self.cells: dict[CellKey, Change] = {}
        self.problems: dict[ProblemKey, int] = {}

    def replace(self, old: Contribution, new: Contribution) -> None:
        """Takes back what a case was counted as and counts it as what it is now; what stays the same is not touched."""
        if old.kind != new.kind or not old.cells:
            self._add(old.cells, old.kind, -1)
            self._add(new.cells, new.kind, 1)
        elif old.cells != new.cells:
            before, after = set(old.cells), set(new.cells)
            self._add(before - after, old.kind, -1)
            self._add(after - before, new.kind, 1)
        if old.problems or new.problems:
            self._add_problems(old, -1)
            self._add_problems(new, 1)

    def _add(self, counted: Iterable[ContributedCell], kind: Kind, sign: int) -> None:
        cells = self.cells
        for day, unit, measure, n in counted:
            key = day, unit, kind
            change = cells.get(key)
            if change is None:
                cells[key] = {measure: sign * n}
            else:
                change[measure] = change.get(measure, 0) + sign * n

    def _add_problems(self, counted: Contribution, sign: int) -> None:
        for problem in counted.problems:
            key = counted.problem_day, counted.problem_unit, counted.kind, problem
            self.problems[key] = self.problems.get(key, 0) + sign

    def standing_cells(self) -> list[Cell]:
        """Cells that change, without zeros, sorted by day, unit and kind: in the order of the table's key."""
        standing = []
        for key in sorted(self.cells):
            change = self.cells[key]
            if 0 in change.values():
                change = {measure: n for measure, n in change.items() if n}
            if change:
                standing.append((key, change))
        return standing

    def standing_problems(self) -> list[ProblemChange]:
        """Problems whose count changes, sorted."""
        return sorted((key, n) for key, n in self.problems.items() if n)


def tallied(contributions: Iterable[Contribution]) -> TallyChanges:
    """The tallies of many cases from nothing."""
    changes = TallyChanges()
    for counted in contributions:
        changes.replace(NOTHING, counted)
    return changes
