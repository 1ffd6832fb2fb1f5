"""An import from file to answers: rows, events, batches, verdicts, counts."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
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

BATCH_RECORDS: Final = 4_000

Project = Callable[[Reading], Awaitable[list[Verdict]]]


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


async def import_lines(
    lines: Iterator[Line], project: Project, *, batch_records: int = BATCH_RECORDS
) -> AsyncIterator[tuple[Progress, list[Rejected]]]:
    """Projects the lines batch by batch; after each gives the counts so far and the batch's rejects."""
    progress = Progress()
    while batch := _next(lines, batch_records):
        verdicts = await project(at_the_door([line.record for line in batch]))
        progress.events += len(batch)
        progress.accepted += sum(verdict.status == "accepted" for verdict in verdicts)
        progress.duplicates += sum(verdict.status == "duplicate" for verdict in verdicts)
        rejected = _rejected(batch, verdicts)
        progress.dead_letters += len(rejected)
        yield progress, rejected


def _next(lines: Iterator[Line], count: int) -> list[Line]:
    return [line for _, line in zip(range(count), lines, strict=False)]


def _rejected(batch: Sequence[Line], verdicts: Sequence[Verdict]) -> list[Rejected]:
    return [
        Rejected(line.number, verdict.reason or "", verdict.detail or "", line.record.value)
        for line, verdict in zip(batch, verdicts, strict=True)
        if verdict.status == "refused"
    ]
