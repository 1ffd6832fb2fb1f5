"""Balances against the tallies that the second implementation makes of the archive."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping
from datetime import date
from typing import Any, Final

from msgspec import Struct

from events.facts import KINDS, Kind
from projections.measures import MEASURES
from projections.zone import date_of
from services.postgres.balance_table import Struck, read_balances, read_struck
from services.postgres.connection import Connection

DAYS_AT_ONCE: Final = 24
"""Balances of a nation held in memory."""
Cell = tuple[date, str, str]
"""Local day, unit, kind of case."""
Counted = dict[tuple[Any, ...], Mapping[str, int]]


class CheckedBalance(Struct, frozen=True):
    """The balance before a midnight: integers that are not 0, as the archive and as the database have them."""

    expected: Counted
    actual: Counted


async def checked_balances(
    connection: Connection, tallies: Mapping[Cell, Mapping[str, int]]
) -> AsyncIterator[CheckedBalance]:
    """Every balance that a report would read, in the connection's snapshot; none where none are valid."""
    struck = await read_struck(connection)
    if struck is None:
        return
    for kind in KINDS:
        by_day: dict[int, dict[str, Mapping[str, int]]] = defaultdict(dict)
        for (day, unit, of_kind), cell in tallies.items():
            if of_kind == kind:
                by_day[day.toordinal()][unit] = cell
        async for checked in _checked(connection, struck, kind, by_day):
            yield checked


async def _checked(
    connection: Connection, struck: Struck, kind: Kind, tallies: Mapping[int, Mapping[str, Mapping[str, int]]]
) -> AsyncIterator[CheckedBalance]:
    """In order of the midnights; `tallies` by day and unit."""
    waiting = sorted(tallies, reverse=True)
    so_far: dict[str, Counter[str]] = defaultdict(Counter)
    for begin in range(0, len(struck.days), DAYS_AT_ONCE):
        balances = await read_balances(connection, struck, struck.days[begin : begin + DAYS_AT_ONCE], kind)
        for midnight, balance in balances.items():
            while waiting and waiting[-1] < midnight:
                for unit, cell in tallies[waiting.pop()].items():
                    so_far[unit].update(cell)
            named = {unit: dict(zip(MEASURES, vector, strict=True)) for unit, vector in balance.items()}
            yield CheckedBalance(_counted(midnight, kind, so_far), _counted(midnight, kind, named))


def _counted(midnight: int, kind: Kind, sums: Mapping[str, Mapping[str, int]]) -> Counted:
    counted = {(date_of(midnight), unit, kind): {name: n for name, n in one.items() if n} for unit, one in sums.items()}
    return {key: cell for key, cell in counted.items() if cell}
