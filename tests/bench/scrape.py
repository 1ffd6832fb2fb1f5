"""One scrape of 4,000 units: our page against `prometheus_client.generate_latest` on the same samples."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from projections.effect import Record
from services.clock import system_clock
from services.exporter.exporter import Exporter
from services.exporter.live import LiveFigures
from services.importing.run import import_lines
from services.importing.sources import Line
from tests.bench.databases import bench_database
from tests.bench.histories import events, many_units

UNITS = 4_000
CHANGED_SHARE = 0.01


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
    rounds = 3 if quick else 9
    async with bench_database(url, many_units(UNITS)) as found:
        lines = (Line(number, Record(body)) for number, body in enumerate(events(5_000, UNITS)))
        async for _ in import_lines(lines, found.projector().project):
            pass
        live = LiveFigures(found.store, system_clock, due_soon_days=3)
        exporter = Exporter(live, system_clock, version="bench", policy="date", time_zone="Asia/Ho_Chi_Minh")
        await exporter.refresh()
    page = exporter.unit_page()
    registry = CollectorRegistry()
    registry.register(_Replay(page.decode()))
    some = set(live.tree.codes()[:: round(1 / CHANGED_SHARE)])
    cold = _milliseconds(rounds, lambda: (exporter.draw(None), exporter.unit_page()))
    warm = _milliseconds(rounds, lambda: (_touch(live, some), exporter.draw(some), exporter.unit_page()))
    peer = _milliseconds(rounds, lambda: generate_latest(registry))
    print(
        f"{UNITS:,} units, {exporter.series():,} series, {len(page) / 1e6:.1f} MB, median of {rounds}, processor time"
    )
    print(f"1 % of the units changed  {warm:8.1f} ms  (asked at most 50)")
    print(f"everything drawn anew     {cold:8.1f} ms")
    print(f"prometheus_client         {peer:8.1f} ms, {peer / warm:.0f} times ours")


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
