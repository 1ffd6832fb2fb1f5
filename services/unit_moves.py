"""Moves open cases to the successors of units that are not valid any more, by transfer events."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable
from datetime import date
from typing import Final

from msgspec import Struct

from events.codec import encode
from projections.batches import read
from projections.effect import Record
from projections.standing import Rules
from projections.unit_moves import Move, Undecided, move_of
from services.composition import Database
from services.postgres.cases_at import cases_open_at
from services.projector import Door, patiently

BATCH_CASES_MAX: Final = 1_000
PATIENCE_SECONDS: Final = 120.0


class DayAhead(ValueError):
    """Cases cannot be moved on a day that has not begun."""


class Moved(Struct, frozen=True):
    """`moves` counts cases by (old unit, successor); `written` are the transfers that were not known yet."""

    moves: dict[tuple[str, str], int]
    undecided: list[Undecided]
    written: int
    refused: int


async def move_cases(database: Database, day: date, *, door: Door | None = None, dry_run: bool = False) -> Moved:
    """Transfers every case that was open when the day began and whose holder is not valid on it.

    Raises `DayAhead`, `StoreUnavailable`. Again it writes nothing new: moved cases have a holder that is valid.
    """
    rules = await database.rules()
    midnight = rules.days.start_of(day.toordinal())
    if midnight > database.clock():
        raise DayAhead(f"{day} has not begun in {rules.days.time_zone}: move the cases on that day or later")
    door = door or database.projector()
    moves: Counter[tuple[str, str]] = Counter()
    undecided: list[Undecided] = []
    statuses: Counter[str] = Counter()
    async for found in _chunks(database, day.toordinal(), rules):
        chunk = [one for one in found if isinstance(one, Move)]
        moves.update((one.unit, one.successor) for one in chunk)
        undecided += [one for one in found if isinstance(one, Undecided)]
        if not dry_run:
            statuses.update(await _written(door, chunk))
    return Moved(dict(sorted(moves.items())), undecided, statuses["accepted"], statuses["refused"])


async def _chunks(database: Database, day: int, rules: Rules) -> AsyncIterator[list[Move | Undecided]]:
    if not rules.units.invalid_on(day):
        return
    async for chunk in cases_open_at(database.pool, rules.days.start_of(day)):
        told = ((case_id, [kept.fact for kept in stored.kept]) for case_id, stored in chunk)
        found = (move_of(case_id, facts, day, rules) for case_id, facts in told)
        yield [one for one in found if one is not None]


async def _written(door: Door, moves: list[Move]) -> Iterable[str]:
    statuses: list[str] = []
    for begin in range(0, len(moves), BATCH_CASES_MAX):
        records = [Record(encode(move.event())) for move in moves[begin : begin + BATCH_CASES_MAX]]
        verdicts = await patiently(door.project, read(records), patience_seconds=PATIENCE_SECONDS)
        statuses += [verdict.status for verdict in verdicts]
    return statuses
