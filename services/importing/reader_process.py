"""Reads a file in a process of its own: its rows become decoded events on one processor while another folds them.

The process writes frames to its standard output: four bytes of length, then MessagePack. It ends by itself when
nobody reads them any more, so a killed import leaves none behind.
"""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from events.errors import Refused
from events.facts import Event
from projections.effect import Record
from services.importing import ImportRefused, load_mapping
from services.importing.sources import EventLineSource, Line, MappedSource, Source, Step, decoded
from services.sample.history import history

LENGTH_BYTES: Final = 4
SAMPLE: Final = "--sample"
"""In the place of a file: a sample province is made, not read."""
AHEAD_BYTES: Final = 8 << 20
"""How far the process may be ahead of the import."""
_START: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from services.importing.reader_process import main; main(sys.argv[2:])"
)


class _Read(Struct, array_like=True, tag="read", gc=False):
    """A step on its way: per line its number, its bytes, and the event, or reason and detail where there is none."""

    rows: int
    done: int
    lines: list[tuple[int, bytes, Event | None, str, str]]


class _Failed(Struct, array_like=True, tag="failed"):
    """The file cannot be read on: the lines of `ImportRefused`."""

    said: list[str]


class ReaderFailed(Exception):
    """The process that reads the file ended without a word."""


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(_Read | _Failed).decode


def steps_apart(file: Path, mapping: Path | None) -> AsyncIterator[Step]:
    """The steps of a file, read by another process; raises `ImportRefused`, `ReaderFailed`."""
    return _steps_apart(str(file), *([str(mapping)] if mapping is not None else []))


def sample_apart(*, seed: int, cases: int, until: str) -> AsyncIterator[Step]:
    """The steps of a sample province (`services.sample.history`), made by another process; raises `ReaderFailed`."""
    return _steps_apart(SAMPLE, str(seed), str(cases), until)


async def _steps_apart(what: str, *more: str) -> AsyncIterator[Step]:
    arguments = [json.dumps(sys.path), what, *more]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _START, *arguments, stdout=asyncio.subprocess.PIPE, limit=AHEAD_BYTES
    )
    try:
        async for frame in _frames(process):
            if isinstance(frame, _Failed):
                raise ImportRefused(frame.said)
            yield _step(frame)
        if await process.wait() != 0:
            raise ReaderFailed(f"reading {what} ended with status {process.returncode}: see the lines above")
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _frames(process: asyncio.subprocess.Process) -> AsyncIterator[_Read | _Failed]:
    if process.stdout is None:
        raise AssertionError("its standard output was asked for")
    while True:
        try:
            length = int.from_bytes(await process.stdout.readexactly(LENGTH_BYTES), "big")
            yield _decode(await process.stdout.readexactly(length))
        except asyncio.IncompleteReadError:
            return


def _step(read: _Read) -> Step:
    lines = [Line(number, Record(body)) for number, body, *_ in read.lines]
    events = [event or Refused(reason, detail) for _, _, event, reason, detail in read.lines]
    return Step(lines, events, read.rows, read.done)


def main(arguments: list[str]) -> None:
    """The process: `FILE [MAPPING]`, or `--sample SEED CASES UNTIL`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the import's to answer
    with suppress(BrokenPipeError):
        for frame in _sample(*arguments[1:]) if arguments[0] == SAMPLE else _told(*map(Path, arguments)):
            encoded = _encode(frame)
            sys.stdout.buffer.write(len(encoded).to_bytes(LENGTH_BYTES, "big") + encoded)
            sys.stdout.buffer.flush()


def _told(file: Path, mapping: Path | None = None) -> Iterator[_Read | _Failed]:
    try:
        source: Source = EventLineSource(file) if mapping is None else MappedSource(file, load_mapping(mapping))
        for step in decoded(source.lines()):
            yield _read(step, source.rows, source.done)
        yield _Read(source.rows, source.done, [])
    except ImportRefused as error:
        yield _Failed(list(error.lines))
    except OSError as error:
        yield _Failed([f"{file}: cannot be read: {error.strerror or error}"])


def _sample(seed: str, cases: str, until: str) -> Iterator[_Read]:
    events = history(seed=int(seed), cases=int(cases), until=datetime.fromisoformat(until))
    for step in decoded(Line(number, Record(event)) for number, event in enumerate(events, 1)):
        yield _read(step, step.lines[-1].number, 0)


def _read(step: Step, rows: int, done: int) -> _Read:
    return _Read(rows, done, [_said(line, event) for line, event in zip(step.lines, step.events, strict=True)])


def _said(line: Line, event: Event | Refused) -> tuple[int, bytes, Event | None, str, str]:
    if isinstance(event, Event):
        return line.number, line.record.value, event, "", ""
    return line.number, line.record.value, None, event.reason, event.detail
