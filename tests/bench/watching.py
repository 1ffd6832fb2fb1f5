"""What the watching costs: a real Prometheus over 4,000 and 12,000 units, with every rule that is deployed.

The page is served as it is, again and again; scraped, and its rules computed, once a minute, as deployed.
"""

import asyncio
import contextlib
import tempfile
import time
from pathlib import Path

from projections.effect import Record
from projections.units import Unit
from services.composition import assemble
from services.importing.run import import_lines
from services.importing.sources import Line
from tests.bench.databases import bench_database
from tests.bench.histories import events
from tests.services.monitoring.prometheus_server import Asking, configuration, free_address, pages_served, running

SIZES = (4_000, 12_000)
PROVINCES = 34
CASES = 5_000
EVERY_SECONDS = 60
TURNS = 4
"""Scrapes, and rounds of all rules, that are waited for."""
_ASKED = (
    'scrape_samples_scraped{job="duecourse"}',
    'scrape_duration_seconds{job="duecourse"}',
    "prometheus_tsdb_head_series",
    "sum(prometheus_rule_group_last_duration_seconds)",
)


async def run(url: str, folder: Path, *, quick: bool) -> None:
    for units in SIZES:
        page, process = await _pages(url, units)
        with tempfile.TemporaryDirectory(dir=folder) as place:
            await asyncio.to_thread(
                _watch, Path(place), units, {"/metrics": page, "/metrics/process": process}, 2 if quick else TURNS
            )


async def _pages(url: str, units: int) -> tuple[bytes, bytes]:
    async with bench_database(url, _nation(units)) as found:
        lines = (Line(number, Record(body)) for number, body in enumerate(events(CASES, units)))
        async for _ in import_lines(lines, found.projector().project):
            pass
        exporter = assemble(found).exporter
        await exporter.refresh()
        return exporter.unit_page(), exporter.process_page()


def _nation(count: int) -> list[Unit]:
    """Provinces with communes below, under the codes of `many_units`."""
    provinces = [Unit(f"P{number:02d}", f"Province {number}", "province") for number in range(PROVINCES)]
    return provinces + [
        Unit(f"N.{number:05d}", f"Unit {number}", "commune", f"P{number % PROVINCES:02d}") for number in range(count)
    ]


def _watch(folder: Path, units: int, pages: dict[str, bytes], turns: int) -> None:
    with pages_served(pages) as target:
        address, every = free_address(), f"{EVERY_SECONDS}s"
        file = configuration(folder, target, address, every=every, rules_every=every)
        with running(folder, file, address) as asking:
            end, memory = time.monotonic() + turns * EVERY_SECONDS, 0.0
            while time.monotonic() < end:
                time.sleep(EVERY_SECONDS / 3)
                memory = max(memory, _value(asking, 'process_resident_memory_bytes{job="prometheus"}'))
            _report(asking, units, len(pages["/metrics"]), memory)


def _report(asking: Asking, units: int, size: int, memory: float) -> None:
    series, seconds, head, rules = (_value(asking, one) for one in _ASKED)
    print(f"{units:,} units, {series:,.0f} samples a scrape, {size / 1e6:.1f} MB; every {EVERY_SECONDS} s")
    print(f"memory of Prometheus, at most  {memory / (1 << 20):8,.0f} MiB")
    print(f"series in its head             {head:8,.0f}")
    print(f"a scrape                       {seconds:8.2f} s")
    print(f"all rules, one round           {rules:8.2f} s")
    slowest = asking.answer("topk(3, prometheus_rule_group_last_duration_seconds)")
    named = (f"{one['metric']['rule_group'].rpartition(';')[2]} {float(one['value'][1]):.2f} s" for one in slowest)
    print(f"  of them the longest: {', '.join(named)}")


def _value(asking: Asking, expression: str) -> float:
    """The one value of an expression; 0 before there is any."""
    with contextlib.suppress(IndexError):
        return float(asking.answer(expression)[0]["value"][1])
    return 0.0
