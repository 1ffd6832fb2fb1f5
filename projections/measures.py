"""The measures that are tallied per (local day, unit, kind of case), all integers.

Three sorts, and the whole of reporting rests on telling them apart:

- A *flow* counts what happened on a day. The figure of `[a, b)` is the sum over its days.
- A *state* is tallied as its change over a day: the state at the midnight that ends the day less the state at the
  midnight that begins it. The state at midnight `b` is the sum over all days before `b`.
- A *calendar* measure says what is the case now, spread over due days (open cases by the day they are due).

The backlog itself is no measure: it follows from the flows (`domain.md`, identity).
Measures that depend on the label policy exist once for each policy.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Policy(StrEnum):
    """How an end is compared with a due date (`domain.md`, Labels)."""

    DATE = "date"
    INSTANT = "instant"


DATE: Final = Policy.DATE
INSTANT: Final = Policy.INSTANT
"""The members by a name of the module: asked of their class they cost Python 3.11 five times as much, a dozen times a
case."""
POLICIES: Final = (DATE, INSTANT)

PLAIN_FLOWS: Final = (
    "new",  # N, day of received_at, unit that received it
    "new_online",  # N with channel online
    "transferred_in",  # T_in, day of the transfer, unit that takes over
    "transferred_out",  # T_out, day of the transfer, unit that hands over
    "closed",  # X, day of the end, last holder
    "returned",  # hand-over, day of max(first returned, received_at), last holder
    "became_overdue",  # day of the overdue fact that counts, holder at that time
    "refused_at_desk",  # closed as rejected and never received, day of that fact, unit ""
)
POLICY_FLOWS: Final = (
    "settled_early",  # S by label, day of max(end, received_at), last holder
    "settled_on_time",
    "settled_late",
    "fell_due",  # D, day of max(effective due, received_at), last holder; closed cases and open pauses left out
    "fell_due_on_time",  # those of D that are settled early or on time, whenever; same day
)
POLICY_STATES: Final = (
    "overdue",  # P_overdue by the holder at the time
    "paused",  # P_paused by the holder at the time
)
POLICY_CALENDARS: Final = (
    "open_due",  # open, not paused now, with a due date: on the day of the effective due, present holder
)
FIELD_FLOWS: Final = (
    "digitised_yes",  # N that say so, as `new`
    "digitised_no",
    "electronic_result_yes",  # S whose decision says so, day of max(end, received_at), last holder
    "electronic_result_no",
    "paid_online",  # S that were paid for so, likewise
    "paid_counter",
)
"""Flows of cases whose senders fill in a field; cases without the field are in none. They stand last, for stored rows
name a measure by its place: a measure that is added goes to the end."""


def under(measure: str, policy: Policy) -> str:
    """Name of a policy-dependent measure: `settled_late` under `instant` is `settled_late_instant`."""
    return f"{measure}_{policy.value}"


_BY_POLICY: Final = tuple(
    under(measure, policy) for policy in POLICIES for measure in POLICY_FLOWS + POLICY_STATES + POLICY_CALENDARS
)
MEASURES: Final[tuple[str, ...]] = PLAIN_FLOWS + _BY_POLICY + FIELD_FLOWS
INDEX: Final[dict[str, int]] = {name: position for position, name in enumerate(MEASURES)}

SHARED: Final = range(len(PLAIN_FLOWS), len(PLAIN_FLOWS) + len(_BY_POLICY) // len(POLICIES))
"""Indexes of the measures under `date`."""
TO_INSTANT: Final = len(SHARED)
"""From the index of a measure under `date` to that of the same measure under `instant`."""


def expanded(change: Mapping[int, int]) -> dict[int, int]:
    """What a change says of each measure.

    The policies agree about nearly every case and day. So in a stored change a measure under `date` counts under both,
    and the one under `instant` holds only by how much it differs: half the cells to compute, write and sum.
    """
    found = dict(change)
    for measure, n in change.items():
        if measure in SHARED:
            found[measure + TO_INSTANT] = found.get(measure + TO_INSTANT, 0) + n
    return found


PROBLEMS: Final = (
    "closed_after_end",
    "due_before_received",
    "due_missing",
    "ended_before_received",
    "never_received",
    "overdue_from_sender",
    "processed_twice",
    "received_twice",
    "reopened_while_open",
    "resumed_without_pause",
    "returned_before_processed",
    "returned_without_processed",
    "transfer_out_of_place",
    "unit_not_valid",
)
"""Data-quality problems (`domain.md`, Fold rules). Each counts a case once, under its last holder, on the day of
`received_at`; a case that was never received counts under unit "" on the day of its first fact."""
