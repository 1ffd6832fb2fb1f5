"""Figures of past instants: entries of cases summed before each of many instants (`projections.entries`).

Tallies know whole days; these sums know any instant, and one state more: what is due soon is a state here, where a
tally only says when the cases that are open now are due.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from msgspec import structs

from projections.buckets import Vector
from projections.entries import Entry, entries_under, shared_entries
from projections.measures import INDEX, Policy, under
from projections.standing import Rules, Standing
from projections.tallies import WIDTH

Group = tuple[str, ...]
"""Whose figures are summed: a unit, or units that are rolled up."""
DUE_SOON_OR_OVERDUE: Final = WIDTH
"""Place of the further state in the sums: open, not paused, and due within some days or overdue."""
_OVERDUE_BY_DATE: Final = INDEX[under("overdue", Policy.DATE)]


class PastSums:
    """Sums before instants (microseconds), by group. Entries come in any order."""

    def __init__(self, instants: Iterable[int]) -> None:
        self.instants: Final = tuple(sorted(set(instants)))
        self._changes: dict[Group, dict[int, dict[int, int]]] = {}

    def add(self, entered: Iterable[Entry], groups_of: Mapping[str, Sequence[Group]]) -> None:
        """Adds the entries of a case; `groups_of`: the groups of each unit, others are left out."""
        for instant, unit, measure, n in entered:
            place = bisect_right(self.instants, instant)  # the first that it lies before
            if place < len(self.instants):
                for group in groups_of.get(unit, ()):
                    change = self._changes.setdefault(group, {}).setdefault(place, {})
                    change[measure] = change.get(measure, 0) + n

    def before(self, group: Group) -> list[Vector]:
        """For each instant what lies before it: the measures in their order, then `DUE_SOON_OR_OVERDUE`."""
        changes = self._changes.get(group, {})
        row = [0] * (WIDTH + 1)
        rows = [row] * len(self.instants)
        for place, after in pairwise([*sorted(changes), len(self.instants)]):
            row = list(row)
            for measure, n in changes[place].items():
                row[measure] += n
            rows[place:after] = [row] * (after - place)
        return rows


def past_entries(found: Standing, rules: Rules, due_soon_days: int) -> list[Entry]:
    """The entries of a case under the database's policy, those of `DUE_SOON_OR_OVERDUE` among them.

    Those under `date` are always there: from its settlements the backlog follows (`projections.figures.pending`).
    """
    entered = [*shared_entries(found, rules), *entries_under(found, Policy.DATE, rules)]
    if rules.policy is not Policy.DATE:
        entered += entries_under(found, rules.policy, rules)
    return entered + _due_soon_or_overdue(found, rules, due_soon_days)


def _due_soon_or_overdue(found: Standing, rules: Rules, due_soon_days: int) -> list[Entry]:
    """A case is due soon or overdue, by local days, when it would be overdue if it were due that much earlier."""
    own = found.under(rules.policy)
    if own.standing is None:
        return []
    earlier = structs.replace(own, standing=rules.days.shift(own.standing, -due_soon_days - 1))
    entered = entries_under(structs.replace(found, by_date=earlier), Policy.DATE, rules)
    return [
        (instant, unit, DUE_SOON_OR_OVERDUE, n) for instant, unit, measure, n in entered if measure == _OVERDUE_BY_DATE
    ]
