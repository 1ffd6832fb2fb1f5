"""The projector behind a log: batches `[start, next)` of a partition into the store, exactly once each.

The checkpoint row is locked and compared inside the transaction: what lies below it is a repeat, a batch that begins
above it is a hole. So two readers of one partition do no harm, and a commit of unknown outcome is answered by the row.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeVar

import structlog
from msgspec import structs

from projections.batches import absorbing
from projections.effect import Dead, Effect
from services.log import Hole, LogBatch, LogRecord, Span
from services.log_door import at_the_log
from services.steps import politely
from services.store import Checkpoint, Conflict, LogStore, Reached, StoreRefused, StoreUnavailable, Transaction
from services.tracing import followed_trace

log = structlog.get_logger()

PAUSE_SECONDS: Final = 0.2
PAUSE_SECONDS_MAX: Final = 5.0
REWINDS_MAX: Final = 3
"""Rewinds of a partition without progress before it counts as stuck."""
FAR: Final = 1 << 62
RETRIES_LOUD: Final = 10
"""Tries of one batch from which on the log says error instead of warning: a fault that looks like an outage."""

Result = TypeVar("Result")
Sleep = Callable[[float], Awaitable[None]]
Buried = Callable[[int, list[Dead]], None]
"""Told of a partition's dead letters once they are in the store."""


class StoreLogProjector:
    """Records what a log says (`services.log.LogProjector`). One for all partitions of a worker."""

    def __init__(
        self,
        store: LogStore,
        topic: str,
        *,
        follow_traces: bool = False,
        sleep: Sleep = asyncio.sleep,
        buried: Buried = lambda _partition, _dead: None,
    ) -> None:
        self._store = store
        self._topic = topic
        self._follow_traces = follow_traces
        self._sleep = sleep
        self._buried = buried
        self._holes: Counter[int] = Counter()
        self._topic_id: str | None = None

    async def positions(self, topic_id: str, spans: Mapping[int, Span]) -> Mapping[int, int]:
        self._topic_id = topic_id
        found = await self._patiently(None, lambda: self._store.bind(spans, topic_id))
        readable: dict[int, int] = {}
        for partition, span in spans.items():
            checkpoint = found[partition]
            why = checkpoint.halted or unreadable(checkpoint, topic_id, Span(span.begin, FAR))
            if why is None:  # the end is a moment old, another worker may be past it: the log itself is to judge that
                readable[partition] = checkpoint.position
            else:
                await self._halt(partition, why)
        return readable

    async def project(self, batch: LogBatch) -> None:
        try:
            dead = await self._patiently(batch.partition, lambda: self._record(batch))
        except Hole as hole:
            await self._count_hole(hole)
            raise
        self._holes.pop(batch.partition, None)
        if dead:
            self._buried(batch.partition, dead)

    async def lost(self, topic_id: str, partition: int, span: Span) -> None:
        checkpoint = {one.partition: one for one in await self._known()}.get(partition)
        why = None if checkpoint is None else unreadable(checkpoint, topic_id, span)
        if why is not None:
            await self._halt(partition, why)
        else:  # only the reader's position is not there: the database was put back meanwhile
            log.warning("log.position_gone", partition=partition, begin=span.begin, end=span.end)

    async def _known(self) -> list[Checkpoint]:
        async def read() -> list[Checkpoint]:
            return list(await self._store.checkpoints())

        return await self._patiently(None, read)

    async def _halt(self, partition: int, why: str) -> None:
        log.error("log.halted", partition=partition, why=why, topic=self._topic)
        await self._patiently(partition, lambda: self._store.halt(partition, why))

    async def _count_hole(self, hole: Hole) -> None:
        self._holes[hole.partition] += 1
        stuck = self._holes[hole.partition] > REWINDS_MAX or None
        await self._patiently(None, lambda: self._store.note(hole.partition, rewinds=1, stuck=stuck))

    async def _record(self, batch: LogBatch) -> list[Dead]:
        """One try: the whole batch, or what of it lies above the checkpoint, in one transaction."""
        async with self._store.transaction(batch.partition) as transaction:
            position = transaction.checkpoint.position
            if position < batch.start:
                raise Hole(batch.partition, position, batch.start)
            if position >= batch.next:
                return []
            return await self._write(transaction, batch, [one for one in batch.records if one.offset >= position])

    async def _write(self, transaction: Transaction, batch: LogBatch, fresh: list[LogRecord]) -> list[Dead]:
        reading = at_the_log(fresh)
        recorded = [one.recorded_at for one in fresh]
        stored = await transaction.load(reading.case_ids())
        places = [transaction.checkpoint.base + one.offset for one in fresh]
        effect = await politely(absorbing(reading, places, batch.partition, stored, transaction.rules, recorded))
        effect = await _without_known_dead(transaction, effect)
        last = max(recorded, default=transaction.checkpoint.recorded_at)
        trace = followed_trace(reading.records, batch.partition, batch.start) if self._follow_traces else None
        await transaction.write(effect, self._topic, Reached(batch.next, last, self._topic_id, trace))
        return effect.dead

    async def _patiently(self, partition: int | None, work: Callable[[], Awaitable[Result]]) -> Result:
        """Until it is done: a store that is away is waited for, a row that somebody else changed is read again."""
        tries, pause = 0, PAUSE_SECONDS
        while True:
            try:
                result = await work()
            except (StoreUnavailable, StoreRefused, Conflict) as error:
                tries += 1
                say = log.error if tries >= RETRIES_LOUD else log.warning
                say("log.trying_again", partition=partition, error=str(error), tries=tries)
                if not isinstance(error, Conflict) or tries > 1:
                    await self._sleep(pause)
                    pause = min(2 * pause, PAUSE_SECONDS_MAX)
            else:
                if tries and partition is not None:
                    await self._noted(partition, tries)
                return result

    async def _noted(self, partition: int, retries: int) -> None:
        """A count for people; the batch itself is durable, so a store that is away again loses only this."""
        try:
            await self._store.note(partition, retries=retries)
        except (StoreUnavailable, StoreRefused) as error:
            log.warning("log.retries_not_counted", partition=partition, retries=retries, error=str(error))


async def _without_known_dead(transaction: Transaction, effect: Effect) -> Effect:
    """After a reset the log is read again: a record that has its dead letter already is a repeat."""
    if not effect.dead:
        return effect
    known = await transaction.buried_at([dead.position for dead in effect.dead])
    return structs.replace(effect, dead=[dead for dead in effect.dead if dead.position not in known])


def unreadable(checkpoint: Checkpoint, topic_id: str | None, span: Span) -> str | None:
    """Why a log cannot be read on from a checkpoint; None where it can."""
    position = checkpoint.position
    if checkpoint.topic_id is None:
        return "this database was fed without a log until now: its positions are not those of the topic"
    if checkpoint.topic_id != topic_id:
        return f"the topic was made anew: its id is {topic_id}, positions are of {checkpoint.topic_id}"
    if position < span.begin:
        return f"records {position} to {span.begin - 1} are no longer in the log: deleted before they were read"
    if position > span.end:
        return f"the checkpoint {position} lies beyond the log's end {span.end}: the log was cut or is another one"
    return None
