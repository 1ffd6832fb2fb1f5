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
    """One validity period of a unit; days are ordinals, `valid_to` is exclusive, `parent` is empty for a root.

    `successor` names several codes, with semicolons between, where a unit was split: none of them stands for it.
    """

    code: str
    name: str
    level: str
    parent: str = ""
    valid_from: int = BEGINNING
    valid_to: int = FOREVER
    successor: str = ""

    @property
    def successors(self) -> tuple[str, ...]:
        return tuple(part for part in map(str.strip, self.successor.split(";")) if part)

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

    def successors(self, code: str, day: int) -> tuple[str, ...]:
        """What became of a code by a day: none, one unit, or several after a split. KeyError for an unknown code."""
        started = [row for row in self._rows(code) if row.valid_from <= day]
        return started[-1].successors if started else ()

    def invalid_on(self, day: int) -> Sequence[str]:
        """Codes that are not valid on a day, sorted."""
        return [code for code in self.codes() if self._valid_row(code, day) is None]

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
            successors = (started[-1] if started else rows[0]).successors
            if len(successors) != 1 or successors[0] in seen:
                return None
            code = successors[0]
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
        for index, text in sorted([*_row_errors(units), *_gap_errors(units)], key=lambda found: found[0])
    ] + _root_errors(units)


def _row_errors(units: Sequence[Unit]) -> Iterator[tuple[int, str]]:
    by_code: dict[str, list[int]] = defaultdict(list)
    for index, unit in enumerate(units):
        by_code[unit.code].append(index)
    for index, unit in enumerate(units):
        if unit.parent and unit.parent not in by_code:
            yield index, f"parent {unit.parent!r} of {unit.code!r} is not in the file"
        for successor in unit.successors:
            if successor not in by_code:
                yield index, f"successor {successor!r} of {unit.code!r} is not in the file"
        if unit.valid_from >= unit.valid_to:
            yield index, f"{unit.code!r}: valid_to is not after valid_from"
        if any(_overlap(units[other], unit) for other in by_code[unit.code] if other < index):
            yield index, f"{unit.code!r} stands twice with validity dates that overlap"
        if _in_cycle(unit.code, units, by_code):
            yield index, f"{unit.code!r} is its own ancestor"


def _gap_errors(units: Sequence[Unit]) -> Iterator[tuple[int, str]]:
    """A unit needs its parent on every day of its own; days without any root are an error of the root."""
    by_code: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        by_code[unit.code].append(unit)
    for index, unit in enumerate(units):
        gap = _first_gap(unit, by_code[unit.parent]) if unit.parent in by_code else None
        if gap is not None and any(other.valid_on(gap) for other in units if not other.parent):
            since = "at the beginning" if gap == BEGINNING else f"on {date_of(gap)}"
            yield index, f"parent {unit.parent!r} of {unit.code!r} is not valid {since}, and {unit.code!r} is"


def _first_gap(unit: Unit, parents: Iterable[Unit]) -> int | None:
    """The first day of a unit on which no row of its parent is valid."""
    day = unit.valid_from
    for parent in sorted(parents, key=lambda row: row.valid_from):
        if parent.valid_on(day):
            day = parent.valid_to
    return day if day < unit.valid_to else None


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
