"""A file read by a process of its own says the same as one read here, and its errors arrive as they are."""

import asyncio
import gzip
from pathlib import Path

import psutil
import pytest

from services.importing import ImportRefused, load_mapping
from services.importing.reader_process import ReaderFailed, steps_apart
from services.importing.sources import EventLineSource, MappedSource, Step, decoded
from tests.fixtures.saying import processed, received

pytestmark = pytest.mark.slow

MAPPING = """
[source]
name = "/desk"
time_zone = "Europe/Amsterdam"
case_id = "case"

[[event]]
type = "received"
time = "from"
data.unit = "unit"
"""


async def apart(file: Path, mapping: Path | None = None) -> list[Step]:
    return [step async for step in steps_apart(file, mapping)]


def said(steps: list[Step]) -> list[tuple[object, ...]]:
    """Line, bytes, and the event or why there is none."""
    return [
        (line.number, line.record.value, str(event))
        for step in steps
        for line, event in zip(step.lines, step.events, strict=True)
    ]


async def test_events_come_over_as_they_would_be_read_here(tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    good = [received("c1", "2024-01-10"), processed("c1", "2024-01-12")]
    file.write_bytes(b"\n".join([*good, b'{"id": NaN}', b'{"a":1,"a":2}', *good * 700]))
    found = await apart(file)
    assert said(found) == said(list(decoded(EventLineSource(file).lines())))
    assert (found[-1].rows, found[-1].done) == (1_404, file.stat().st_size)


async def test_rows_are_mapped_over_there(tmp_path: Path) -> None:
    file, mapping = tmp_path / "cases.csv", tmp_path / "mapping.toml"
    mapping.write_text(MAPPING)
    file.write_text("case,unit,from\nc1,A,2024-01-10 08:00\nc2,A\nc3,A,never\n")
    found = await apart(file, mapping)
    assert said(found) == said(list(decoded(MappedSource(file, load_mapping(mapping)).lines())))
    assert found[-1].rows == 3


async def test_a_file_that_cannot_be_used_is_refused_with_the_same_words(tmp_path: Path) -> None:
    file = tmp_path / "broken.ndjson.gz"
    file.write_bytes(gzip.compress(received("c1", "2024-01-10") * 100)[:-9])
    with pytest.raises(ImportRefused) as here:
        list(EventLineSource(file).lines())
    with pytest.raises(ImportRefused) as there:
        await apart(file)
    assert there.value.lines == here.value.lines


async def test_a_reader_that_is_killed_is_no_end_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    file.write_bytes((received("c1", "2024-01-10") + b"\n") * 60_000)
    steps = steps_apart(file, None)
    await anext(steps)
    for child in psutil.Process().children():
        if "reader_process" in " ".join(child.cmdline()):
            child.kill()
    with pytest.raises(ReaderFailed, match="ended with status -9"):
        async for _ in steps:
            pass


async def test_an_import_that_stops_leaves_no_reader_behind(tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    file.write_bytes((received("c1", "2024-01-10") + b"\n") * 60_000)
    steps = steps_apart(file, None)
    await anext(steps)
    await steps.aclose()
    await asyncio.sleep(0)
    assert [child for child in psutil.Process().children() if "reader_process" in " ".join(child.cmdline())] == []
