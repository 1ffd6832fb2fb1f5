"""Balances: the tallies of all days before a midnight, summed, so that a report need not add up the years before it.

They are struck at the midnights that begin the 1st, 8th, 15th and 22nd of each month: reporting periods and calendar
periods begin and end at one (`projections.periods`), and any other day is less than ten days behind one.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

import msgspec

from projections.buckets import Buckets, Vector
from projections.measures import expanded
from projections.tallies import WIDTH, Change

Balance = dict[str, Vector]
"""By unit one integer a measure, in the order of `projections.measures.MEASURES`."""

DAYS_OF_MONTH: Final = (1, 8, 15, 22)
_decoder: Final = msgspec.msgpack.Decoder(Balance)


def encoded(balance: Balance) -> bytes:
    """As it is kept."""
    return msgspec.msgpack.encode(balance)


def decoded(sums: bytes) -> Balance:
    """As it was before `encoded`."""
    return _decoder.decode(sums)


def midnights(first: int, last: int) -> list[int]:
    """The days in `(first, last]` at whose beginning a balance is struck, ascending."""
    month = date.fromordinal(first).replace(day=1)
    found: list[int] = []
    while month.toordinal() <= last:
        found += [month.replace(day=day).toordinal() for day in DAYS_OF_MONTH]
        month = (month + timedelta(days=31)).replace(day=1)
    return [day for day in found if first < day <= last]


def add(balance: Balance, unit: str, sums: Iterable[tuple[int, int]]) -> None:
    """Adds sums of some measures, told as (measure, n), to those of a unit."""
    vector = balance.get(unit)
    if vector is None:
        vector = balance[unit] = [0] * WIDTH
    for measure, n in sums:
        vector[measure] += n


def add_all(balance: Balance, more: Mapping[str, Vector]) -> None:
    """Adds the sums of units to theirs."""
    for unit, vector in more.items():
        add(balance, unit, enumerate(vector))


class LateChanges:
    """Changes to tallies after balances were struck: each belongs to every balance whose midnight lies behind its day.

    `days`: the midnights concerned, ascending.
    """

    def __init__(self, days: Sequence[int]) -> None:
        self._days: Final = days
        self._first: Final[list[Balance]] = [{} for _ in days]
        """By midnight what belongs to it and to those after it."""

    def add(self, day: int, unit: str, change: Change) -> None:
        """A stored change of one cell (`measures.expanded`); it may lie behind all midnights."""
        place = bisect_right(self._days, day)
        if place < len(self._days):
            add(self._first[place], unit, expanded(change).items())

    def up_to(self) -> Iterable[tuple[int, Balance]]:
        """Each midnight with all that is to be added to its balance; those where it is nothing are left out."""
        so_far: Balance = {}
        for day, more in zip(self._days, self._first, strict=True):
            add_all(so_far, more)
            if so_far:
                yield day, so_far


def buckets_of(bounds: Sequence[int], before: Sequence[Mapping[str, Vector]]) -> Buckets:
    """Buckets from the sums before each of their bounds; what lies at or after the last bound is left out."""
    found = Buckets(bounds)
    nothing = [0] * WIDTH
    for unit in set().union(*before):
        rows = [sums.get(unit, nothing) for sums in before]
        between = [[after - earlier for earlier, after in zip(*pair, strict=True)] for pair in pairwise(rows)]
        found.units[unit] = [list(rows[0]), *between, nothing.copy()]
    return found
