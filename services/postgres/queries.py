"""Questions that services ask of the database beside the projector's transaction."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from msgspec import Struct

from events.facts import Kind
from projections.batches import stored_case
from projections.effect import StoredCase
from projections.measures import Policy
from projections.zone import LocalDays
from services.deadlines import PassedDue
from services.postgres.connection import Connection, Pool, connected

_PASSED_DUE: Final = (
    "select case_id, overdue_at, {due} as due from cases where overdue_at < $1 order by overdue_at, case_id limit $2"
)
_DUE: Final = {Policy.DATE: "due_date_at", Policy.INSTANT: "coalesce(due_instant_at, due_date_at)"}
_TOUCHED: Final = (
    "select case_id, version, facts, counted from cases where kind = $3 and ("
    "case_id = any (select case_id from archive where occurred_at >= $1) "
    "or due_date_at >= $2 and due_date_at < $4 or due_instant_at >= $2 and due_instant_at < $4)"
)


class PassedDueInPostgres:
    """Cases whose overdue fact is missing, under the policy of the database."""

    def __init__(self, pool: Pool, policy: Policy) -> None:
        self._pool = pool
        self._query = _PASSED_DUE.format(due=_DUE[policy])

    async def passed_due(self, before: int, limit: int) -> list[PassedDue]:
        async with connected(self._pool) as connection:
            rows = await connection.fetch(self._query, before, limit)
        return [PassedDue(row["case_id"], row["overdue_at"], row["due"]) for row in rows]


@asynccontextmanager
async def snapshot(pool: Pool) -> AsyncIterator[Connection]:
    """A connection on which every query sees the same state of the database."""
    async with (
        connected(pool) as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        yield connection


async def cases_about(connection: Connection, instant: int, days: LocalDays, kind: Kind) -> list[StoredCase]:
    """Cases with a fact at or after an instant, or due on its local day.

    Only these can have something in the tallies of the instant's day that lies at or after the instant.
    """
    day = days.day_of(instant)
    rows = await connection.fetch(_TOUCHED, instant, days.start_of(day), kind, days.start_of(day + 1))
    return [stored_case(row["version"], row["facts"], row["counted"]) for row in rows]


class DeadLetter(Struct, frozen=True):
    """A record that could not become a fact. `recorded_at` in microseconds; `body` as received."""

    id: int
    reason: str
    topic: str
    partition: int
    offset: int
    recorded_at: int
    detail: str
    digest: bytes
    body: bytes
    handled: str | None = None
    handled_by: str | None = None


_DEAD: Final = (
    'select id, reason, topic, partition, position - base as "offset", recorded_at, detail, digest, body, '
    "handled, handled_by "
)


async def dead_letters(pool: Pool, limit: int) -> list[DeadLetter]:
    """The newest dead letters, newest first."""
    async with connected(pool) as connection:
        rows = await connection.fetch(_DEAD + "from dead_letters order by id desc limit $1", limit)
    return [DeadLetter(*row) for row in rows]


async def dead_letter(pool: Pool, letter_id: int) -> DeadLetter | None:
    """One dead letter."""
    async with connected(pool) as connection:
        row = await connection.fetchrow(_DEAD + "from dead_letters where id = $1", letter_id)
    return None if row is None else DeadLetter(*row)


async def case_facts(connection: Connection, case_id: str) -> StoredCase | None:
    """One case as its row keeps it."""
    row = await connection.fetchrow("select version, facts, counted from cases where case_id = $1", case_id)
    return None if row is None else stored_case(row["version"], row["facts"], row["counted"])


async def bodies(connection: Connection, places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], dict[str, Any]]:
    """Archive rows by (partition, position): recorded_at and the bytes as received."""
    rows = await connection.fetch(
        "select partition, position, recorded_at, body from archive join "
        "unnest($1::integer[], $2::bigint[]) as wanted (partition, position) using (partition, position)",
        [partition for partition, _ in places],
        [position for _, position in places],
    )
    return {(row["partition"], row["position"]): dict(row) for row in rows}


_PRUNE: Final = (
    "delete from changes as c where recorded_at < $1 and position < coalesce((select coalesce(p.position, 0) "
    "from balances_struck as s left join unnest(s.shards, s.positions) as p (shard, position) on p.shard = c.shard), "
    "position + 1)"
)


async def prune_changes(pool: Pool, before: int) -> int:
    """Deletes rows of the change feed recorded before an instant; returns how many.

    Those that balances lack still stay (`services.postgres.balance_table`).
    """
    async with connected(pool) as connection:
        done = await connection.execute(_PRUNE, before)
    return int(done.split()[-1])
