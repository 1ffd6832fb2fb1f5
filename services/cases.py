"""Looks one case up and shows it."""

from typing import Any

from services.case_view import case_view
from services.clock import Clock
from services.postgres.queries import bodies, case_facts, snapshot
from services.postgres.store import PostgresStore


async def show_case(store: PostgresStore, case_id: str, clock: Clock) -> dict[str, Any] | None:
    """The case as JSON; None where no fact names it."""
    async with snapshot(store.pool) as connection:
        stored = await case_facts(connection, case_id)
        if stored is None:
            return None
        rules = await store.rules_now(connection)
        archived = await bodies(connection, [(kept.partition, kept.position) for kept in stored.kept])
    recorded_at = {place: row["recorded_at"] for place, row in archived.items()}
    return case_view(case_id, stored, rules, recorded_at, clock())
