"""Does it stay as fast and as small? Cost per event at many cases against few, and memory over a million events."""

import itertools
import time
from pathlib import Path

import psutil

from projections.effect import Record
from services.importing.run import import_lines
from services.importing.sources import Line
from services.pipeline import IN_FLIGHT
from tests.bench.databases import bench_database
from tests.bench.histories import events, many_units

UNITS = 4_000
MEMORY_AFTER_EVENTS = 100_000
"""Memory is compared with what it was here: by then every cache and pool has been made."""


async def run(url: str, folder: Path, *, quick: bool) -> None:
    del folder
    few, many = (5_000, 50_000) if quick else (50_000, 1_000_000)
    async with bench_database(url, many_units(UNITS)) as found:
        process = psutil.Process()
        slices: list[tuple[int, float]] = []
        memory: list[tuple[int, int]] = []
        stream = events(many, UNITS)
        done = 0
        while batch := list(itertools.islice(stream, 100_000 if not quick else 20_000)):
            lines = (Line(number, Record(body)) for number, body in enumerate(batch))
            begun = time.perf_counter()
            async for _ in import_lines(lines, found.pipeline().project, in_flight=IN_FLIGHT):
                pass
            slices.append((len(batch), time.perf_counter() - begun))
            done += len(batch)
            memory.append((done, process.memory_info().rss))
    _print(few, many, slices, memory)


def _print(few: int, many: int, slices: list[tuple[int, float]], memory: list[tuple[int, int]]) -> None:
    per_case = sum(count for count, _ in slices) / many
    first = [one for index, one in enumerate(slices) if memory[index][0] <= few * per_case] or slices[:1]
    last = slices[-max(1, len(first)) - 1 : -1] or slices[-1:]
    early = sum(seconds for _, seconds in first) / sum(count for count, _ in first)
    late = sum(seconds for _, seconds in last) / sum(count for count, _ in last)
    print(f"cost per event up to {few:,} cases   {early * 1e6:6.1f} µs")
    print(f"cost per event at {many:,} cases {late * 1e6:6.1f} µs, ratio {late / early:.2f}  (asked at most 1.15)")
    base = next((rss for done, rss in memory if done >= MEMORY_AFTER_EVENTS), memory[0][1])
    at_million = next((rss for done, rss in memory if done >= 1_000_000), memory[-1][1])
    print(f"memory growth over 1 M events {(at_million - base) / 1_048_576:6.1f} MiB  (asked under 50)")
