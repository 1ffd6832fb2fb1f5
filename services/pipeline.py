"""The projector for long imports: while the database writes one batch, the next is already folded.

The next batch is worked out on the assumption that the one before it will be written as it stands. The transaction
checks the assumption: the checkpoint must be where the batch begins, the reference data what it was counted under, and
each case row of the version it was folded from. If anything differs, what was worked out is thrown away and the batch
takes the plain way. So a wrong guess costs time, never a figure.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Final

from projections.batches import absorbing
from projections.effect import ChangedCase, Effect, Reading, StoredCase, Verdict
from projections.standing import Rules
from services.projector import EMBEDDED_PARTITION, EMBEDDED_TOPIC, Projector, settle
from services.steps import politely
from services.store import Conflict, Store

IN_FLIGHT: Final = 2
"""Batches under way at once: one being written, one being folded."""


@dataclass
class _Guess:
    """An effect worked out ahead; `held` says whether it was written as it stands (None: not yet known)."""

    reading: Reading
    start: int
    rules: Rules
    effect: Effect
    assumes: "_Guess | None"
    held: bool | None = None
    cases: dict[str, StoredCase] = field(default_factory=dict)

    @property
    def end(self) -> int:
        return self.start + len(self.reading.records)


class Pipeline:
    """Projects batches in the order in which `project` is called, two of them overlapping."""

    def __init__(self, store: Store, projector: Projector) -> None:
        self._store = store
        self._projector = projector
        self._room = asyncio.Semaphore(IN_FLIGHT)
        self._guessing = asyncio.Lock()
        self._writing = asyncio.Lock()
        self._latest: _Guess | None = None

    async def project(self, reading: Reading) -> list[Verdict]:
        """Records a decoded batch; the verdicts are in the order of its records, and durable."""
        async with self._room:
            async with self._guessing:
                guess = self._latest = await self._guess(reading)
            async with self._writing:
                return await self._write(guess)

    async def _guess(self, reading: Reading) -> _Guess:
        before = self._latest if self._latest is not None and self._latest.held is not False else None
        known = before.cases if before is not None else {}
        wanted = reading.case_ids()
        outlook = await self._store.outlook(EMBEDDED_PARTITION, [one for one in wanted if one not in known])
        stored = {**outlook.cases, **{one: known[one] for one in wanted if one in known}}
        start = outlook.position if before is None else before.end
        positions = range(start, start + len(reading.records))
        recorded = [outlook.now] * len(positions)
        effect = await politely(absorbing(reading, positions, EMBEDDED_PARTITION, stored, outlook.rules, recorded))
        cases = {case.case_id: _as_stored(case) for case in effect.cases}
        return _Guess(reading, start, outlook.rules, effect, before, cases=cases)

    async def _write(self, guess: _Guess) -> list[Verdict]:
        assumed, guess.assumes = guess.assumes, None  # no chain of everything that ever was
        held = False
        try:
            held = (assumed is None or assumed.held is True) and await self._written(guess)
        finally:
            guess.held = held  # only now: until then the next guess builds on this one
        return guess.effect.verdicts if held else await self._projector.project(guess.reading)

    async def _written(self, guess: _Guess) -> bool:
        try:
            async with self._store.transaction(EMBEDDED_PARTITION) as transaction:
                same_rules = transaction.rules.same_versions(guess.rules)
                as_assumed = same_rules and transaction.checkpoint.position == guess.start
                if as_assumed:
                    await settle(transaction, guess.effect, EMBEDDED_TOPIC)
                return as_assumed
        except Conflict:
            return False


def _as_stored(case: ChangedCase) -> StoredCase:
    """The case as its row will be."""
    return StoredCase(case.version + 1, case.kept, case.counted)
