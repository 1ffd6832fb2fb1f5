"""Working days of the sample province. A day is a proleptic ordinal (`date.toordinal`)."""

from datetime import date
from functools import lru_cache

_TET_SPANS: tuple[tuple[str, str], ...] = (
    ("2024-02-08", "2024-02-14"),
    ("2025-01-25", "2025-02-02"),
    ("2026-02-14", "2026-02-22"),
    ("2027-02-05", "2027-02-13"),
)
_OTHER_SPANS: tuple[tuple[str, str], ...] = (
    # Hùng kings, reunification and labour day, national day, with the days exchanged around them
    ("2024-04-18", "2024-04-18"),
    ("2024-04-29", "2024-05-01"),
    ("2024-09-02", "2024-09-03"),
    ("2025-04-07", "2025-04-07"),
    ("2025-04-30", "2025-05-02"),
    ("2025-09-01", "2025-09-02"),
    ("2026-01-02", "2026-01-02"),
    ("2026-04-27", "2026-04-27"),
    ("2026-08-31", "2026-09-02"),
    ("2027-04-16", "2027-04-16"),
    ("2027-05-03", "2027-05-03"),
    ("2027-09-02", "2027-09-03"),
)
_EVERY_YEAR = frozenset({(1, 1), (4, 30), (5, 1), (9, 2)})
_MAKE_UP = frozenset(
    date.fromisoformat(day).toordinal() for day in ("2024-05-04", "2025-04-26", "2026-01-10", "2026-08-22")
)


def _days(spans: tuple[tuple[str, str], ...]) -> frozenset[int]:
    ordinals = ((date.fromisoformat(a).toordinal(), date.fromisoformat(b).toordinal()) for a, b in spans)
    return frozenset(day for first, last in ordinals for day in range(first, last + 1))


_TET = _days(_TET_SPANS)
_HOLIDAYS = _TET | _days(_OTHER_SPANS)


def is_tet(day: int) -> bool:
    """Whether the whole province is closed for the lunar new year (known for 2024 to 2027)."""
    return day in _TET


@lru_cache(maxsize=4096)
def is_working_day(day: int) -> bool:
    """Monday to Friday without holidays, and the Saturdays worked in exchange."""
    when = date.fromordinal(day)
    if day in _HOLIDAYS or (when.month, when.day) in _EVERY_YEAR:
        return False
    return when.weekday() < 5 or day in _MAKE_UP


@lru_cache(maxsize=65_536)
def working_day_after(day: int, count: int) -> int:
    """The `count`-th working day after `day`, which itself is not counted; count is 1 or more."""
    while count:
        day += 1
        count -= is_working_day(day)
    return day


def last_working_day(day: int) -> int:
    """`day` itself where it is worked, else the nearest working day before it."""
    while not is_working_day(day):
        day -= 1
    return day
