"""Whose figures are back-filled: every unit by the day; parents, levels and provinces by the hour."""

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

from projections.past_sums import Group
from projections.units import UnitTree
from services.monitoring.levels import PARENT, PROVINCE, TREE_LEVEL, UNIT, Level

LEVELS: Final = {level.name: level for level in (UNIT, PARENT, TREE_LEVEL, PROVINCE)}
"""A group is the name of a level and the values of its key."""


class Groups(Struct, frozen=True):
    """Groups in order, and those to which each unit belongs, for the days and for the hours."""

    daily: Mapping[str, list[Group]]
    hourly: Mapping[str, list[Group]]


def groups_of(tree: UnitTree) -> Groups:
    """As the recording rules roll up: a parent is its own cases and those of its direct children."""
    roots = {code: root for root in tree.roots() for code in tree.subtree(root)}
    codes = tree.codes()
    return Groups(
        {code: [(UNIT.name, code)] for code in codes},
        {code: list(_rolled_up(code, tree, roots.get(code, ""))) for code in codes},
    )


def _rolled_up(code: str, tree: UnitTree, province: str) -> Iterator[Group]:
    unit = tree.latest(code)
    for parent in (code if tree.children(code) else "", unit.parent):
        if parent:
            yield PARENT.name, parent
    yield TREE_LEVEL.name, province, unit.level
    yield PROVINCE.name, province


def level_of(group: Group) -> Level:
    return LEVELS[group[0]]


def labels_of(group: Group) -> dict[str, str]:
    """The labels that tell its series from those of other groups."""
    return dict(zip(level_of(group).key, group[1:], strict=True))


def in_order(groups: Mapping[str, list[Group]]) -> list[Group]:
    """Every group once."""
    return sorted({group for own in groups.values() for group in own})
