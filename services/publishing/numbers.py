"""The cases behind every number of a report: each case is asked by itself what it counts for.

A case's figures come from its own tallies by the same function that answers reports, so that their sums over the cases
are the report's numbers.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct, structs

from events.facts import Kind
from projections.buckets import Buckets
from projections.effect import StoredCase
from projections.figures import Counts, figures
from projections.periods import Period, months_of
from projections.reports import Grouping, Question, bounds_of
from projections.standing import Rules
from services.answers import ahead_of
from services.history.figures import cut_at
from services.history.folding import FoldedCase
from services.history.points import Point

WHOLE: Final = 0
"""The part of a question that is its whole period; 1, 2 … are its months, where rows are months."""
COUNTS: Final = Counts.__struct_fields__


class Part(Struct, frozen=True):
    """A period that a question needs figures of, and whether its last day is cut at the as-of instant."""

    period: Period
    cut: bool


class Counter:
    """Counts single cases for one question as of a point."""

    def __init__(self, question: Question, kind: Kind, point: Point, rules: Rules) -> None:
        """Raises `PeriodNotBegun`."""
        period, cut = cut_at(rules.days, point.recorded_at, question.period)
        asked = structs.replace(question, period=period)
        self.kind: Final = kind
        self._policy = question.policy
        self._rules = rules
        self._instant = point.recorded_at
        self._bounds = bounds_of(asked)
        months = months_of(period) if question.by is Grouping.MONTH else []
        self.parts: Final = [Part(period, cut), *(Part(month, cut and month.end == period.end) for month in months)]

    @property
    def is_cut(self) -> bool:
        """Whether the period was not over at the point."""
        return self.parts[WHOLE].cut

    def counts(self, found: FoldedCase, stored: StoredCase) -> Iterator[tuple[int, str, Counts]]:
        """What a case counts for, by part and unit; nothing for a case of another kind."""
        cells = found.counted.cells
        if found.counted.kind != self.kind or all(cell[0] >= self._bounds[-1] for cell in cells):
            return
        buckets = Buckets(self._bounds)
        for day, unit, measure, n in cells:
            buckets.add(day, unit, {measure: n})
        ahead = ahead_of([stored], self._rules, self._instant) if self.is_cut else None
        for place, part in enumerate(self.parts):
            for unit in buckets.units.keys() | (ahead or {}).keys():
                counts = figures(buckets, unit, part.period, self._policy, ahead if part.cut else None)
                if counts.any:
                    yield place, unit, counts


class Sets:
    """Counts and the cases behind them, by part, unit and name of the count."""

    def __init__(self) -> None:
        self._counts: dict[tuple[int, str, str], int] = {}
        self._cases: dict[tuple[int, str, str], list[str]] = {}

    def add(self, case_id: str, part: int, unit: str, counts: Counts) -> None:
        """Adds what one case counts for."""
        for name, n in structs.asdict(counts).items():
            if n:
                key = part, unit, name
                self._counts[key] = self._counts.get(key, 0) + n
                self._cases.setdefault(key, []).append(case_id)

    def count(self, part: int, units: Mapping[str, None], names: tuple[str, ...]) -> int:
        """The sum over units and names."""
        return sum(self._counts.get((part, unit, name), 0) for unit in units for name in names)

    def cases(self, part: int, units: Mapping[str, None], names: tuple[str, ...]) -> list[str]:
        """The cases behind that sum; a case that counts more than once stands there more than once."""
        return [one for unit in units for name in names for one in self._cases.get((part, unit, name), ())]
