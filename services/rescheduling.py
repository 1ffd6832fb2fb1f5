"""Open cases whose promise a newer calendar moves: found, and told through the normal door."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct, structs

from events.codec import encode
from projections.batches import read
from projections.effect import Record, StoredCase
from projections.moved_promises import MovedPromise, moved_promise, promised_by
from projections.procedures import ProcedureRegistry
from projections.standing import Rules
from services.composition import Database
from services.postgres.open_cases import note_rescheduling, open_cases
from services.postgres.queries import snapshot
from services.postgres.rule_tables import read_procedures
from services.projector import Door

BATCH_CASES_MAX: Final = 1_000


class Rescheduling(Struct, frozen=True):
    """Promises that the calendar in force (`calendar_version`, empty without one) moves, and how many were told."""

    calendar_version: str
    moved: list[MovedPromise]
    written: int = 0


async def moved_promises(found: Database) -> Rescheduling:
    """The open cases concerned, by the order of the table; nothing is written."""
    now = found.clock()
    moved: list[MovedPromise] = []
    async with snapshot(found.pool) as connection:
        rules = await found.store.rules_now(connection)
        if rules.calendar is None:
            return Rescheduling("", [])
        registries: dict[str, ProcedureRegistry | None] = {}
        async for case_id, stored in open_cases(connection):
            for version in promised_by(stored.kept) - registries.keys():
                registries[version] = await read_procedures(connection, version)
            moved += _moved(case_id, stored, rules, registries, now)
        return Rescheduling(rules.calendar.version, moved)


def _moved(
    case_id: str, stored: StoredCase, rules: Rules, registries: dict[str, ProcedureRegistry | None], now: int
) -> Sequence[MovedPromise]:
    """At most one: received facts of a case may be promised by several versions, one of them counts."""
    versions = promised_by(stored.kept)
    tries = (
        moved_promise(case_id, stored.kept, structs.replace(rules, procedures=registries[version]), now)
        for version in sorted(versions)
    )
    return [one for one in tries if one is not None]


async def reschedule(found: Database, door: Door, *, reason: str, done_by: str) -> Rescheduling:
    """Tells the door of every promise that moves; again, there is nothing left to tell."""
    rescheduling = await moved_promises(found)
    written, moved = 0, rescheduling.moved
    for begin in range(0, len(moved), BATCH_CASES_MAX):
        batch = moved[begin : begin + BATCH_CASES_MAX]
        verdicts = await door.project(read([Record(encode(one.event())) for one in batch]))
        written += sum(verdict.status == "accepted" for verdict in verdicts)
    if written:
        await note_rescheduling(
            found.pool, rescheduling.calendar_version, cases=written, reason=reason, done_by=done_by
        )
    return structs.replace(rescheduling, written=written)
