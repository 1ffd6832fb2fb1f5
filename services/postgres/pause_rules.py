"""Versions of the rules for pauses in the database, and the cases to look at for limits that begin again."""

from collections.abc import Sequence
from typing import Any, Final, get_args

from msgspec import Struct

from events.facts import PauseReason
from projections.batches import stored_case
from projections.effect import StoredCase
from projections.pause_rules import PauseEffect, PauseRule, PauseRules
from projections.validity import dates_of, days_of
from services.postgres.connection import Connection
from services.postgres.reference import current_version

PAUSES: Final = "pauses"
REASONS: Final[tuple[PauseReason, ...]] = get_args(PauseReason)

_CHANGED: Final = (
    "select case_id, position from archive where partition = $1 and position >= $2 order by position limit $3"
)
_CASES: Final = "select case_id, version, facts, counted from cases where case_id = any($1)"


async def write_pause_rules(connection: Connection, rules: PauseRules) -> None:
    """Keeps the rows of a version, unless it has them already."""
    if await connection.fetchval("select exists (select from pause_rules where version = $1)", rules.version):
        return
    rows = [(rules.version, one.reason, one.effect.value, *dates_of(one)) for one in rules.rules]
    await connection.executemany("insert into pause_rules values ($1, $2, $3, $4, $5)", rows)


async def read_pause_rules(connection: Connection) -> PauseRules | None:
    """The rules in force; None where none were ever loaded."""
    version = await current_version(connection, PAUSES)
    if not version:
        return None
    return PauseRules(map(_rule, await connection.fetch("select * from pause_rules where version = $1", version)))


def _rule(row: Any) -> PauseRule:
    return PauseRule(
        next(one for one in REASONS if one == row["reason"]),
        PauseEffect(row["effect"]),
        *days_of(row["valid_from"], row["valid_to"]),
    )


class Stretch(Struct, frozen=True):
    """Cases with facts at places of one partition from `begin` on to before `end`, as they are now."""

    partition: int
    begin: int
    end: int
    cases: Sequence[tuple[str, StoredCase]]


async def next_stretches(connection: Connection, version: str, facts_max: int) -> list[Stretch]:
    """What was recorded since the last look under a version of the rules, of each partition at most so many facts."""
    rows = await connection.fetch("select partition, position from restarts_looked where version = $1", version)
    looked = {row["partition"]: row["position"] for row in rows}
    partitions = await connection.fetch("select partition from checkpoints order by partition")
    found = [await _stretch(connection, row[0], looked.get(row[0], 0), facts_max) for row in partitions]
    return [one for one in found if one is not None]


async def _stretch(connection: Connection, partition: int, begin: int, facts_max: int) -> Stretch | None:
    rows = await connection.fetch(_CHANGED, partition, begin, facts_max)
    if not rows:
        return None
    case_ids = sorted({row["case_id"] for row in rows})
    cases = [
        (row["case_id"], stored_case(row["version"], row["facts"], row["counted"]))
        for row in await connection.fetch(_CASES, case_ids)
    ]
    return Stretch(partition, begin, rows[-1]["position"] + 1, cases)


async def note_looked(connection: Connection, version: str, stretch: Stretch) -> None:
    """The next look begins behind this stretch."""
    await connection.execute(
        "insert into restarts_looked values ($1, $2, $3) on conflict (partition) do update "
        "set version = excluded.version, position = excluded.position",
        stretch.partition,
        version,
        stretch.end,
    )
