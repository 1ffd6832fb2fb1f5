"""What no sender can mean: facts that cannot be recorded, which only the world can tell: clock and unit tree."""

from typing import Final

from events.errors import Refused
from events.facts import Fact, Overdue, Received, Rescheduled, Transferred
from events.instants import DAY, MINUTE
from projections.standing import Rules

AHEAD_MAX: Final = 5 * MINUTE
DUE_AHEAD_MAX: Final = 36_525 * DAY
EARLIEST: Final = -2_208_988_800 * 1_000_000
"""1900-01-01T00:00:00Z."""


def incredible(fact: Fact, rules: Rules, recorded_at: int) -> Refused | None:
    """Why a fact cannot be recorded; None where it can. `recorded_at` in microseconds."""
    time, body = fact.time, fact.body
    if time < EARLIEST or time > recorded_at + AHEAD_MAX:
        return Refused("time_out_of_range", "time is before 1900 or more than 5 minutes ahead of the clock")
    if isinstance(body, (Received, Rescheduled, Overdue)):
        due = body.due
        if due is not None and (due < EARLIEST or due > time + DUE_AHEAD_MAX):
            return Refused("due_out_of_range", "due is before 1900 or more than 100 years after its fact")
    if isinstance(body, (Received, Transferred)) and not _known_unit(body.unit, rules):
        return Refused("unknown_unit", f"unit {body.unit!r} is not registered")
    return None


def _known_unit(unit: str, rules: Rules) -> bool:
    return unit in rules.units.plain or unit in rules.units
