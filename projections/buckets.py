"""Tallies summed between a few days: what every figure of every interval is read from.

`bounds` are local days in ascending order. Bucket 0 holds what lies before the first bound, bucket i what lies in
`[bounds[i-1], bounds[i])`, the last one the rest. A prefix sum up to a bound is a sum of buckets.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from projections.measures import expanded
from projections.tallies import WIDTH

Vector = list[int]
"""One integer a measure, in the order of `projections.measures.MEASURES`."""


class Buckets:
    """Per unit and bucket one vector of sums. Changes can be added at any time and in any order."""

    def __init__(self, bounds: Sequence[int]) -> None:
        self.bounds: Final = tuple(sorted(set(bounds)))
        self.units: dict[str, list[Vector]] = {}

    def add(self, day: int, unit: str, change: Mapping[int, int]) -> None:
        """Adds a stored change of one cell (`measures.expanded`)."""
        vector = self._vectors(unit)[bisect_right(self.bounds, day)]
        for measure, n in expanded(change).items():
            vector[measure] += n

    def count(self, day: int, unit: str, measure: int, n: int) -> None:
        """Adds to one measure alone, whatever it is the difference of in stored changes."""
        self._vectors(unit)[bisect_right(self.bounds, day)][measure] += n

    def add_to(self, bucket: int, unit: str, change: Iterable[int]) -> None:
        """Adds sums that are known to lie in a bucket."""
        vector = self._vectors(unit)[bucket]
        for measure, n in enumerate(change):
            vector[measure] += n

    def add_measures(self, bucket: int, unit: str, sums: Iterable[tuple[int, int]]) -> None:
        """Adds sums of some measures, told as (measure, n), that are known to lie in a bucket."""
        vector = self._vectors(unit)[bucket]
        for measure, n in sums:
            vector[measure] += n

    def _vectors(self, unit: str) -> list[Vector]:
        vectors = self.units.get(unit)
        if vectors is None:
            vectors = self.units[unit] = [[0] * WIDTH for _ in range(len(self.bounds) + 1)]
        return vectors

    def before(self, unit: str, bound: int) -> Vector:
        """The sums of a unit over all days before a bound; ValueError for a day that is no bound."""
        place = self.bounds.index(bound)
        return _sum(self.units.get(unit, ())[: place + 1])

    def between(self, unit: str, begin: int, end: int) -> Vector:
        """The sums of a unit over `[begin, end)`, both bounds."""
        first, last = self.bounds.index(begin), self.bounds.index(end)
        return _sum(self.units.get(unit, ())[first + 1 : last + 1])


def _sum(vectors: Sequence[Vector]) -> Vector:
    if len(vectors) == 1:
        return vectors[0]
    return [sum(column) for column in zip(*vectors, strict=True)] if vectors else [0] * WIDTH


def less(sums: Vector, ahead: Mapping[int, int] | None) -> Vector:
    """Sums without what lies ahead of an instant within the last day: `{measure: n}`."""
    if not ahead:
        return sums
    rest = list(sums)
    for measure, n in ahead.items():
        rest[measure] -= n
    return rest
