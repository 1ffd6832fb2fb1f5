"""The projector: takes a batch of records, writes what it changes in one transaction, answers for every record."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

import structlog
from msgspec import structs

from projections.batches import absorb
from projections.effect import Dead, Effect, Reading, Verdict
from services.store import Conflict, Reached, Store, StoreRefused, StoreUnavailable, Transaction
from services.tracing import followed_trace

log = structlog.get_logger()

CONFLICTS_MAX: Final = 8
EMBEDDED_PARTITION: Final = 0
EMBEDDED_TOPIC: Final = "embedded"
PAUSE_SECONDS_MAX: Final = 5.0

Project = Callable[[Reading], Awaitable[list[Verdict]]]


class Door(Protocol):
    """Where facts are recorded: the projector itself, or the publisher of the log that it reads."""

    async def project(self, reading: Reading) -> list[Verdict]:
        """Records a decoded batch; answers in the order of its records, when they are durable.

        Raises `StoreUnavailable`, `StoreRefused`.
        """
        ...


class Projector:
    """The embedded feeder: numbers the records itself, in the order in which transactions get the checkpoint."""

    def __init__(
        self,
        store: Store,
        partition: int = EMBEDDED_PARTITION,
        topic: str = EMBEDDED_TOPIC,
        *,
        follow_traces: bool = False,
    ) -> None:
        self._store = store
        self._partition = partition
        self._topic = topic
        self._follow_traces = follow_traces

    async def project(self, reading: Reading) -> list[Verdict]:
        """Records a decoded batch; the verdicts are in the order of its records, and durable."""
        for attempt in range(1, CONFLICTS_MAX + 1):
            try:
                async with self._store.transaction(self._partition) as transaction:
                    return await self._within(transaction, reading)
            except Conflict:
                if attempt == CONFLICTS_MAX:
                    raise
        raise AssertionError("the last attempt returns or raises")

    async def _within(self, transaction: Transaction, reading: Reading) -> list[Verdict]:
        start = transaction.checkpoint.position
        positions = range(start, start + len(reading.records))
        stored = await transaction.load(reading.case_ids())
        effect = absorb(
            reading, positions, self._partition, stored, transaction.rules, [transaction.now] * len(positions)
        )
        trace = followed_trace(reading.records, self._partition, start) if self._follow_traces else None
        await settle(transaction, effect, self._topic, trace)
        return effect.verdicts


async def settle(transaction: Transaction, effect: Effect, topic: str, trace: str | None = None) -> None:
    """Writes the effect of records that we number ourselves, refusals that are already kept left out."""
    if transaction.checkpoint.topic_id is not None:
        raise StoreRefused("this database is fed by a Kafka topic: name it with --kafka, so that facts go that way")
    if effect.dead:
        effect = await _without_repeated_dead(transaction, effect)
    position = transaction.checkpoint.position + len(effect.verdicts)
    await transaction.write(effect, topic, Reached(position, transaction.now, trace=trace))


def digest_of(dead: Dead) -> bytes:
    """What makes two refusals the same: reason and bytes."""
    return hashlib.sha256(dead.reason.encode() + b"\0" + dead.body).digest()


async def _without_repeated_dead(transaction: Transaction, effect: Effect) -> Effect:
    """The same bytes refused for the same reason are one dead letter; again, they are a repeat."""
    digests = [digest_of(dead) for dead in effect.dead]
    seen = await transaction.buried(digests)
    fresh: list[Dead] = []
    for dead, digest in zip(effect.dead, digests, strict=True):
        if digest not in seen:
            seen.add(digest)
            fresh.append(dead)
    return structs.replace(effect, dead=fresh)


async def patiently(project: Project, reading: Reading, *, patience_seconds: float) -> list[Verdict]:
    """Projects a batch; while the database is away tries again, each time after a longer pause, for a limited time."""
    waited, pause = 0.0, 0.5
    while True:
        try:
            return await project(reading)
        except StoreUnavailable as error:
            if waited >= patience_seconds:
                raise
            log.warning("projector.waiting", error=str(error), waited_seconds=waited)
            await asyncio.sleep(pause)
            waited, pause = waited + pause, min(2 * pause, PAUSE_SECONDS_MAX)
