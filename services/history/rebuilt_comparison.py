"""A shadow of the projections compared with the live ones, in the transaction of the session that has it."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from projections.measures import MEASURES
from services.history.rebuilt_differences import (
    CASES_NAMED_MAX,
    CaseDifference,
    Figure,
    FigureDifference,
    case_difference,
    figures_of,
)
from services.postgres.shadow_tables import ShadowTables

LISTED_MAX: Final = 10_000


class Compared(Struct, frozen=True):
    """The differences: all are counted, the first `LISTED_MAX` of either sort are listed."""

    cases_found: int
    figures_found: int
    cases: list[CaseDifference]
    figures: list[FigureDifference]

    @property
    def differences(self) -> int:
        return self.cases_found + self.figures_found

    def as_json(self) -> dict[str, Any]:
        return {
            "differences": self.differences,
            "cases_found": self.cases_found,
            "figures_found": self.figures_found,
            "cases": [one.as_json() for one in self.cases],
            "figures": [one.as_json() for one in self.figures],
        }


class _CaseDifferences:
    """The cases that differ, and by figure what they change and which they are."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.listed: list[CaseDifference] = []
        self.changes: dict[Figure, int] = {}
        self.changing: dict[Figure, list[str]] = {}

    def add(self, one: CaseDifference) -> None:
        self.ids.append(one.case_id)
        if len(self.listed) < LISTED_MAX:
            self.listed.append(one)
        for figure, n in one.changes.items():
            self.changes[figure] = self.changes.get(figure, 0) + n
            self.changing.setdefault(figure, []).append(one.case_id)


async def compared(tables: ShadowTables) -> Compared:
    """Compares case by case and figure by figure, and has the tables remember the cases that differ."""
    cases = _CaseDifferences()
    async for pair in tables.case_pairs():
        one = case_difference(pair.case_id, pair.built, pair.live, pair.columns)
        if one is not None:
            cases.add(one)
    await tables.note_different(cases.ids)
    figures = [one async for one in _figures(tables)]
    unexplained = {one for one, live, built in figures[:LISTED_MAX] if built - live != cases.changes.get(one, 0)}
    counted = await _counted_there(tables, unexplained) if unexplained else {}
    listed = []
    for figure, live, built in figures[:LISTED_MAX]:
        ids = sorted(counted[figure] if figure in unexplained else cases.changing[figure])
        by_cases = cases.changes.get(figure, 0)
        listed.append(FigureDifference(figure, live, built, by_cases, ids[:CASES_NAMED_MAX], len(ids)))
    return Compared(len(cases.ids), len(figures), sorted(cases.listed, key=lambda one: one.case_id), listed)


async def _figures(tables: ShadowTables) -> AsyncIterator[tuple[Figure, int, int]]:
    """Every figure that differs: what it is, the live number, the one that was built."""
    for sums in await tables.sums():
        for name, built, live in zip(MEASURES, sums.built, sums.live, strict=True):
            if built != live:
                yield (sums.day, sums.unit, sums.kind, name), live, built
    for one in await tables.problem_sums():
        yield (one.day, one.unit, one.kind, one.problem), one.live, one.built


async def _counted_there(tables: ShadowTables, wanted: set[Figure]) -> Mapping[Figure, list[str]]:
    """The cases that are counted in figures, by what was built."""
    found: dict[Figure, list[str]] = {figure: [] for figure in wanted}
    async for case_id, counted in tables.built_cases():
        for figure in figures_of(counted).keys() & wanted:
            found[figure].append(case_id)
    return found


def lines(found: Compared, shown: int) -> Iterator[str]:
    """The first differences in words."""
    for one in [*found.figures, *found.cases][:shown]:
        yield str(one)
