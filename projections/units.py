"""The unit tree: who decides, under whom, from when to when, and what became of a code that is no longer valid."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from projections.zone import date_of

BEGINNING: Final = 0
"""The day before every date: a unit without `valid_from`."""
FOREVER: Final = 9_999_999
"""A day after every date: a unit without `valid_to`."""


class Unit(Struct, frozen=True, gc=False):
    """One validity period of a unit; days are ordinals, `valid_to` is exclusive, `parent` is empty for a root."""

    code: str
    name: str
    level: str
    parent: str = ""
    valid_from: int = BEGINNING
    valid_to: int = FOREVER
    successor: str = ""

    def valid_on(self, day: int) -> bool:
        return self.valid_from <= day < self.valid_to


class UnitTree:
    """All units of one version of the reference data. Order of rows does not matter.

    `plain` are the codes that always stand for themselves: one row, no validity dates.
    """

    def __init__(self, units: Iterable[Unit]) -> None:
        self.units: Final = tuple(sorted(units, key=lambda unit: (unit.code, unit.valid_from)))
        self._by_code: dict[str, list[Unit]] = defaultdict(list)
        for unit in self.units:
            self._by_code[unit.code].append(unit)
        self.plain: Final = frozenset(
            code
            for code, rows in self._by_code.items()
            if len(rows) == 1 and rows[0].valid_from == BEGINNING and rows[0].valid_to == FOREVER
        )
        self._children: dict[str, list[str]] = defaultdict(list)
        for code in sorted(self._by_code):
            self._children[self.latest(code).parent].append(code)

    def __contains__(self, code: str) -> bool:
        return code in self._by_code

    def codes(self) -> Sequence[str]:
        """Every code, sorted."""
        return sorted(self._by_code)

    def latest(self, code: str) -> Unit:
        """The row of a code that is valid longest; KeyError for an unknown code."""
        return max(self._rows(code), key=lambda unit: unit.valid_to)

    def resolve(self, code: str, day: int) -> tuple[str, bool]:
        """The code that stands for `code` on a day, and whether `code` itself was valid then.

        An old code resolves through its successors to the first one valid on the day; where there is none, the code
        stands for itself.
        """
        if code in self.plain or code not in self._by_code:
            return code, True
        if self._valid_row(code, day) is not None:
            return code, True
        return self._successor(code, day) or code, False

    def _rows(self, code: str) -> list[Unit]:
        if code not in self._by_code:
            raise KeyError(code)
        return self._by_code[code]

    def _valid_row(self, code: str, day: int) -> Unit | None:
        return next((row for row in self._by_code.get(code, ()) if row.valid_on(day)), None)

    def _successor(self, code: str, day: int) -> str | None:
        seen = {code}
        while code in self._by_code:
            rows = self._by_code[code]
            started = [row for row in rows if row.valid_from <= day]
            code = (started[-1] if started else rows[0]).successor
            if not code or code in seen:
                return None
            if self._valid_row(code, day) is not None:
                return code
            seen.add(code)
        return None

    def roots(self) -> Sequence[str]:
        return self._children.get("", [])

    def children(self, code: str) -> Sequence[str]:
        """Direct children of a unit, sorted by code."""
        return self._children.get(code, [])

    def subtree(self, code: str) -> Iterator[str]:
        """The unit and everything below it, parents before children."""
        yield code
        for child in self.children(code):
            yield from self.subtree(child)


def tree_errors(units: Sequence[Unit], lines: Mapping[int, int] | None = None) -> list[str]:
    """What is wrong with a tree, one sentence each with its line; empty for a good one.

    `lines` maps an index in `units` to the line of the file.
    """
    return [
        f"line {lines[index] if lines else index + 1}: {text}"
        for index, text in sorted(_row_errors(units), key=lambda found: found[0])
    ] + _root_errors(units)


def _row_errors(units: Sequence[Unit]) -> Iterator[tuple[int, str]]:
    by_code: dict[str, list[int]] = defaultdict(list)
    for index, unit in enumerate(units):
        by_code[unit.code].append(index)
    for index, unit in enumerate(units):
        if unit.parent and unit.parent not in by_code:
            yield index, f"parent {unit.parent!r} of {unit.code!r} is not in the file"
        if unit.successor and unit.successor not in by_code:
            yield index, f"successor {unit.successor!r} of {unit.code!r} is not in the file"
        if unit.valid_from >= unit.valid_to:
            yield index, f"{unit.code!r}: valid_to is not after valid_from"
        if any(_overlap(units[other], unit) for other in by_code[unit.code] if other < index):
            yield index, f"{unit.code!r} stands twice with validity dates that overlap"
        if _in_cycle(unit.code, units, by_code):
            yield index, f"{unit.code!r} is its own ancestor"


def _overlap(first: Unit, second: Unit) -> bool:
    return first.valid_from < second.valid_to and second.valid_from < first.valid_to


def _in_cycle(code: str, units: Sequence[Unit], by_code: Mapping[str, list[int]]) -> bool:
    frontier, seen = {code}, set[str]()
    while frontier:
        parents = {units[index].parent for one in frontier for index in by_code.get(one, ())}
        if code in parents:
            return True
        seen |= frontier
        frontier = parents - seen
    return False


def _root_errors(units: Sequence[Unit]) -> list[str]:
    """One root on every day on which there is any unit."""
    errors = []
    for day in sorted({unit.valid_from for unit in units} | {unit.valid_to for unit in units}):
        valid = [unit for unit in units if unit.valid_on(day)]
        roots = [unit.code for unit in valid if not unit.parent]
        if valid and len(roots) != 1:
            found = ", ".join(roots) if roots else "none"
            since = "at the beginning" if day == BEGINNING else f"from {date_of(day)}"
            errors.append(f"{since}: exactly one unit without parent is needed, found {found}")
    return errors
