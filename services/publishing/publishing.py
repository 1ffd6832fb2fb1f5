"""`publish`: freezes reports with everything they depend on, signed, in the database and in a folder outside it."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from events.instants import instant_of, iso
from projections.definitions import BY_REPORT
from projections.groups import Grouping
from services.clock import Clock
from services.evidence.errors import FolderInUse
from services.evidence.manifest import Manifest, Publication, Versions, publish
from services.evidence.publications import keep_publication
from services.history.points import Point, point_at
from services.history.when import Now
from services.postgres.connection import connected
from services.postgres.queries import snapshot
from services.postgres.store import PostgresStore
from services.publishing.code_hash import code_hash
from services.publishing.freezing import Asked, definitions_hash, frozen_reports
from services.publishing.log_keeping import EvidencePlace, logged
from services.report_documents import ReportRefused
from services.version import VERSION

NOTHING_HASH: Final = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""SHA-256 of nothing: the version of a unit tree that was never loaded."""
IN_USE_MAX: Final = 20
IN_USE_SECONDS: Final = 0.5
_INSERT: Final = "insert into publications values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing"


async def publish_reports(
    store: PostgresStore, place: EvidencePlace, asked: Sequence[Asked], clock: Clock
) -> Publication:
    """Publishes reports as of now; both copies are on disk when it returns.

    Where the keeper of a running service just signs the same logs, waits for it. Raises `ReportRefused`,
    `PeriodNotBegun`, `UnitUnknown`, `ArchiveUnreadable`, `EvidenceError`.
    """
    if any(one.question.by is Grouping.GROUP for one in asked):
        raise ReportRefused("reports by group are not published: use unit, child, level or month")
    for _ in range(IN_USE_MAX):
        try:
            return await _published(store, place, asked, clock)
        except FolderInUse:
            await asyncio.sleep(IN_USE_SECONDS)
    return await _published(store, place, asked, clock)


async def _published(store: PostgresStore, place: EvidencePlace, asked: Sequence[Asked], clock: Clock) -> Publication:
    key = place.key()
    async with snapshot(store.pool) as connection:
        point = await point_at(connection, Now(), clock)
        archive = await logged(connection, place, key, point)
        reports = await frozen_reports(connection, store, point, asked)
    manifest = Manifest(
        published_at=iso(clock()),
        recorded_at=iso(point.recorded_at),
        time_zone=store.days.time_zone,
        versions=versions_of(point, [one.question.definition.report for one in asked]),
        archive=tuple(archive),
        reports=reports,
    )
    publication = publish(manifest, key)
    await asyncio.to_thread(keep_publication, place.folder, publication)
    await _keep_row(store, publication, point)
    return publication


def versions_of(point: Point, reports: Sequence[str]) -> Versions:
    """What the figures are computed with: the reference data of the point, and the definitions and code of now."""
    return Versions(
        definitions=f"sha256:{definitions_hash(BY_REPORT[name] for name in reports)}",
        units=f"sha256:{point.units_version or NOTHING_HASH}",
        calendar=_hash(point.versions, "calendar"),
        procedures=_hash(point.versions, "procedures"),
        code=f"sha256:{code_hash()}",
        release=VERSION,
    )


def _hash(versions: Mapping[str, str], kind: str) -> str | None:
    return f"sha256:{versions[kind]}" if kind in versions else None


async def _keep_row(store: PostgresStore, publication: Publication, point: Point) -> None:
    below = point.below()
    row = (
        publication.id,
        instant_of_text(publication.manifest.published_at),
        point.recorded_at,
        [partition for partition, _ in below],
        [position for _, position in below],
        list(point.versions),
        list(point.versions.values()),
        publication.as_bytes(),
    )
    async with connected(store.pool) as connection:
        await connection.execute(_INSERT, *row)


def instant_of_text(text: str) -> int:
    """Microseconds of an RFC 3339 time."""
    return instant_of(datetime.fromisoformat(text))
