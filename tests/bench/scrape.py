"""One scrape of 4,000 and of 12,000 units: our page against `prometheus_client.generate_latest` on the same samples.

And how long others wait meanwhile: a server in this process is scraped by another one, beside a clock of its loop.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from projections.effect import Record
from services.composition import Database, Role, Service, assemble
from services.exporter.exporter import Exporter
from services.exporter.formats import TEXT
from services.exporter.live import LiveFigures
from services.http.app import application
from services.importing.run import import_lines
from services.importing.sources import Line
from tests.bench.databases import bench_database
from tests.bench.histories import events, many_units

SIZES = (4_000, 12_000)
CHANGED_SHARE = 0.01
SCRAPES = 5
TICK_SECONDS = 0.001
SCRAPE = """
import sys, urllib.request
asked = urllib.request.Request(sys.argv[1], headers={"Accept-Encoding": sys.argv[2]})
with urllib.request.urlopen(asked, timeout=60) as answer:
    answer.read()
"""


class _Replay(Collector):
    """The same samples, as the client library's collectors hand them over."""

    def __init__(self, page: str) -> None:
        self._families = [
            (family.name, family.documentation, list(family.samples[0].labels), family.samples)
            for family in text_string_to_metric_families(page)
            if family.samples
        ]

    def collect(self):  # type: ignore[no-untyped-def]
        for name, documentation, labels, samples in self._families:
            family = GaugeMetricFamily(name, documentation, labels=labels)
            for sample in samples:
                family.add_metric([sample.labels.get(label, "") for label in labels], sample.value)
            yield family


async def run(url: str, folder: Path, *, quick: bool) -> None:
    del folder
    for units in SIZES:
        await _measure(url, units, rounds=3 if quick or units > SIZES[0] else 9)


async def _measure(url: str, units: int, *, rounds: int) -> None:
    async with bench_database(url, many_units(units)) as found:
        lines = (Line(number, Record(body)) for number, body in enumerate(events(5_000, units)))
        async for _ in import_lines(lines, found.projector().project):
            pass
        parts = assemble(found)
        exporter = parts.exporter
        await exporter.refresh()
        some = set(parts.live.tree.codes()[:: round(1 / CHANGED_SHARE)])
        _compare(exporter, some, units, rounds)
        waits = [await _longest_wait_while_drawn_anew(found) for _ in range(SCRAPES)]
        print(f"longest wait of others while all units are loaded and drawn anew {max(waits):6.1f} ms")
        print("longest wait of others while another process scrapes, 1 % changed before each (asked at most 20)")
        for path, encoding in (("/metrics", "gzip"), ("/metrics", "identity"), ("/health/live", "identity")):
            waits = await _longest_waits(parts, some, path, encoding)
            print(
                f"  {path:13} {encoding:9} {max(waits):6.1f} ms at most, {statistics.median(waits):5.1f} ms by median"
            )


def _compare(exporter: Exporter, some: set[str], units: int, rounds: int) -> None:
    live = exporter.live
    page, packed = exporter.unit_page(), exporter.snapshot().gzipped(TEXT, b"")
    registry = CollectorRegistry()
    registry.register(_Replay(page.decode()))

    def changed() -> None:
        _touch(live, some)
        exporter.draw(some)

    cold = _milliseconds(rounds, lambda: (exporter.draw(None), exporter.snapshot().gzipped(TEXT, b"")))
    warm = _milliseconds(rounds, lambda: (changed(), exporter.snapshot().gzipped(TEXT, b"")))
    plain_cold = _milliseconds(rounds, lambda: (exporter.draw(None), exporter.unit_page()))
    plain = _milliseconds(rounds, lambda: (changed(), exporter.unit_page()))
    peer = _milliseconds(rounds, lambda: generate_latest(registry))
    size = f"{len(page) / 1e6:.1f} MB, {len(packed) / 1e6:.1f} MB compressed"
    print(f"{units:,} units, {exporter.series():,} series, {size}, median of {rounds}, processor time")
    print(f"1 % of the units changed  {warm:8.1f} ms compressed, {plain:6.1f} ms plain  (asked at most 50)")
    print(f"everything drawn anew     {cold:8.1f} ms compressed, {plain_cold:6.1f} ms plain  (asked at most 250)")
    print(f"prometheus_client         {peer:8.1f} ms plain, {peer / plain:.0f} times ours")


async def _longest_waits(parts: Service, some: set[str], path: str, encoding: str) -> list[float]:
    """Milliseconds, one for each scrape; `/health/live` shows what the machine itself lets others wait."""
    server = uvicorn.Server(
        uvicorn.Config(application(parts, Role.EXPORTER), port=0, log_level="warning", lifespan="off")
    )
    serving = asyncio.ensure_future(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    found = []
    for _ in range(SCRAPES):
        _touch(parts.live, some)
        parts.exporter.draw(some)
        command = (sys.executable, "-c", SCRAPE, f"http://127.0.0.1:{port}{path}", encoding)
        scraping = await asyncio.create_subprocess_exec(*command)
        found.append(await _longest_wait(asyncio.ensure_future(scraping.wait())))
    server.should_exit = True
    await serving
    return found


async def _longest_wait_while_drawn_anew(found: Database) -> float:
    """As at midnight: an exporter that has nothing yet."""
    exporter = assemble(found).exporter
    return await _longest_wait(asyncio.create_task(exporter.refresh()))


async def _longest_wait(ended: asyncio.Future[Any]) -> float:
    """How late the loop was at most, in milliseconds, until something ended."""
    longest = 0.0
    while not ended.done():
        begun = time.perf_counter()
        await asyncio.sleep(TICK_SECONDS)
        longest = max(longest, time.perf_counter() - begun - TICK_SECONDS)
    assert not ended.result()
    return longest * 1_000


def _touch(live: LiveFigures, units: set[str]) -> None:
    for unit in units:
        live.buckets.add(live.windows.today, unit, {0: 1, 8: 1})


def _milliseconds(rounds: int, work: Callable[[], object]) -> float:
    found = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        found.append((time.process_time() - begun) * 1_000)
    return statistics.median(found)
