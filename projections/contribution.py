"""What one case adds to the tallies: its contribution, a pure function of the case."""

from collections.abc import Iterable

from msgspec import structs

from events.case import Case
from projections.counted import BASIS, NOTHING, Cell, Contribution
from projections.entries import (
    Entry,
    entries_under,
    policies_agree,
    refusal_entries,
    shared_entries,
)
from projections.measures import DATE, INSTANT, SHARED, TO_INSTANT
from projections.standing import Rules, Standing, standing
from projections.zone import LocalDays

_Sums = dict[tuple[int, str, int], int]


def contribution(case: Case | None, rules: Rules) -> Contribution:
    """The tallies of one case, without zeros."""
    return contribution_of(case, standing(case, rules), rules)


def contribution_of(case: Case | None, found: Standing | None, rules: Rules) -> Contribution:
    """The same, where the standing is already known."""
    if case is None:
        return NOTHING
    days, found_problems = rules.days, problems_of(case, found, rules)
    words = tuple(sorted(found_problems)) if found_problems else ()
    if found is None:
        return Contribution(
            "procedure", _cells_of(refusal_entries(case), days), days.day_of(case.first_time), "", words, BASIS
        )
    cells = _cells_of(shared_entries(found, rules) + entries_under(found, DATE, rules), days)
    if not policies_agree(found, days):
        cells = _with_difference(cells, found, rules)
    return Contribution(found.received.kind, cells, days.day_of(found.received_at), found.last_unit, words, BASIS)


def _cells_of(entered: list[Entry], days: LocalDays) -> tuple[Cell, ...]:
    """The cells that entries fall into. Most often each has its own; only equal ones need be summed."""
    day_of = days.day_of
    cells = [(day_of(instant), unit, measure, n) for instant, unit, measure, n in entered]
    if len({cell[:3] for cell in cells}) == len(cells):
        return tuple(cells)
    return _cells(_summed(cells))


def _with_difference(cells: tuple[Cell, ...], found: Standing, rules: Rules) -> tuple[Cell, ...]:
    """Adds by how much the measures under `instant` differ from those under `date`."""
    sums = _summed(cells)
    for day, unit, measure, n in _cells_of(entries_under(found, INSTANT, rules), rules.days):
        key = day, unit, measure
        sums[key] = sums.get(key, 0) + n
    for day, unit, measure, n in _cells_of(entries_under(found, DATE, rules), rules.days):
        key = day, unit, measure + TO_INSTANT
        sums[key] = sums.get(key, 0) - n
    return _cells(sums)


def _summed(cells: Iterable[Cell]) -> _Sums:
    sums: _Sums = {}
    for day, unit, measure, n in cells:
        key = day, unit, measure
        sums[key] = sums.get(key, 0) + n
    return sums


def _cells(sums: _Sums) -> tuple[Cell, ...]:
    return tuple([(*key, n) for key, n in sums.items() if n])


def in_present_form(counted: Contribution) -> Contribution:
    """A stored contribution of any form ever written, in the present one."""
    if counted.basis == BASIS:
        return counted
    sums = _summed(counted.cells)
    for day, unit, measure, n in counted.cells:
        if measure in SHARED:
            key = day, unit, measure + TO_INSTANT
            sums[key] = sums.get(key, 0) - n
    return structs.replace(counted, cells=_cells(sums), basis=BASIS)


def problems(case: Case, rules: Rules) -> set[str]:
    """The data-quality problems of a case, those of the fold and those that need a calendar or the unit tree."""
    return problems_of(case, standing(case, rules), rules)


def problems_of(case: Case, found: Standing | None, rules: Rules) -> set[str]:
    """The same, where the standing is already known."""
    words = set(case.problems)
    if found is None:
        return words
    day_of, end, due, received_at = rules.days.day_of, case.end, found.by_date.standing, found.received_at
    if end is not None and end.time < received_at and day_of(end.time) < day_of(received_at):
        words.add("ended_before_received")
    if due is not None and due < received_at and day_of(due) < day_of(received_at):
        words.add("due_before_received")
    if not found.valid:
        words.add("unit_not_valid")
    return words
