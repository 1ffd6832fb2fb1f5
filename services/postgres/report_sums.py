"""The sums that a report reads: the measures of its policy, over the days before its end.

A nation's year has a million rows of tallies: leaving out what no figure asks for, and keeping the groups in memory
instead of sorting them on disk, halves the time.
"""

from collections.abc import Sequence
from typing import Final

from events.facts import Kind
from projections.buckets import Buckets
from projections.figures import measures_of
from projections.measures import MEASURES, POLICIES, Policy, expanded
from projections.zone import date_of
from services.postgres.connection import Connection
from services.postgres.tally_table import COLUMNS

_MEMORY: Final = "set local work_mem = '128MB'"


def _sum(measure: int) -> str:
    stored = [COLUMNS[one] for one in range(len(MEASURES)) if measure in expanded({one: 1})]
    return f"sum({' + '.join(stored)})::bigint"


_READ: Final = {policy: measures_of(policy) for policy in POLICIES}
_SUMS: Final = {
    policy: (
        f"select width_bucket(day, $1::date[]), unit, {', '.join(map(_sum, _READ[policy]))} "
        "from tallies where kind = $2 and day < $3 group by 1, 2"
    )
    for policy in POLICIES
}


async def read_report_sums(connection: Connection, bounds: Sequence[int], kind: Kind, policy: Policy) -> Buckets:
    """Tallies of all shards summed between bounds (local days), in the transaction of the connection.

    What lies at or after the last bound is left out, and so are measures that no figure under the policy is made of.
    """
    found = Buckets(bounds)
    await connection.execute(_MEMORY)
    days = [date_of(day) for day in found.bounds]
    for bucket, unit, *sums in await connection.fetch(_SUMS[policy], days, kind, days[-1]):
        found.add_measures(bucket, unit, zip(_READ[policy], sums, strict=True))
    return found
