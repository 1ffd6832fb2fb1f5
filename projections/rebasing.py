"""Figures of units that are gone, counted for the units of today that took over from them.

Tallies name the units that held the cases then. Re-based, each code's integers are added to those of the code that
stands for it today, through its successors; so every identity that holds for units holds for what they became.
Transfers from a unit to its successor stay counted, on both sides of the same row.
"""

from collections.abc import Mapping
from enum import StrEnum

from projections.buckets import Buckets
from projections.figures import Ahead
from projections.units import UnitTree


class UnitsShown(StrEnum):
    """Whose figures: of the units as they were when it happened, or of today's."""

    AS_REPORTED = "as-reported"
    TODAY = "today"


def tree_of(tree: UnitTree, day: int) -> UnitTree:
    """The units that stand for themselves on a day: valid ones, and those that nobody took over from."""
    return UnitTree(unit for unit in tree.units if tree.resolve(unit.code, day)[0] == unit.code)


def rebased(buckets: Buckets, tree: UnitTree, day: int) -> Buckets:
    """The same sums under the codes that stand for each unit on a day."""
    found = Buckets(buckets.bounds)
    for unit, vectors in buckets.units.items():
        heir = tree.resolve(unit, day)[0]
        for bucket, vector in enumerate(vectors):
            found.add_to(bucket, heir, vector)
    return found


def rebased_ahead(ahead: Ahead, tree: UnitTree, day: int) -> Ahead:
    """What is cut off at an instant, likewise."""
    found: dict[str, dict[int, int]] = {}
    for unit, sums in ahead.items():
        into = found.setdefault(tree.resolve(unit, day)[0], {})
        for measure, n in sums.items():
            into[measure] = into.get(measure, 0) + n
    return found


def rebased_problems(
    problems: Mapping[tuple[str, str], int], tree: UnitTree, day: int
) -> Mapping[tuple[str, str], int]:
    """Cases by (unit, problem), likewise; cases that no unit ever received stay apart."""
    found: dict[tuple[str, str], int] = {}
    for (unit, problem), n in problems.items():
        key = tree.resolve(unit, day)[0] if unit else "", problem
        found[key] = found.get(key, 0) + n
    return found
