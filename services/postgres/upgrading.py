"""After a step that adds measures: every recorded case is counted anew, in the transaction of the steps."""

from collections.abc import Iterable
from typing import Final

from projections.measures import Policy
from services.postgres.connection import Connection, Pool
from services.postgres.recounting import recount
from services.postgres.store import PostgresStore

_RECOUNTED: Final = frozenset({5})
"""Steps after which cases are counted otherwise than before."""


def counted_otherwise(steps: Iterable[int]) -> bool:
    """Whether one of the steps adds measures."""
    return not _RECOUNTED.isdisjoint(steps)


async def recount_after_upgrade(pool: Pool, connection: Connection) -> int:
    """Inside the caller's transaction, with every step applied; returns how many cases are counted otherwise now."""
    rows = await connection.fetch("select name, value from settings where name in ('time_zone', 'policy')")
    founded = {row["name"]: row["value"] for row in rows}
    if len(founded) < 2:
        return 0  # nothing was ever recorded
    store = PostgresStore(pool, time_zone=founded["time_zone"], policy=Policy(founded["policy"]))
    return await recount(connection, await store.rules_now(connection))
