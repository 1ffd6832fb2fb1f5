"""Recount: what every case is counted as, anew, after the unit tree changed under recorded facts."""

from collections.abc import AsyncIterator
from typing import Final

from events.fold import fold
from projections.batches import stored_case
from projections.case_row import case_row
from projections.contribution import contribution
from projections.effect import ChangedCase, StoredCase
from projections.standing import Rules
from projections.tallies import TallyChanges
from services.postgres.case_table import write_cases
from services.postgres.connection import Connection
from services.postgres.tally_table import write_tallies

CHUNK_CASES: Final = 2_000
RECOUNT_SHARD: Final = 0


async def recount(connection: Connection, rules: Rules) -> int:
    """Inside the caller's transaction: counts every case under `rules`; returns how many are counted otherwise now.

    Every checkpoint is locked first, so that no batch is under way.
    """
    await connection.execute("select 1 from checkpoints order by partition for update")
    changed = 0
    async for chunk in _chunks(connection):
        tallies = TallyChanges()
        cases: list[ChangedCase] = []
        for case_id, stored in chunk:
            facts = [kept.fact for kept in stored.kept]
            state = fold(facts)
            counted = contribution(state, rules)
            if counted != stored.counted:
                tallies.replace(stored.counted, counted)
                row = case_row(state, facts, rules)
                cases.append(ChangedCase(case_id, stored.version, stored.kept, counted, row))
        await write_cases(connection, cases)
        await write_tallies(connection, RECOUNT_SHARD, tallies.standing_cells(), tallies.standing_problems())
        changed += len(cases)
    return changed


async def _chunks(connection: Connection) -> AsyncIterator[list[tuple[str, StoredCase]]]:
    after = ""
    while True:
        rows = await connection.fetch(
            "select case_id, version, facts, counted from cases where case_id > $1 order by case_id limit $2",
            after,
            CHUNK_CASES,
        )
        if not rows:
            return
        yield [(row["case_id"], stored_case(row["version"], row["facts"], row["counted"])) for row in rows]
        after = rows[-1]["case_id"]
