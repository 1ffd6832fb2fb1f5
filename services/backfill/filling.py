"""`backfill openmetrics`: the archive folded as of a point, and its figures at past hours and days written by month."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from events.facts import Kind
from projections.past_sums import Group, PastSums, past_entries
from projections.periods import Period
from projections.standing import Rules, standing
from projections.units import UnitTree
from services.backfill.groups import Groups, groups_of, in_order
from services.backfill.openmetrics import OpenMetricsFile, open_metrics
from services.backfill.samples import Labels, PastSamples, series_of
from services.backfill.ticks import SETTLES_AFTER, Month, Tick, months_of_ticks
from services.clock import Clock
from services.exporter.unit_samples import unit_labels
from services.exports.draft import drafted
from services.exports.errors import ExportRefused
from services.history.archive import cases_at
from services.history.folding import fold_case
from services.history.points import Point, point_at, rules_at
from services.history.when import When
from services.postgres.connection import Connection
from services.postgres.queries import snapshot
from services.postgres.store import PostgresStore
from services.version import VERSION

KIND: Final[Kind] = "procedure"
"""As on the exporter's page."""
ENDING: Final = ".om"
MANIFEST: Final = "replay_run.json"
RUN_DIGITS: Final = 12
SHOWN_EVERY: Final = 500
Show = Callable[[str, int, int | None], None]
"""Told what is being done, and how far it is, of how much (None: unknown)."""


class Asked(Struct, frozen=True):
    """What is to be back-filled; `due_soon_days` as the exporter has them."""

    period: Period
    when: When
    folder: Path
    due_soon_days: int


class Filled(Struct, frozen=True):
    """What was written: files with their number of samples, in order."""

    point: Point
    run: str
    cases: int
    files: Sequence[tuple[Path, int]]
    period: Period
    rules: Rules

    def as_json(self) -> dict[str, Any]:
        """For machines; also the manifest in the folder."""
        return {
            "replay_run": self.run,
            "from": self.period.from_date.isoformat(),
            "to": self.period.to_date.isoformat(),
            "time_zone": self.rules.days.time_zone,
            "policy": self.rules.policy.value,
            "as_of": self.point.as_json(),
            "versions": {**self.point.versions, "code": VERSION},
            "cases": self.cases,
            "samples": sum(samples for _, samples in self.files),
            "files": [{"name": path.name, "samples": samples} for path, samples in self.files],
        }


async def backfill(store: PostgresStore, asked: Asked, clock: Clock, show: Show) -> Filled:
    """Writes the files into an empty folder; raises `ExportRefused`, `WhenRefused`, `ArchiveUnreadable`."""
    _expect_empty(asked.folder)
    async with snapshot(store.pool) as connection:
        point = await point_at(connection, asked.when, clock)
        rules = await rules_at(connection, store, point)
        months = months_of_ticks(asked.period, rules.days, min(clock() - SETTLES_AFTER, point.recorded_at))
        if not months:
            raise ExportRefused("nothing to fill: the days asked for are not three hours over, or after the as-of time")
        filling = _Filling(months, rules, asked.due_soon_days)
        await filling.read(connection, point, show)
    run = _run_of(point, rules, asked)
    files = [filling.write(month, asked.folder, (("replay_run", run),), show) for month in months]
    filled = Filled(point, run, filling.cases, files, asked.period, rules)
    with drafted(asked.folder / MANIFEST) as draft:
        draft.write_text(json.dumps(filled.as_json(), indent=2) + "\n", encoding="utf-8")
    return filled


def _expect_empty(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise ExportRefused(f"{folder} holds files: name a folder that is empty or not there yet")
    except OSError as error:
        raise ExportRefused(f"{folder}: {error.strerror}: no folder can be made there") from None


def _run_of(point: Point, rules: Rules, asked: Asked) -> str:
    """The name of a run: the same for the same archive, rules and code."""
    made_of = [point.as_json()["positions"], dict(sorted(point.versions.items())), VERSION, asked.due_soon_days]
    text = json.dumps([*made_of, rules.policy.value, rules.days.time_zone])
    return hashlib.sha256(text.encode()).hexdigest()[:RUN_DIGITS]


class _Filling:
    """Sums of all groups: units by the day, those above them by the hour."""

    def __init__(self, months: Sequence[Month], rules: Rules, due_soon_days: int) -> None:
        self._rules = rules
        self._due_soon_days = due_soon_days
        self._groups: Groups = groups_of(rules.units)
        self._hourly = PastSums(instant for month in months for tick in month.hourly for instant in tick.instants())
        self._daily = PastSums(instant for month in months for tick in month.daily for instant in tick.instants())
        self.cases = 0

    async def read(self, connection: Connection, point: Point, show: Show) -> None:
        """Adds every case of the point."""
        async for recorded in cases_at(connection, point):
            found = standing(fold_case(recorded, self._rules).case, self._rules)
            if found is not None and found.received.kind == KIND:
                entered = past_entries(found, self._rules, self._due_soon_days)
                self._daily.add(entered, self._groups.daily)
                self._hourly.add(entered, self._groups.hourly)
            self.cases += 1
            if self.cases % SHOWN_EVERY == 0:
                show("reading cases", self.cases, None)

    def write(self, month: Month, folder: Path, labels: Labels, show: Show) -> tuple[Path, int]:
        """Writes the file of a month; its path and number of samples."""
        path = folder / f"{month.name}{ENDING}"
        daily, hourly = in_order(self._groups.daily), in_order(self._groups.hourly)
        total = len(daily) + len(hourly)
        with drafted(path) as draft, open_metrics(folder, labels) as file:
            _put_infos(file, self._rules.units, month.daily)
            done = 0
            for groups, sums, ticks in ((daily, self._daily, month.daily), (hourly, self._hourly, month.hourly)):
                places = {instant: place for place, instant in enumerate(sums.instants)}
                for group in groups:
                    self._put(file, group, sums, places, ticks)
                    done += 1
                    show(path.name, done, total)
            file.join(draft)
        return path, file.samples

    def _put(
        self, file: OpenMetricsFile, group: Group, sums: PastSums, places: dict[int, int], ticks: Sequence[Tick]
    ) -> None:
        samples = PastSamples(sums.before(group), places, ticks, self._rules.policy)
        for name, labels, values in series_of(group, samples.all()):
            file.put(name, labels, values, ticks)


def _put_infos(file: OpenMetricsFile, tree: UnitTree, ticks: Sequence[Tick]) -> None:
    """The labels of units, by which dashboards join."""
    for labels in unit_labels(tree).values():
        file.put("duecourse_unit_info", tuple(labels.items()), [1] * len(ticks), ticks)
