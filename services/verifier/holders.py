"""Who held a case, from when (`domain.md`: transferred)."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from services.verifier.local_time import LocalTime
from services.verifier.reading import TRANSFERRED, Record
from services.verifier.stretches import Stretch
from services.verifier.unit_directory import Resolution, UnitDirectory


class Holders(NamedTuple):
    """`first` is the receiving unit; each transfer is (instant in microseconds since 1970 UTC, new unit)."""

    first: str
    transfers: tuple[tuple[int, str], ...] = ()

    @property
    def last(self) -> str:
        return self.transfers[-1][1] if self.transfers else self.first

    def at(self, instant: int) -> str:
        """The unit after all transfers strictly before `instant`."""
        unit = self.first
        for since, taker in self.transfers:
            if since >= instant:
                break
            unit = taker
        return unit


def find_holders(
    received: Record, stretches: Sequence[Stretch], units: UnitDirectory, local: LocalTime
) -> tuple[Holders, set[str]]:
    """The holders under their resolved codes, and `transfer_out_of_place`, `unit_not_valid` where found."""
    problems = out_of_place(stretches)
    moves = [fact for stretch in stretches for _, fact in stretch.live if fact.name == TRANSFERRED]
    in_place = [fact for fact in moves if fact.instant > received.instant]
    if len(in_place) < len(moves):
        problems.add("transfer_out_of_place")
    first = units.resolve(received.data["unit"], local.day_of(received.instant))
    taken = [
        (fact.instant, units.resolve(fact.data["unit"], local.day_of(fact.instant)))
        for fact in _to_another_unit([received, *in_place])
    ]
    if not (first.valid and all(resolution.valid for _, resolution in taken)):
        problems.add("unit_not_valid")
    return Holders(first.unit, _changes(first.unit, taken)), problems


def out_of_place(stretches: Iterable[Stretch]) -> set[str]:
    """`transfer_out_of_place` where a transfer found the case ended."""
    late = any(fact.name == TRANSFERRED for stretch in stretches for _, fact in stretch.dead)
    return {"transfer_out_of_place"} if late else set()


def _to_another_unit(moves: Sequence[Record]) -> list[Record]:
    """The moves after the first that name another unit than the one before, by the codes as sent."""
    return [fact for before, fact in pairwise(moves) if fact.data["unit"] != before.data["unit"]]


def _changes(first: str, taken: Sequence[tuple[int, Resolution]]) -> tuple[tuple[int, str], ...]:
    units = [first, *(resolution.unit for _, resolution in taken)]
    return tuple(
        (instant, resolution.unit)
        for (instant, resolution), before in zip(taken, units, strict=False)
        if resolution.unit != before
    )
