"""The few columns of a case that queries need beside its facts."""

from collections.abc import Iterable

from msgspec import Struct

from events.case import Case
from events.facts import DEADLINES_SOURCE, Fact, Overdue
from projections.contribution import Rules
from projections.deadline import deadline
from projections.labels import overdue_time
from projections.measures import Policy


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
    """The columns of a case; those of a case without facts that stand are empty.

    `facts` are all recorded ones: an overdue fact is written once, also if it was retracted since.
    """
    if case is None or case.received is None:
        return EMPTY
    by_date = deadline(case, Policy.DATE, rules.days)
    by_instant = by_date if not case.steps and case.open_pause is None else deadline(case, Policy.INSTANT, rules.days)
    own = by_date if rules.policy is Policy.DATE else by_instant
    wanted = overdue_time(case, own, rules.policy, rules.days)
    if wanted is not None and any(_notes(fact, wanted[1]) for fact in facts):
        wanted = None
    last = case.holders[-1]
    return CaseRow(
        kind=case.received.kind,
        unit=rules.units.resolve(last.unit, rules.days.day_of(last.since))[0],
        received_at=case.received_at,
        due_date_at=by_date.due,
        due_instant_at=by_instant.due if by_instant.due != by_date.due else None,
        ended_at=None if case.end is None else case.end.time,
        is_open=case.end is None,
        overdue_at=None if wanted is None else wanted[0],
    )


def _notes(fact: Fact, due: int) -> bool:
    return fact.source == DEADLINES_SOURCE and isinstance(fact.body, Overdue) and fact.body.due == due
