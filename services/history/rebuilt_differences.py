"""What rebuilt projections say otherwise than the live ones, and which cases that comes from."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from msgspec import Struct

from projections.counted import NOTHING, Contribution
from projections.effect import StoredCase
from projections.measures import MEASURES, expanded
from projections.zone import date_of

CASES_NAMED_MAX: Final = 100
NAMED_IN_WORDS: Final = 3
Figure = tuple[int, str, str, str]
"""Local day, unit, kind of case, and a measure or a data-quality problem."""


class CaseDifference(Struct, frozen=True):
    """A case whose row is not what the archive gives.

    `what`: `missing` (no row), `unknown` (a row without archived facts), `facts`, `counted`, or a column that is not
    right. `changes`: by how much the case counts otherwise in each figure when it is.
    """

    case_id: str
    what: tuple[str, ...]
    changes: dict[Figure, int]

    def as_json(self) -> dict[str, Any]:
        changes = [_figure_json(figure) | {"difference": n} for figure, n in sorted(self.changes.items())]
        return {"case_id": self.case_id, "what": list(self.what), "changes": changes}

    def __str__(self) -> str:
        changes = "; ".join(f"{_words(figure)} {n:+}" for figure, n in sorted(self.changes.items())[:NAMED_IN_WORDS])
        changes += "; …" if len(self.changes) > NAMED_IN_WORDS else ""
        return f"case {self.case_id}: {', '.join(self.what)}" + (f" ({changes})" if changes else "")


class FigureDifference(Struct, frozen=True):
    """A tally or data-quality count that is not what the archive gives.

    `by_cases`: how much of it comes from case rows that differ; the rest was changed in the tally itself. `cases`: the
    first of those rows or, where there is a rest, of all cases that are counted there; `cases_found` is how many.
    """

    figure: Figure
    live: int
    built: int
    by_cases: int
    cases: list[str]
    cases_found: int

    @property
    def by_itself(self) -> int:
        """How much of the difference no case row explains."""
        return self.built - self.live - self.by_cases

    def as_json(self) -> dict[str, Any]:
        return _figure_json(self.figure) | {
            "database": self.live,
            "archive": self.built,
            "by_cases": self.by_cases,
            "by_tally": self.by_itself,
            "cases": self.cases,
            "cases_found": self.cases_found,
        }

    def __str__(self) -> str:
        why = "the tally was changed, no case row; counted there" if self.by_itself else "as these cases were"
        cases = ", ".join(self.cases[:NAMED_IN_WORDS]) + (", …" if self.cases_found > NAMED_IN_WORDS else "")
        return f"{_words(self.figure)}: database {self.live:,}, archive {self.built:,}; {why}: {cases or 'no case'}"


def _figure_json(figure: Figure) -> dict[str, Any]:
    day, unit, kind, measure = figure
    return {"day": date_of(day).isoformat(), "unit": unit, "kind": kind, "measure": measure}


def _words(figure: Figure) -> str:
    day, unit, kind, measure = figure
    return f"{date_of(day).isoformat()} {unit or '(no unit)'} {kind} {measure}"


def figures_of(counted: Contribution) -> dict[Figure, int]:
    """What a case adds to each figure, under both policies."""
    cells: dict[tuple[int, str], dict[int, int]] = {}
    for day, unit, measure, n in counted.cells:
        cells.setdefault((day, unit), {})[measure] = n
    found: dict[Figure, int] = {
        (day, unit, counted.kind, MEASURES[measure]): n
        for (day, unit), change in cells.items()
        for measure, n in expanded(change).items()
        if n
    }
    for problem in counted.problems:
        found[counted.problem_day, counted.problem_unit, counted.kind, problem] = 1
    return found


def case_difference(
    case_id: str, built: StoredCase | None, live: StoredCase | None, columns: Iterable[str]
) -> CaseDifference | None:
    """How two rows of a case differ; None where they say the same in other bytes. `columns`: those that differ."""
    before = NOTHING if live is None else live.counted
    after = NOTHING if built is None else built.counted
    changes = _changes(figures_of(before), figures_of(after))
    if built is None or live is None:
        return CaseDifference(case_id, ("unknown" if built is None else "missing",), changes)
    what = ["facts"] if _in_place(built) != _in_place(live) else []
    what += ["counted"] if changes else []
    what += columns
    return CaseDifference(case_id, tuple(what), changes) if what else None


def _in_place(case: StoredCase) -> list[Any]:
    return sorted(case.kept, key=lambda one: (one.partition, one.position))


def _changes(before: Mapping[Figure, int], after: Mapping[Figure, int]) -> dict[Figure, int]:
    found = {figure: after.get(figure, 0) - before.get(figure, 0) for figure in before.keys() | after.keys()}
    return {figure: n for figure, n in found.items() if n}
