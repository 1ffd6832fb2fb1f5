"""The few columns of a case that queries need beside its facts."""

from collections.abc import Iterable

from msgspec import Struct

from events.case import Case
from events.facts import DEADLINES_SOURCE, Fact, Overdue
from projections.labels import overdue_time
from projections.standing import Rules, Standing, standing


class CaseRow(Struct, frozen=True, gc=False):
    """Derived columns; instants in microseconds, None where there is no such thing.

    `due_date_at`, `due_instant_at`: effective due under either policy, the second only where it differs from the
    first. `overdue_at`: when the overdue fact that is still missing is due to be written.
    """

    kind: str
    unit: str
    received_at: int | None
    due_date_at: int | None
    due_instant_at: int | None
    ended_at: int | None
    is_open: bool
    overdue_at: int | None


EMPTY = CaseRow("procedure", "", None, None, None, None, is_open=False, overdue_at=None)


def case_row(case: Case | None, facts: Iterable[Fact], rules: Rules) -> CaseRow:
    """The columns of a case; those of a case that was never received are empty.

    `facts` are all recorded ones: an overdue fact is written once, also if it was retracted since.
    """
    return case_row_of(standing(case, rules), facts, rules)


def case_row_of(found: Standing | None, facts: Iterable[Fact], rules: Rules) -> CaseRow:
    """The same, where the standing is already known."""
    if found is None:
        return EMPTY
    end, by_date, by_instant = found.case.end, found.by_date.due, found.by_instant.due
    wanted = overdue_time(found.case, found.under(rules.policy), rules.policy, rules.days)
    if wanted is not None and _is_noted(wanted[1], facts):
        wanted = None
    return CaseRow(
        found.received.kind,
        found.last_unit,
        found.received_at,
        by_date,
        by_instant if by_instant != by_date else None,
        None if end is None else end.time,
        end is None,
        None if wanted is None else wanted[0],
    )


def _is_noted(due: int, facts: Iterable[Fact]) -> bool:
    """Whether the overdue fact for a due date was written already."""
    for fact in facts:
        body = fact.body
        if isinstance(body, Overdue) and body.due == due and fact.source == DEADLINES_SOURCE:
            return True
    return False
