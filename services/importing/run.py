"""An import from file to answers: rows, events, batches, verdicts, counts."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from typing import Final

from msgspec import Struct

from events.errors import Refused
from events.facts import Event
from projections.effect import Reading, Verdict
from services.importing.sources import Line, Step, steps_of
from services.projector import Project

BATCH_RECORDS: Final = 20_000
"""More than the projector takes live: the more facts of a case lie in one batch, the less often it is folded."""

FIRST_BATCH_RECORDS: Final = 3_000


class Rejected(Struct, frozen=True):
    """A refused record: where it stands in the file, why, and its bytes."""

    line: int
    reason: str
    detail: str
    body: bytes


class Progress(Struct):
    """Counts of an import so far; `rows` and `done` are those of the file."""

    events: int = 0
    accepted: int = 0
    duplicates: int = 0
    dead_letters: int = 0
    rows: int = 0
    done: int = 0


class _Batch(Struct, frozen=True):
    """Lines of a file in a row, decoded. `rows`, `done`: of the source, up to here."""

    lines: list[Line]
    reading: Reading
    rows: int = 0
    done: int = 0


_UnderWay = tuple[_Batch, asyncio.Task[list[Verdict]]]


def import_lines(
    lines: Iterator[Line], project: Project, *, batch_records: int = BATCH_RECORDS, in_flight: int = 1
) -> AsyncIterator[tuple[Progress, list[Rejected]]]:
    """`import_steps` of lines that are decoded here."""
    return import_steps(steps_of(lines), project, batch_records=batch_records, in_flight=in_flight)


async def import_steps(
    steps: AsyncIterator[Step], project: Project, *, batch_records: int = BATCH_RECORDS, in_flight: int = 1
) -> AsyncIterator[tuple[Progress, list[Rejected]]]:
    """Projects what was read batch by batch; after each gives the counts so far and the batch's rejects.

    `in_flight` is how many batches `project` may have under way at once; their answers are given in order.
    """
    progress = Progress()
    under_way: deque[_UnderWay] = deque()
    batches = _batches(steps, batch_records)
    try:
        async for batch in batches:
            under_way.append((batch, asyncio.ensure_future(project(batch.reading))))
            if len(under_way) >= in_flight:
                yield progress, await _next_done(under_way, progress)
        while under_way:
            yield progress, await _next_done(under_way, progress)
    finally:
        await batches.aclose()
        for _, task in under_way:
            task.cancel()
        await asyncio.gather(*(task for _, task in under_way), return_exceptions=True)  # nothing is left behind


async def _next_done(
    under_way: deque[tuple[_Batch, asyncio.Task[list[Verdict]]]], progress: Progress
) -> list[Rejected]:
    batch, task = under_way.popleft()
    verdicts = await task
    _count(progress, verdicts)
    progress.rows, progress.done = batch.rows, batch.done
    return _rejected(batch.lines, verdicts)


async def _batches(steps: AsyncIterator[Step], count: int) -> AsyncGenerator[_Batch, None]:
    """Steps put together until there are `count` lines or no more; fewer at first: the database has work soon."""
    lines: list[Line] = []
    events: list[Event | Refused] = []
    rows = done = 0
    wanted = min(count, FIRST_BATCH_RECORDS)
    async with aclosing(steps):  # type: ignore[type-var]  # every one of ours is a generator
        async for step in steps:
            lines += step.lines
            events += step.events
            rows, done = step.rows, step.done
            if len(lines) >= wanted:
                yield _Batch(lines, Reading([line.record for line in lines], events), rows, done)
                lines, events = [], []
                wanted = min(count, 2 * wanted)
    if lines or rows:
        yield _Batch(lines, Reading([line.record for line in lines], events), rows, done)


def _count(progress: Progress, verdicts: Sequence[Verdict]) -> None:
    found = Counter(verdict.status for verdict in verdicts)
    progress.events += len(verdicts)
    progress.accepted += found["accepted"]
    progress.duplicates += found["duplicate"]
    progress.dead_letters += found["refused"]


def _rejected(batch: Sequence[Line], verdicts: Sequence[Verdict]) -> list[Rejected]:
    return [
        Rejected(line.number, verdict.reason or "", verdict.detail or "", line.record.value)
        for line, verdict in zip(batch, verdicts, strict=True)
        if verdict.status == "refused"
    ]
