"""The sums that a report reads: from the balances before its bounds, and the tallies of the days between.

Without balances all days before a bound are summed: over ten years of a nation that takes ten seconds.
"""

from collections.abc import Sequence
from typing import Final

from events.facts import Kind
from projections.balances import Balance, add, buckets_of
from projections.buckets import Buckets
from projections.figures import measures_of
from projections.measures import MEASURES, POLICIES, Policy, expanded
from projections.zone import date_of
from services.postgres.balance_table import read_balances, read_struck
from services.postgres.connection import Connection
from services.postgres.tally_table import COLUMNS

_MEMORY: Final = "set local work_mem = '128MB'"
"""Keeps the groups in memory instead of sorting them on disk."""


def _sum(measure: int) -> str:
    stored = [COLUMNS[one] for one in range(len(MEASURES)) if measure in expanded({one: 1})]
    return f"sum({' + '.join(stored)})::bigint"


_READ: Final = {policy: measures_of(policy) for policy in POLICIES}
_SUMS: Final = {
    policy: f"select unit, {', '.join(map(_sum, _READ[policy]))} from tallies where kind = $1 and day < $2"
    for policy in POLICIES
}
_SINCE: Final = " and day >= $3"
_BY_UNIT: Final = " group by unit"


async def read_report_sums(connection: Connection, bounds: Sequence[int], kind: Kind, policy: Policy) -> Buckets:
    """Tallies of all shards summed between bounds (local days), in the transaction of the connection.

    What lies at or after the last bound is left out, and so are measures that no figure under the policy is made of.
    """
    found = sorted(set(bounds))
    await connection.execute(_MEMORY)
    starts = await _balances_before(connection, found, kind)
    before: list[Balance] = []
    for place, bound in enumerate(found):
        day, balance = starts[place]
        if place and (day is None or day <= found[place - 1]):  # the bound before is the nearer start
            day, balance = found[place - 1], before[-1]
        before.append(await _further(connection, balance, day, bound, kind, policy))
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
    connection: Connection, balance: Balance, day: int | None, bound: int, kind: Kind, policy: Policy
) -> Balance:
    """The sums before a bound, from those before an earlier day; None: from nothing."""
    if day == bound:
        return balance
    if day is None:
        rows = await connection.fetch(_SUMS[policy] + _BY_UNIT, kind, date_of(bound))
    else:
        rows = await connection.fetch(_SUMS[policy] + _SINCE + _BY_UNIT, kind, date_of(bound), date_of(day))
    found = {unit: list(vector) for unit, vector in balance.items()} if rows else balance
    for unit, *sums in rows:
        add(found, unit, zip(_READ[policy], sums, strict=True))
    return found
