"""Where a case stands: holders under today's codes and the deadline under each policy, found once and used by all."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from events.case import Case, Holder
from events.facts import Received
from projections.calendar import Calendar
from projections.deadline import Deadline, deadline
from projections.measures import DATE, INSTANT, Policy
from projections.procedures import ProcedureRegistry
from projections.units import UnitTree
from projections.zone import LocalDays


class Rules(Struct, frozen=True):
    """What a figure depends on besides the facts: local days, the database's policy, the units.

    `procedures` and `calendar` say which due date a case is promised that comes without one; None where none is loaded.
    """

    days: LocalDays
    policy: Policy
    units: UnitTree
    procedures: ProcedureRegistry | None = None
    calendar: Calendar | None = None

    def same_versions(self, other: "Rules") -> bool:
        """Whether both are of the same load of reference data: what was worked out under one holds under the other."""
        return self.units is other.units and self.procedures is other.procedures and self.calendar is other.calendar


FOREVER: Final = 1 << 62
"""An instant after every other: a state that still holds."""


class Standing(Struct, frozen=True, gc=False):
    """A case that was received.

    `last_unit` is the present or last holder; `valid`: every code was valid when its unit took over; `until` is the end
    as an instant of counting, never before the reception, and `FOREVER` while the case is open.
    """

    case: Case
    received: Received
    received_at: int
    holders: Sequence[Holder]
    last_unit: str
    valid: bool
    until: int
    by_date: Deadline
    by_instant: Deadline

    def under(self, policy: Policy) -> Deadline:
        return self.by_date if policy is DATE else self.by_instant


def standing(case: Case | None, rules: Rules) -> Standing | None:
    """None for a case that was never received."""
    if case is None or case.received is None or case.received_at is None:
        return None
    holders, valid = _resolved(case.holders, rules)
    by_date = deadline(case, DATE, rules.days)
    plain = not case.steps and case.open_pause is None
    by_instant = by_date if plain else deadline(case, INSTANT, rules.days)
    until = FOREVER if case.end is None else max(case.end.time, case.received_at)
    last = holders[-1].unit
    return Standing(case, case.received, case.received_at, holders, last, valid, until, by_date, by_instant)


def _resolved(holders: Sequence[Holder], rules: Rules) -> tuple[Sequence[Holder], bool]:
    """Holders under the codes valid on the day they took over; a transfer within one unit is none."""
    if len(holders) == 1 and holders[0].unit in rules.units.plain:
        return holders, True
    resolved: list[Holder] = []
    all_valid = True
    for holder in holders:
        unit, valid = rules.units.resolve(holder.unit, rules.days.day_of(holder.since))
        all_valid = all_valid and valid
        if not resolved or resolved[-1].unit != unit:
            resolved.append(holder if valid else Holder(unit, holder.since))
    return resolved, all_valid
