"""`verify --publication`: a publication recomputed from the archive and compared with what was signed.

What it says of the archive is compared with the logs outside the database, event by event; its reference data with
their content; its definitions and its every number, with the cases behind it, with what the archive gives today as of
its positions.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from projections.archive_entry import read_entry
from projections.definitions import BY_REPORT
from projections.merkle import CompactRange, leaf_hash
from projections.periods import PeriodRefused
from projections.reports import UnitUnknown
from services.evidence.archive_check import check_archive
from services.evidence.checkpoint_text import Checkpoint
from services.evidence.errors import EvidenceError, ManifestRefused
from services.evidence.log_folder import log_reader
from services.evidence.manifest import ArchiveState, Publication, hash_text
from services.evidence.publications import kept_publication
from services.evidence.signed_note import VerifierKey
from services.history.archive import ArchiveUnreadable
from services.history.points import Point, point_at
from services.history.when import AtPublication
from services.postgres.connection import Connection
from services.postgres.queries import snapshot
from services.postgres.reference import read_units, version_of
from services.postgres.rule_tables import CALENDAR, PROCEDURES, read_calendar, read_procedures
from services.postgres.store import PostgresStore
from services.publishing.code_hash import code_hash
from services.publishing.freezing import frozen_reports
from services.publishing.listing import first_difference
from services.publishing.log_keeping import EvidencePlace, archive_entries
from services.publishing.publishing import NOTHING_HASH, versions_of
from services.publishing.questions import asked_again
from services.publishing.reading import public_key, publication_of

PROBLEMS_MAX: Final = 100
_BEFORE_ALL: Final = -1


class Checked(Struct, frozen=True):
    """What the check of a publication found: `problems` in words, the first ones; `notes` are no problems."""

    id: str
    rows: int
    events: int
    problems: list[str]
    notes: list[str]


async def check_publication(store: PostgresStore, place: EvidencePlace, name: str) -> Checked:
    """Checks a publication by its id or the beginning of it.

    Raises `WhenRefused` where there is none and `ManifestRefused` where the database's copy is not what was signed.
    """
    key = public_key(place)
    publication = await publication_of(store.pool, place, name)
    problems = await asyncio.to_thread(_file_problems, place.folder, publication, key)
    async with snapshot(store.pool) as connection:
        point = await point_at(connection, AtPublication(publication.id), lambda: 0)
        problems += _point_problems(publication, point)
        for state in publication.manifest.archive:
            problems += await _archive_problems(connection, place.folder, key, state)
        problems += await _reference_problems(connection, publication, point)
        problems += await _figure_problems(connection, store, publication, point)
    notes = _notes(publication)
    rows = sum(len(one.rows) + 1 for one in publication.manifest.reports)
    events = sum(one.size for one in publication.manifest.archive)
    return Checked(publication.id, rows, events, problems[:PROBLEMS_MAX], notes)


def _file_problems(folder: Path, publication: Publication, key: VerifierKey) -> list[str]:
    try:
        kept = kept_publication(folder, publication.id, key)
    except EvidenceError as error:
        return [f"the copy outside the database: {error}"]
    return [] if kept is not None else [f"the copy outside the database is missing: {folder} has none"]


def _point_problems(publication: Publication, point: Point) -> list[str]:
    """The columns of its row that name a point are read from the manifest: they must say the same."""
    signed = {one.partition: one.position for one in publication.manifest.archive}
    if signed == point.positions and publication.manifest.versions.units.endswith(point.units_version or NOTHING_HASH):
        return []
    return ["the row of the publication names other positions or units than the manifest that was signed"]


async def _archive_problems(connection: Connection, folder: Path, key: VerifierKey, state: ArchiveState) -> list[str]:
    """The root over the archived events, and where it is another, which events differ from the log outside."""
    grown, entries = CompactRange(), list[bytes]()
    async for entry in _entries(connection, state):
        grown.append(leaf_hash(entry))
        entries.append(entry)
    if (grown.size, hash_text(grown.root())) == (state.size, state.root):
        return []
    problems = [f"the archive of partition {state.partition} is not what was signed: {state.size} events then"]
    known = Checkpoint(state.origin, state.size, bytes.fromhex(state.root.removeprefix("sha256:")))
    log = log_reader(folder, key, state.partition)
    try:
        checked = await asyncio.to_thread(check_archive, log, entries, state.position, [known])
    except EvidenceError as error:
        return [*problems, str(error)]
    named = [f"partition {state.partition}: {one.text}" for one in checked.findings if one.first < state.position]
    return problems + named + [str(one) for one in checked.problems]


async def _entries(connection: Connection, state: ArchiveState) -> AsyncIterator[bytes]:
    last = _BEFORE_ALL
    while entries := await archive_entries(connection, state.partition, last, state.position):
        for entry in entries:
            yield entry
        last = read_entry(entries[-1]).position


async def _reference_problems(connection: Connection, publication: Publication, point: Point) -> list[str]:
    """Whether the reference data still have the content that their versions are the hashes of, and were signed."""
    signed, problems = publication.manifest.versions, []
    for kind, words, named in (
        ("units", "unit tree", signed.units),
        (CALENDAR, "calendar", signed.calendar),
        (PROCEDURES, "register of procedures", signed.procedures),
    ):
        version = point.versions.get(kind)
        if version is None:
            continue
        found = await _content_version(connection, kind, version)
        if found != version:
            problems.append(f"the {words} {version[:12]} was changed since: its content is now {found[:12]}")
        if named != f"sha256:{version}":
            problems.append(f"the {words} that was signed is {named}, the publication's row names {version}")
    return problems


async def _content_version(connection: Connection, kind: str, version: str) -> str:
    """The hash of what is there under a version now."""
    if kind == CALENDAR:
        calendar = await read_calendar(connection, version)
        return calendar.version if calendar is not None else "nothing"
    if kind == PROCEDURES:
        procedures = await read_procedures(connection, version)
        return procedures.version if procedures is not None else "nothing"
    return version_of(await read_units(connection, version))


async def _figure_problems(
    connection: Connection, store: PostgresStore, publication: Publication, point: Point
) -> list[str]:
    manifest = publication.manifest
    now = versions_of(point, [one.report for one in manifest.reports if one.report in BY_REPORT])
    problems = []
    if manifest.versions.definitions != now.definitions:
        problems.append("the definitions are not those that the figures were published under")
    if manifest.time_zone != store.days.time_zone:
        problems.append(f"published in time zone {manifest.time_zone}, the database counts in {store.days.time_zone}")
    try:
        asked = [asked_again(one) for one in manifest.reports]
        different = first_difference(manifest.reports, await frozen_reports(connection, store, point, asked))
    except UnitUnknown as error:
        different = f"the unit {error.args[0]} is no more"
    except (ManifestRefused, PeriodRefused, ArchiveUnreadable) as error:
        different = str(error)
    return problems if different is None else [*problems, different]


def _notes(publication: Publication) -> list[str]:
    versions = publication.manifest.versions
    if versions.code == f"sha256:{code_hash()}":
        return []
    return [f"published by release {versions.release}; this release has other code"]
