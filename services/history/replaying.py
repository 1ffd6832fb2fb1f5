"""`replay`: the archive folded from nothing up to a point, its figures and one hash of its tallies."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from msgspec import Struct

from events.instants import iso
from projections.definitions import BY_REPORT
from projections.periods import reporting_year
from projections.reports import Grouping, Question, Report
from services.clock import Clock
from services.history.archive import CHUNK_EVENTS
from services.history.columnar.folding import fold_columns
from services.history.columnar.spool import spool
from services.history.copying import copy_to
from services.history.digest import digest_of_tallies
from services.history.figures import report_at
from services.history.folding import Folded, fold_archive
from services.history.points import Point, point_at, rules_at
from services.history.when import When
from services.history.workers import fold_shared
from services.postgres.connection import Pool
from services.postgres.queries import snapshot
from services.postgres.store import PostgresStore
from services.version import VERSION


class Replayed(Struct, frozen=True):
    """What a replay gave; `report` is the on-time table of the reporting year in which the last fact lies."""

    point: Point
    events: int
    cases: int
    digest: str
    report: Report | None
    time_zone: str

    def as_json(self) -> dict[str, Any]:
        """The same for machines: a function of the archive up to the point, for every point but `now`."""
        return {
            "as_of": self.point.as_json(),
            "events": self.events,
            "cases": self.cases,
            "digest": self.digest,
            "versions": {**self.point.versions, "code": VERSION},
            "report": None if self.report is None else _report_json(self.report, self.time_zone),
        }


def _report_json(found: Report, time_zone: str) -> dict[str, Any]:
    question = found.question
    return {
        "report": question.definition.report,
        "policy": question.policy.value,
        "time_zone": time_zone,
        "from": question.period.from_date.isoformat(),
        "to": question.period.to_date.isoformat(),
        "rows": [row.as_json() for row in found.rows],
        "total": found.total.as_json(),
    }


async def replay(
    store: PostgresStore, when: When, clock: Clock, *, to: Pool | None = None, chunk_events: int = CHUNK_EVENTS
) -> Replayed:
    """Folds the archive up to a point in one snapshot; with `to`, into that database, too, which must be empty.

    Raises `WhenRefused`, `ArchiveUnreadable`, `StoreRefused`.
    """
    async with snapshot(store.pool) as connection:
        point = await point_at(connection, when, clock)
        if to is None:
            found = await fold_archive(connection, store, point, chunk_events=chunk_events)
    if to is not None:
        found = await copy_to(store, to, point)
    return _replayed(found, store)


async def replay_shared(store: PostgresStore, url: str, when: When, clock: Clock, workers: int) -> Replayed:
    """The same with several processes, which open the database by its URL."""
    async with snapshot(store.pool) as connection:
        point = await point_at(connection, when, clock)
        rules = await rules_at(connection, store, point)
    return _replayed(await fold_shared(url, rules, point, workers), store)


async def replay_columnar(store: PostgresStore, when: When, clock: Clock) -> Replayed:
    """The same over columns: cases that count alike are counted once (`services.history.columnar`)."""
    with TemporaryDirectory(prefix="duecourse-columns-") as folder:
        scratch = Path(folder)
        async with snapshot(store.pool) as connection:
            point = await point_at(connection, when, clock)
            rules = await rules_at(connection, store, point)
            await spool(connection, point, scratch / "archive.csv")
        found = await asyncio.to_thread(fold_columns, scratch / "archive.csv", scratch, point, rules)
    return _replayed(found.folded, store)


def _replayed(found: Folded, store: PostgresStore) -> Replayed:
    report = None
    if found.last_time is not None:
        last = store.days.day_of(min(found.last_time, found.point.recorded_at))
        report = report_at(found, Question(BY_REPORT["on-time"], reporting_year(last), store.policy, Grouping.UNIT))
    digest = digest_of_tallies(found.tallies)
    return Replayed(found.point, found.events, found.cases, digest, report, store.days.time_zone)


def heading(found: Replayed) -> str:
    """A line for people."""
    positions = ", ".join(f"{partition}:{position}" for partition, position in found.point.below()) or "none"
    return (
        f"{found.events:,} events of {found.cases:,} cases, as of {iso(found.point.recorded_at)}, positions {positions}"
    )
