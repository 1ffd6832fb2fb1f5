"""The sums that reports and live figures read: the balances before their bounds, and the tallies of the days between.

Without balances all days before a bound are summed: over ten years of a nation that takes ten seconds.
"""

from collections.abc import Sequence
from typing import Final

from events.facts import Kind
from projections.balances import Balance, add, buckets_of
from projections.buckets import Buckets
from projections.figures import measures_of
from projections.measures import MEASURES, Policy, expanded
from projections.zone import date_of
from services.postgres.balance_table import read_balances, read_struck
from services.postgres.connection import Connection
from services.postgres.tally_table import COLUMNS

_MEMORY: Final = "set local work_mem = '128MB'"
"""Keeps the groups in memory instead of sorting them on disk."""


def _sum(measure: int) -> str:
    stored = [COLUMNS[one] for one in range(len(MEASURES)) if measure in expanded({one: 1})]
    return f"sum({' + '.join(stored)})::bigint"


def _summed(measures: Sequence[int]) -> str:
    return f"select unit, {', '.join(map(_sum, measures))} from tallies where kind = $1 and day < $2"


EVERY: Final = tuple(range(len(MEASURES)))
_SINCE: Final = " and day >= $3"
_BY_UNIT: Final = " group by unit"


async def read_report_sums(connection: Connection, bounds: Sequence[int], kind: Kind, policy: Policy) -> Buckets:
    """What figures under a policy are made of: other measures are not all read (`read_sums`)."""
    return await read_sums(connection, bounds, kind, measures_of(policy))


async def read_sums(
    connection: Connection, bounds: Sequence[int], kind: Kind, measures: Sequence[int] = EVERY
) -> Buckets:
    """Tallies of all shards summed between bounds (local days), in the transaction of the connection.

    What lies at or after the last bound is left out.
    """
    found = sorted(set(bounds))
    await connection.execute(_MEMORY)
    starts = await _balances_before(connection, found, kind)
    before: list[Balance] = []
    for place, bound in enumerate(found):
        day, balance = starts[place]
        if place and (day is None or day <= found[place - 1]):  # the bound before is the nearer start
            day, balance = found[place - 1], before[-1]
        before.append(await _further(connection, balance, day, bound, kind, measures))
    return buckets_of(found, before)


async def _balances_before(
    connection: Connection, bounds: Sequence[int], kind: Kind
) -> list[tuple[int | None, Balance]]:
    """For each bound the midnight of the latest balance that does not lie behind it, and that balance."""
    struck = await read_struck(connection)
    if struck is None:
        return [(None, {}) for _ in bounds]
    starts = [struck.latest(bound) for bound in bounds]
    balances = await read_balances(connection, struck, {day for day in starts if day is not None}, kind)
    return [(day, {} if day is None else balances[day]) for day in starts]


async def _further(
    connection: Connection, balance: Balance, day: int | None, bound: int, kind: Kind, measures: Sequence[int]
) -> Balance:
    """The sums before a bound, from those before an earlier day; None: from nothing."""
    if day == bound:
        return balance
    query, days = _summed(measures), [date_of(bound)]
    if day is not None:
        query, days = query + _SINCE, [date_of(bound), date_of(day)]
    rows = await connection.fetch(query + _BY_UNIT, kind, *days)
    found = {unit: list(vector) for unit, vector in balance.items()} if rows else balance
    for unit, *sums in rows:
        add(found, unit, zip(measures, sums, strict=True))
    return found
