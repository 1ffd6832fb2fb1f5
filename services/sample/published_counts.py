"""The published figures of a reporting year, and the fates that cases must have for them to come out exactly."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from msgspec import Struct

YEAR_BEGIN: Final = date(2023, 12, 15).toordinal()
YEAR_END: Final = date(2024, 12, 15).toordinal()
"""The reporting year 2024 as local days, `[begin, end)`."""
_LAST_SHARE_PERCENT: Final = 9


class Span(StrEnum):
    """When a case is filed: before the year (it is carried over), in the year, or in its last weeks."""

    BEFORE = "before"
    MAIN = "main"
    LAST = "last"


class Fate(StrEnum):
    """How a case stands at the end of the year."""

    IN_TIME = "in_time"
    LATE = "late"
    CLOSED = "closed"
    OVERDUE = "overdue"
    PENDING = "pending"


class Volume(Struct, frozen=True):
    """Counts of one level over the year, in cases: `received` is N, `carried_over` C, `settled` S, `closed` X.

    `in_time` of the settled ones are early or on time; `overdue` of the open ones are past their due day at the end.
    `due_always`: every case has a due date.
    """

    level: str
    received: int
    settled: int
    in_time: int
    carried_over: int
    closed: int
    overdue: int
    due_always: bool = False

    @property
    def late(self) -> int:
        return self.settled - self.in_time

    @property
    def pending(self) -> int:
        """Open at the end and not yet due."""
        return self.received + self.carried_over - self.settled - self.closed - self.overdue

    def one_in(self, divisor: int) -> "Volume":
        """A smaller year: every count divided, rounded down."""
        return Volume(
            self.level,
            self.received // divisor,
            self.settled // divisor,
            self.in_time // divisor,
            self.carried_over // divisor,
            self.closed // divisor,
            self.overdue // divisor,
            self.due_always,
        )


PUBLISHED_YEAR: Final = (
    Volume("department", 309_699, 287_088, 276_060, carried_over=6_194, closed=1_548, overdue=2_212),
    Volume("district", 36_307, 33_528, 33_204, carried_over=726, closed=181, overdue=64),
    Volume("commune", 206_628, 198_564, 194_961, carried_over=4_132, closed=1_033, overdue=403),
)
"""AC-01 to AC-04: received, settled, early or on time as published; what was not published is chosen."""
PUBLISHED_DUE: Final = (
    Volume("commune", 17_413, 17_225, 16_325, carried_over=664, closed=0, overdue=387, due_always=True),
)
"""AC-09: of 18,077 cases 465 are not yet due; of the others 16,325 were settled early or on time."""

Plan = Mapping[Span, Mapping[Fate, int]]
"""Number of cases by span and fate."""


class VolumeImpossible(ValueError):
    """Counts that no set of cases has."""


def plan_of(volume: Volume) -> Plan:
    """How many cases of each span meet each fate; raises `VolumeImpossible`.

    Cases filed in the last weeks are settled in time or not yet due: a late one needs a due day that passed.
    """
    late_before = volume.carried_over * volume.late // max(volume.settled, 1)
    in_time_before = volume.carried_over - late_before
    last = max(volume.received * _LAST_SHARE_PERCENT // 100, volume.pending)
    in_time_last = last - volume.pending
    plan = {
        Span.BEFORE: {Fate.IN_TIME: in_time_before, Fate.LATE: late_before},
        Span.MAIN: {
            Fate.IN_TIME: volume.in_time - in_time_before - in_time_last,
            Fate.LATE: volume.late - late_before,
            Fate.CLOSED: volume.closed,
            Fate.OVERDUE: volume.overdue,
        },
        Span.LAST: {Fate.IN_TIME: in_time_last, Fate.PENDING: volume.pending},
    }
    if any(count < 0 for fates in plan.values() for count in fates.values()):
        raise VolumeImpossible(f"{volume.level}: no set of cases has the counts {volume}")
    return plan
