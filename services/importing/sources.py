"""What an import reads from: a file as lines, each with the record that it makes, and steps of them decoded."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from events.errors import Refused
from events.facts import Event
from projections.batches import STEP_RECORDS
from projections.effect import Record
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


class Line(Struct, frozen=True, gc=False):
    """A record of the file with the line or row it comes from."""

    number: int
    record: Record


class Source(Protocol):
    """A file that is being read: its length and how far it has been read, in the same unit, and rows so far."""

    @property
    def size(self) -> int: ...

    @property
    def done(self) -> int: ...

    @property
    def rows(self) -> int: ...

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


class Step(Struct, frozen=True, gc=False):
    """Some lines in a row, decoded. `rows`, `done`: of the source, up to here."""

    lines: Sequence[Line]
    events: Sequence[Event | Refused]
    rows: int = 0
    done: int = 0


def decoded(lines: Iterator[Line]) -> Iterator[Step]:
    """The lines, decoded step by step."""
    while step := list(islice(lines, STEP_RECORDS)):
        yield Step(step, at_the_door([line.record for line in step]).events)


async def steps_here(source: Source) -> AsyncIterator[Step]:
    """Reads and decodes in this process; whatever else it has under way gets its turn after each step."""
    for step in decoded(source.lines()):
        yield Step(step.lines, step.events, source.rows, source.done)
        await asyncio.sleep(0)


async def steps_of(lines: Iterator[Line]) -> AsyncIterator[Step]:
    """The same of lines that come from no file."""
    for step in decoded(lines):
        yield step
        await asyncio.sleep(0)
