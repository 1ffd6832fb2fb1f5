"""An import from file to answers: rows, events, batches, verdicts, counts."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final, Protocol

from msgspec import Struct

from events.errors import Refused
from projections.batches import Reading, Record, Verdict
from services.importing import (
    Mapping,
    RowFile,
    UnreadableRow,
    events_of,
    open_event_lines,
    open_rows,
    require_columns,
)
from services.intake import at_the_door
from services.projector import Project

BATCH_RECORDS: Final = 4_000


class Line(Struct, frozen=True):
    """A record of the file with the line or row it comes from."""

    number: int
    record: Record


class Source(Protocol):
    """A file that is being read: its length and how far it has been read, in the same unit."""

    @property
    def size(self) -> int: ...

    @property
    def done(self) -> int: ...

    def lines(self) -> Iterator[Line]: ...


class EventLineSource:
    """A file of CloudEvents, one a line."""

    def __init__(self, path: Path) -> None:
        self._file = open_event_lines(path)
        self.rows = 0

    @property
    def size(self) -> int:
        return self._file.size

    @property
    def done(self) -> int:
        return self._file.done

    def lines(self) -> Iterator[Line]:
        for number, body in self._file:
            self.rows += 1
            yield Line(number, Record(body))


class MappedSource:
    """A table whose rows a mapping turns into events."""

    def __init__(self, path: Path, mapping: Mapping) -> None:
        self._file: RowFile = open_rows(path)
        self._mapping = mapping
        self.rows = 0
        require_columns(self._file, mapping)

    @property
    def size(self) -> int:
        return self._file.size

    @property
    def done(self) -> int:
        return self._file.done

    def lines(self) -> Iterator[Line]:
        for row in self._file:
            self.rows += 1
            if isinstance(row, UnreadableRow):
                yield Line(row.number, Record(row.raw, Refused("unreadable_row", row.detail)))
                continue
            made = events_of(row, self._mapping)
            for event in made.events:
                yield Line(row.number, Record(event.body))
            for refusal in made.refusals:
                yield Line(row.number, Record(refusal.raw, Refused(refusal.reason, refusal.detail)))


class Rejected(Struct, frozen=True):
    """A refused record: where it stands in the file, why, and its bytes."""

    line: int
    reason: str
    detail: str
    body: bytes


class Progress(Struct):
    """Counts of an import so far."""

    events: int = 0
    accepted: int = 0
    duplicates: int = 0
    dead_letters: int = 0


class _Batch(Struct, frozen=True):
    """The next lines of a file, decoded."""

    lines: list[Line]
    reading: Reading


async def import_lines(
    lines: Iterator[Line], project: Project, *, batch_records: int = BATCH_RECORDS, in_flight: int = 1
) -> AsyncIterator[tuple[Progress, list[Rejected]]]:
    """Projects the lines batch by batch; after each gives the counts so far and the batch's rejects.

    `in_flight` is how many batches `project` may have under way at once; their answers are given in order.
    """
    progress = Progress()
    under_way: deque[tuple[_Batch, asyncio.Task[list[Verdict]]]] = deque()
    try:
        while (batch := _next(lines, batch_records)).lines or under_way:
            if batch.lines:
                under_way.append((batch, asyncio.ensure_future(project(batch.reading))))
            if len(under_way) >= in_flight or not batch.lines:
                done, task = under_way.popleft()
                verdicts = await task
                _count(progress, verdicts)
                yield progress, _rejected(done.lines, verdicts)
    finally:
        for _, task in under_way:
            task.cancel()
        await asyncio.gather(*(task for _, task in under_way), return_exceptions=True)  # nothing is left behind


def _next(lines: Iterator[Line], count: int) -> _Batch:
    batch = list(islice(lines, count))
    return _Batch(batch, at_the_door([line.record for line in batch]))


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
