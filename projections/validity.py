"""Days on which a row of reference data holds: local days (ordinals) from `valid_from` to before `valid_to`."""

from datetime import date
from typing import Protocol

from projections.units import BEGINNING, FOREVER
from projections.zone import date_of


class Valid(Protocol):
    """A row with validity dates; `BEGINNING` and `FOREVER` where there is none."""

    @property
    def valid_from(self) -> int: ...

    @property
    def valid_to(self) -> int: ...


def valid_on(one: Valid, day: int) -> bool:
    """Whether a row holds on a day."""
    return one.valid_from <= day < one.valid_to


def overlap(one: Valid, other: Valid) -> bool:
    """Whether two rows hold on the same day."""
    return one.valid_from < other.valid_to and other.valid_from < one.valid_to


def dates_of(one: Valid) -> tuple[date | None, date | None]:
    """First day and day after the last, None where there is none."""
    begin = None if one.valid_from == BEGINNING else date_of(one.valid_from)
    return begin, None if one.valid_to == FOREVER else date_of(one.valid_to)


def days_of(begin: date | None, end: date | None) -> tuple[int, int]:
    """`valid_from` and `valid_to` from the dates of `dates_of`."""
    return BEGINNING if begin is None else begin.toordinal(), FOREVER if end is None else end.toordinal()
