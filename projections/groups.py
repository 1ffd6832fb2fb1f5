"""The rows of a report: which units each of them sums."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from msgspec import Struct

from projections.units import UnitTree


class Grouping(StrEnum):
    """What a row is: a unit with its own cases, a direct child with its subtree, a level, a month, a group."""

    UNIT = "unit"
    CHILD = "child"
    LEVEL = "level"
    MONTH = "month"
    GROUP = "group"


class UnitUnknown(KeyError):
    """The report asks for a unit that is not registered."""


class Group(Struct, frozen=True):
    """One row: `units` are those whose own cases it sums; `unit` is None for a level and for the total of all.

    `always`: the row is shown though it is empty.
    """

    unit: str | None
    name: str
    level: str
    units: tuple[str, ...]
    always: bool = True


def scope_of(tree: UnitTree, unit: str | None) -> Group:
    """What a total sums: the subtree of a unit, or everything. Raises `UnitUnknown`."""
    if unit is None:
        return Group(None, "Total", "", tuple(tree.codes()))
    if unit not in tree:
        raise UnitUnknown(unit)
    row = tree.latest(unit)
    return Group(None, row.name, row.level, tuple(tree.subtree(unit)))


def groups(by: Grouping, tree: UnitTree, unit: str | None) -> list[Group]:
    """The rows below a unit, or of all units; a row by month sums the whole scope. Raises `UnitUnknown`.

    Rows by procedure group are none of units: `projections.procedure_groups` has them.
    """
    scope = scope_of(tree, unit)
    match by:
        case Grouping.UNIT:
            return [_group(tree, code, (code,), always=not tree.children(code)) for code in sorted(scope.units)]
        case Grouping.CHILD:
            children = tops(tree) if unit is None else tree.children(unit)
            return [_group(tree, code, tree.subtree(code)) for code in children]
        case Grouping.LEVEL:
            return _by_level(tree, scope.units)
        case Grouping.MONTH:
            return [scope]
        case Grouping.GROUP:
            return []


def _group(tree: UnitTree, code: str, units: Iterable[str], *, always: bool = True) -> Group:
    row = tree.latest(code)
    return Group(code, row.name, row.level, tuple(units), always)


def _by_level(tree: UnitTree, scope: Iterable[str]) -> list[Group]:
    levels: dict[str, list[str]] = {}
    for code in scope:
        levels.setdefault(tree.latest(code).level, []).append(code)
    return [Group(None, level, level, tuple(codes), always=False) for level, codes in sorted(levels.items())]


def tops(tree: UnitTree) -> Sequence[str]:
    """The children of the one root, or the roots where there are several."""
    roots = tree.roots()
    return tree.children(roots[0]) if len(roots) == 1 and tree.children(roots[0]) else roots
