"""Which unit answers for a settled case that several units held: the last one, unless asked otherwise.

`domain.md`, Periods: S, its label and D belong to the last holder. A report may count them for the first holder, or for
the unit at whose desk the case was handed in; only the rows change, never the total of all units.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Final

from projections.buckets import Buckets
from projections.counted import Cell
from projections.entries import Entry
from projections.measures import INDEX, POLICIES, POLICY_FLOWS, under
from projections.standing import Rules, Standing
from projections.zone import LocalDays


class Attribution(StrEnum):
    """The unit that a settled case, or one that fell due, is counted for."""

    LAST = "last"
    FIRST = "first"
    RECEIVING = "receiving"


ANSWERED: Final = frozenset(INDEX[under(measure, policy)] for policy in POLICIES for measure in POLICY_FLOWS)
"""Indexes of the measures that the last holder answers for: settled by label, fell due."""
ANSWERED_REPORTS: Final = ("on-time", "on-time-due", "on-time-handled", "late-settled")
"""The rates that are made of them."""


def answering_unit(found: Standing, attribution: Attribution, rules: Rules) -> str:
    """The unit that answers for a case. One without a receiving unit that is registered: its first holder."""
    match attribution:
        case Attribution.LAST:
            return found.last_unit
        case Attribution.FIRST:
            return found.holders[0].unit
        case Attribution.RECEIVING:
            return _receiving_unit(found, rules) or found.holders[0].unit


def _receiving_unit(found: Standing, rules: Rules) -> str | None:
    told = found.received.receiving_unit
    if told is None or told not in rules.units:
        return None
    return rules.units.resolve(told, rules.days.day_of(found.received_at))[0]


class Moves:
    """What changes in the sums between a few days when other units answer for cases than their last holders."""

    def __init__(self, bounds: Sequence[int]) -> None:
        self.sums: Final = Buckets(bounds)

    def add(self, unit: str, cells: Iterable[Cell]) -> None:
        """Counts for a unit what a case is tallied as for its last holder."""
        for day, held_by, measure, n in _answered(unit, cells):
            self.sums.add(day, held_by, {measure: -n})
            self.sums.add(day, unit, {measure: n})

    def leave_out(self, unit: str, entries: Iterable[Entry], instant: int, days: LocalDays) -> None:
        """Takes back what of it lies at or after an instant, at which the local day is cut."""
        today = days.day_of(instant)
        for at, held_by, measure, n in _answered(unit, entries):
            if at >= instant and days.day_of(at) == today:
                self.sums.count(today, held_by, measure, n)
                self.sums.count(today, unit, measure, -n)


def _answered(unit: str, cells: Iterable[Cell]) -> Iterator[Cell]:
    """What another unit is to answer for, by day or by instant."""
    return (cell for cell in cells if cell[2] in ANSWERED and cell[1] != unit)
