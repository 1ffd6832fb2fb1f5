"""Targets: the least share of settled cases that a unit pledged to settle early or on time, with validity dates."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final

from msgspec import Struct

from projections.units import BEGINNING, FOREVER
from projections.validity import overlap, valid_on

PLACES_MAX: Final = 6
"""Decimal places of a target: enough for hundredths of a percent, and exact in every store."""


class Target(Struct, frozen=True):
    """One pledge of a unit: `ratio` from 0 to 1 on days (ordinals) from `valid_from` to before `valid_to`."""

    unit: str
    ratio: Fraction
    valid_from: int = BEGINNING
    valid_to: int = FOREVER


class Targets:
    """All targets of one version; order of rows does not matter."""

    def __init__(self, targets: Iterable[Target] = ()) -> None:
        self.targets: Final = tuple(sorted(targets, key=lambda one: (one.unit, one.valid_from)))
        self._by_unit: dict[str, list[Target]] = {}
        for one in self.targets:
            self._by_unit.setdefault(one.unit, []).append(one)

    @property
    def version(self) -> str:
        """sha256 of the content (hexadecimal), the same for the same targets."""
        rows = [(one.unit, decimal_of(one.ratio), one.valid_from, one.valid_to) for one in self.targets]
        return hashlib.sha256(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()

    def on(self, unit: str, day: int) -> Fraction | None:
        """The target of a unit on a day; None where it has none. A target of a parent is not one of its children."""
        return next((one.ratio for one in self._by_unit.get(unit, ()) if valid_on(one, day)), None)

    def on_day(self, day: int) -> Mapping[str, Fraction]:
        """The targets of a day by unit."""
        return {one.unit: one.ratio for one in self.targets if valid_on(one, day)}


def distance(rate: Fraction | None, target: Fraction | None) -> Fraction | None:
    """By how much a rate lies above (or, negative, below) a target; None where there is no rate or no target."""
    return None if rate is None or target is None else rate - target


def decimal_of(ratio: Fraction) -> str:
    """The ratio as an exact decimal with as few places as it needs: `0.95`, `1`.

    Raises ValueError for one that has more than `PLACES_MAX` places.
    """
    scaled = ratio * 10**PLACES_MAX
    if scaled.denominator != 1:
        raise ValueError(f"{ratio} needs more than {PLACES_MAX} decimal places")
    whole, places = divmod(scaled.numerator, 10**PLACES_MAX)
    return f"{whole}.{places:0{PLACES_MAX}d}".rstrip("0").rstrip(".")


def target_errors(targets: Sequence[Target], units: Iterable[str] | None = None) -> Iterator[tuple[int, str]]:
    """What is wrong with targets, each with its index; with `units`, also codes that are not among them."""
    known = None if units is None else set(units)
    earlier: dict[str, list[Target]] = {}
    for index, one in enumerate(targets):
        if known is not None and one.unit not in known:
            yield index, f"unit {one.unit!r} is not registered: load it with `duecourse units load`"
        if one.valid_from >= one.valid_to:
            yield index, f"{one.unit!r}: valid_to is not after valid_from"
        before = earlier.setdefault(one.unit, [])
        if any(overlap(one, other) for other in before):
            yield index, f"{one.unit!r} has two targets on the same day"
        before.append(one)
