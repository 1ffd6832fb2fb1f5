"""Draws the live figures onto the metrics page."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from events.errors import REASONS
from events.facts import NAMES
from events.instants import SECOND
from projections.units import UnitTree
from services.clock import Clock
from services.exporter.changes import Changes
from services.exporter.families import ALL_FAMILIES, EVENT_TO_METRIC, PIPELINE_FAMILIES, UNIT_FAMILIES
from services.exporter.formats import TEXT, Format
from services.exporter.live import LiveFigures, changed_units
from services.exporter.page import Page, Snapshot
from services.exporter.text import line
from services.exporter.unit_lines import UnitLines
from services.exporter.unit_samples import unit_labels
from services.store import Checkpoint, StoreRefused, StoreUnavailable

log = structlog.get_logger()

REFRESH_SECONDS: Final = 0.5
SILENT_SECONDS_MAX: Final = 3.0
"""A refresh that takes longer has met a database that does not answer."""
FEW_UNITS: Final = 100
"""Are drawn in some milliseconds; more of them by another thread, so that senders and scrapers need not wait."""
AGE_SECONDS_MAX: Final = 120.0
LATENCY_BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)


class Exporter:
    """Keeps the page up to date in the background; a scrape only joins and sends it."""

    def __init__(
        self,
        live: LiveFigures,
        clock: Clock,
        *,
        version: str,
        policy: str,
        time_zone: str,
        log_ends: Callable[[], Mapping[int, int]] = dict,
        age_seconds_max: float = AGE_SECONDS_MAX,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Figures older than `age_seconds_max` are no longer on the page; `monotonic` is in seconds."""
        self.live = live
        self.changes = Changes()
        self._clock = clock
        self._log_ends = log_ends
        self._age_seconds_max = age_seconds_max
        self._monotonic = monotonic
        self._page = Page(ALL_FAMILIES)
        self._drawn_at = 0
        self._lines: dict[str, UnitLines] = {}
        self._build = {"version": version, "policy": policy, "time_zone": time_zone}
        self.error: str | None = None
        self._refreshed_at: float | None = None
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._latency = Histogram(
            EVENT_TO_METRIC.name,
            EVENT_TO_METRIC.help,
            buckets=LATENCY_BUCKETS,
            registry=self.registry,
        )

    async def run(self) -> None:
        """Refreshes until cancelled; while the database is away the page keeps its last figures and its watermark."""
        while True:
            try:
                await self.refresh()
            except (StoreUnavailable, StoreRefused) as error:
                if self.error is None:
                    log.warning("exporter.waiting", error=str(error))
                self.error = str(error)
                self._draw_pipeline(self._page)  # the log goes on growing
            await asyncio.sleep(REFRESH_SECONDS)

    def trouble(self) -> str | None:
        """Why the figures are not fresh; None where they are. Frozen, a database gives no error, only no answer."""
        why = self.error
        if self._refreshed_at is None:
            why = why or "no figures yet"
        elif (silent := self._monotonic() - self._refreshed_at) > SILENT_SECONDS_MAX:
            why = why or f"no answer for {silent:.0f} s"
        return why if why is None else "; ".join(filter(None, (why, self.withheld())))

    def withheld(self) -> str | None:
        """Why unit figures are not served; None where they are: old ones must not be taken for those of now."""
        if self._refreshed_at is None or (age := self._monotonic() - self._refreshed_at) <= self._age_seconds_max:
            return None
        return (
            f"unit figures are {age:.0f} s old and no longer served; at most {self._age_seconds_max:.0f} s are allowed"
        )

    async def refresh(self) -> None:
        """Brings figures and page up to now; meanwhile the page is the one before, whole."""
        changed, arrivals = await self.live.refresh()
        if changed is not None and len(changed) <= FEW_UNITS:
            self.draw(changed)
        else:
            page = self._page.fork()
            await asyncio.to_thread(self._draw, page, changed)
            self._page, self._drawn_at = page, self.live.refreshed_at
        self.error = None
        self._refreshed_at = self._monotonic()
        self.changes.tell(changed)
        now = self._clock()
        for one in arrivals:
            exemplar = None if one.trace is None else {"trace_id": one.trace}
            self._latency.observe(max(0, now - one.recorded_at) / SECOND, exemplar)

    def draw(self, changed: set[str] | None) -> None:
        """Draws the units that changed (None: all) and the pipeline."""
        self._draw(self._page, changed)
        self._drawn_at = self.live.refreshed_at

    def _draw(self, page: Page, changed: set[str] | None) -> None:
        if changed is None:
            self._draw_infos(page, self.live.tree)
        for unit in changed_units(changed, self.live.tree):
            self._draw_unit(page, unit)
        self._draw_problems(page, changed)
        self._draw_targets(page)
        self._draw_pipeline(page)

    def _draw_infos(self, page: Page, tree: UnitTree) -> None:
        for family in UNIT_FAMILIES:
            page.clear(family.name)
        self._lines = {code: UnitLines(code) for code in tree.codes()}
        for code, labels in unit_labels(tree).items():
            page.put("duecourse_unit_info", code, line("duecourse_unit_info", labels, 1))

    def _draw_unit(self, page: Page, unit: str) -> None:
        for family, block in self._lines[unit].drawn(self.live.values(unit)):
            page.put(family, unit, block)
        oldest = self.live.oldest.get(unit)
        name = "duecourse_cases_open_oldest_received_timestamp_seconds"
        block = b"" if oldest is None else line(name, {"unit": unit}, oldest // SECOND)
        page.put(name, unit, block)

    def _draw_problems(self, page: Page, changed: set[str] | None) -> None:
        """Also of units that the tree does not know, or of none: cases that were never received."""
        name = "duecourse_data_quality_cases"
        found = self.live.unit_problems()
        for unit in sorted(found if changed is None else changed):
            lines = [line(name, {"unit": unit, "problem": word}, n) for word, n in sorted(found.get(unit, {}).items())]
            page.put(name, unit, b"".join(lines))

    def _draw_targets(self, page: Page) -> None:
        name = "duecourse_target_ratio"
        ratios = sorted(self.live.targets.on_day(self.live.windows.today).items())
        # A float prints as the decimal it was read from: targets have six places at most.
        page.put_all(name, {unit: line(name, {"unit": unit}, float(ratio)) for unit, ratio in ratios})

    def _draw_pipeline(self, page: Page) -> None:
        live = self.live
        counts = {(partition, name, label): n for partition, name, label, n in live.counters}
        for one in live.checkpoints:
            self._draw_partition(page, one, counts)
        if live.differences is not None:
            name = "duecourse_verification_differences"
            page.put(name, "", line(name, {}, live.differences))
        page.put("duecourse_build_info", "", line("duecourse_build_info", self._build, 1))

    def _draw_partition(self, page: Page, one: Checkpoint, counts: dict[tuple[int, str, str], int]) -> None:
        key, partition = str(one.partition), {"partition": one.partition}
        put = page.put
        applied = [
            line(
                "duecourse_events_applied_total",
                partition | {"type": name},
                counts.get((one.partition, "applied", name), 0),
            )
            for name in NAMES.values()
        ]
        dead = [
            line(
                "duecourse_dead_letters_total",
                partition | {"reason": name},
                counts.get((one.partition, "dead", name), 0),
            )
            for name in REASONS
        ]
        put("duecourse_events_applied_total", key, b"".join(applied))
        put("duecourse_dead_letters_total", key, b"".join(dead))
        plain = {
            "duecourse_events_duplicate_total": one.duplicate,
            "duecourse_projection_position": one.position,
            "duecourse_projection_watermark_timestamp_seconds": one.recorded_at / SECOND,
            "duecourse_projection_lag_events": max(0, self._log_ends().get(one.partition, 0) - one.position),
            "duecourse_projection_halted": int(one.halted is not None),
            "duecourse_projection_rewinds_total": one.rewinds,
            "duecourse_projection_retries_total": one.retries,
        }
        for family, value in plain.items():
            put(family, key, line(family, partition, value))

    def snapshot(self) -> Snapshot:
        """Unit figures and pipeline; the pipeline alone where the figures are withheld. It may go to another thread."""
        name = "duecourse_projection_snapshot_timestamp_seconds"
        self._page.put(name, "", line(name, {}, self._drawn_at / SECOND))
        return self._page.snapshot(ALL_FAMILIES if self.withheld() is None else PIPELINE_FAMILIES)

    def unit_page(self) -> bytes:
        """The same as Prometheus text."""
        return self.snapshot().joined(TEXT)

    def process_page(self, form: Format = TEXT) -> bytes:
        """This process: memory, processor time, garbage collection, event to metric."""
        return form.drawn(self.registry)

    def series(self) -> int:
        """Number of samples on the unit page."""
        return self._page.series()
