"""When cases are filed: days of the week, holidays, hours of the day."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise
from random import Random

from services.sample.local_time import DAY_SECONDS
from services.sample.office_calendar import is_tet, is_working_day

HISTORY_DAYS = 425
_HALF_HOUR = 1800
_WEEKDAYS = (142, 108, 102, 96, 92, 80, 80)
_DAY_OFF, _TET, _FIRST_DAYS_AFTER_TET = 9, 2, 130


def _slots(*hours: tuple[float, int]) -> tuple[int, ...]:
    """Second of the day at which a half hour starts, as often as its weight says."""
    return tuple(int(hour * 3600) for hour, weight in hours for _ in range(weight))


OFFICE_SLOTS = _slots(
    *((7.5, 4), (8, 10), (8.5, 12), (9, 11), (9.5, 9), (10, 7), (10.5, 5), (11, 3)),
    *((13.5, 5), (14, 7), (14.5, 7), (15, 5), (15.5, 4), (16, 3), (16.5, 2)),
)
ONLINE_SLOTS = _slots(*((6 + half / 2, 3 if 4 <= half < 22 else 1) for half in range(34)), (20, 3), (20.5, 3))


@dataclass(frozen=True, slots=True)
class Day:
    """One local day: its ordinal, the half hours in which cases come in, and its relative weight."""

    ordinal: int
    office: tuple[int, ...]
    online: tuple[int, ...]
    weight: int


def days_before(horizon: int) -> list[Day]:
    """The days up to `horizon` (local seconds), the last one cut off there; at night it may be empty."""
    last, second = divmod(horizon, DAY_SECONDS)
    whole = [_day(ordinal, DAY_SECONDS) for ordinal in range(last - HISTORY_DAYS, last)]
    return [*whole, _day(last, second)]


def cases_of_days(days: list[Day], cases: int, rng: Random) -> Iterator[tuple[Day, int]]:
    """Each day with its number of cases; the numbers sum to `cases`."""
    weights = [day.weight * (92 + int(rng.random() * 17)) for day in days]
    total = sum(weights)
    shares = [cases * so_far // total for so_far in accumulate(weights, initial=0)]
    for day, (before, after) in zip(days, pairwise(shares), strict=True):
        yield day, after - before


def second_of_day(rng: Random, slots: tuple[int, ...]) -> int:
    """A second within one of the half hours (at least one)."""
    return slots[int(rng.random() * len(slots))] + int(rng.random() * _HALF_HOUR)


def _day(ordinal: int, end_second: int) -> Day:
    office = OFFICE_SLOTS if is_working_day(ordinal) else ()
    office_done = tuple(slot for slot in office if slot + _HALF_HOUR <= end_second)
    online_done = tuple(slot for slot in ONLINE_SLOTS if slot + _HALF_HOUR <= end_second)
    done, whole = (office_done, office) if office else (online_done, ONLINE_SLOTS)
    return Day(ordinal, office_done, online_done, 100 * _weight(ordinal) * len(done) // len(whole))


def _weight(ordinal: int) -> int:
    if is_tet(ordinal):
        return _TET
    if not is_working_day(ordinal):
        return _DAY_OFF
    weight = _WEEKDAYS[(ordinal - 1) % 7]
    return weight * _FIRST_DAYS_AFTER_TET // 100 if _follows_tet(ordinal) else weight


def _follows_tet(ordinal: int) -> bool:
    return any(is_tet(day) for day in range(ordinal - 4, ordinal))
