"""What one case adds to the tallies: its contribution, a pure function of the case."""

from typing import Final

from msgspec import Struct

from events.case import Case
from events.facts import Kind
from projections.entries import Entry, entries, entries_of
from projections.standing import Rules, Standing, standing

__all__ = ["NOTHING", "Contribution", "Entry", "Rules", "contribution", "contribution_of", "entries", "problems"]

Cell = tuple[int, str, int, int]
"""Local day, unit, index of the measure, n."""


class Contribution(Struct, frozen=True, gc=False, array_like=True):
    """What a case has been counted as. Stored with the case, so that exactly this is taken back when it changes."""

    kind: Kind = "procedure"
    cells: tuple[Cell, ...] = ()
    problem_day: int = 0
    problem_unit: str = ""
    problems: tuple[str, ...] = ()


NOTHING: Final = Contribution()


def contribution(case: Case | None, rules: Rules) -> Contribution:
    """The tallies of one case, without zeros."""
    return contribution_of(case, standing(case, rules), rules)


def contribution_of(case: Case | None, found: Standing | None, rules: Rules) -> Contribution:
    """The same, where the standing is already known."""
    if case is None:
        return NOTHING
    sums: dict[tuple[int, str, int], int] = {}
    day_of = rules.days.day_of
    for instant, unit, measure, n in entries_of(case, found, rules):
        key = day_of(instant), unit, measure
        sums[key] = sums.get(key, 0) + n
    cells = tuple([(day, unit, measure, n) for (day, unit, measure), n in sums.items() if n])
    words = tuple(sorted(problems_of(case, found, rules)))
    if found is None:
        return Contribution("procedure", cells, day_of(case.first_time), "", words)
    return Contribution(found.received.kind, cells, day_of(found.received_at), found.last_unit, words)


def problems(case: Case, rules: Rules) -> set[str]:
    """The data-quality problems of a case, those of the fold and those that need a calendar or the unit tree."""
    return problems_of(case, standing(case, rules), rules)


def problems_of(case: Case, found: Standing | None, rules: Rules) -> set[str]:
    """The same, where the standing is already known."""
    words = set(case.problems)
    if found is None:
        return words
    day_of = rules.days.day_of
    received_day = day_of(found.received_at)
    if case.end is not None and day_of(case.end.time) < received_day:
        words.add("ended_before_received")
    due = found.by_date.standing
    if due is not None and day_of(due) < received_day:
        words.add("due_before_received")
    if not found.valid:
        words.add("unit_not_valid")
    return words
