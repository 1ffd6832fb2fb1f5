"""`verify --archive`: every archived event compared with the logs that lie outside the database.

The logs come first: their signatures, tiles and checkpoints, and every state of the archive that a publication names.
Then the archive, event by event. Facts may arrive meanwhile: events are read only once it is known how many were
signed, so what is signed later cannot seem to be missing.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final

from msgspec import Struct

from projections.archive_differences import Finding
from projections.archive_entry import read_entry
from services.evidence.archive_check import Checked, check_archive
from services.evidence.checkpoint_text import Checkpoint
from services.evidence.errors import EvidenceError, FolderDamaged, FolderFailed
from services.evidence.log_folder import log_reader, partitions_in
from services.evidence.log_reading import LogReader
from services.evidence.manifest import Publication
from services.evidence.publications import kept_ids, kept_publication
from services.evidence.signed_note import VerifierKey
from services.postgres.connection import Connection, connected
from services.postgres.store import PostgresStore
from services.publishing.listing import Kept, kept_publications, read_kept
from services.publishing.log_keeping import EvidencePlace, archive_entries

NAMED_MAX: Final = 1_000
"""Findings whose case is looked up."""
_BEFORE_ALL: Final = -1
_BEHIND_ALL: Final = 2**63 - 1
_PARTITIONS: Final = "select partition from checkpoints union select distinct partition from archive"
_CASE: Final = "select case_id from archive where partition = $1 and position = $2"
_BEHIND: Final = (
    "select min(position) from archive where partition = $1 and position >= coalesce((select base + position from "
    "checkpoints where partition = $1), 0) and not exists (select from checkpoint_resets where partition = $1 "
    "and to_position < from_position)"
)
"""Where it is not that a checkpoint was moved back by hand."""
_COUNTS: Final = (
    "select (select count(*) from archive where partition = $1) as archived, "
    "coalesce((select applied from checkpoints where partition = $1), 0) as recorded"
)
_NOWHERE: Final = "select partition, position from archive where partition < 0 or position < 0 limit 1"


class FoundEvent(Struct, frozen=True):
    """What happened to events of a partition; `case_id` is the case that the archive now has at the first of them."""

    finding: Finding
    case_id: str | None

    def as_json(self) -> dict[str, Any]:
        one = self.finding
        return {
            "kind": one.kind.value,
            "first": one.first,
            "last": one.last,
            "events": one.events,
            "text": one.text,
            "case_id": self.case_id,
        }

    def __str__(self) -> str:
        case = f" (case {self.case_id})" if self.case_id is not None else ""
        return f"{self.finding.kind.value.replace('_', ' ')}: {self.finding.text}{case}"


class PartitionChecked(Struct, frozen=True):
    """A partition: how many events are archived and how many of them signed, and what is wrong."""

    partition: int
    archived: int
    signed: int
    problems: list[str]
    findings: list[FoundEvent]

    def as_json(self) -> dict[str, Any]:
        return {
            "partition": self.partition,
            "archived": self.archived,
            "signed": self.signed,
            "problems": self.problems,
            "findings": [one.as_json() for one in self.findings],
        }


class ArchiveChecked(Struct, frozen=True):
    """The whole archive; `problems` are those of no partition."""

    partitions: list[PartitionChecked]
    problems: list[str]

    @property
    def differences(self) -> int:
        return len(self.problems) + sum(len(one.problems) + len(one.findings) for one in self.partitions)

    def as_json(self) -> dict[str, Any]:
        partitions = [one.as_json() for one in self.partitions]
        return {"differences": self.differences, "problems": self.problems, "partitions": partitions}


async def check_whole_archive(
    store: PostgresStore, place: EvidencePlace, on_progress: Callable[[int], None]
) -> ArchiveChecked:
    """Checks every partition that has events or a log; `on_progress` is told the events compared so far.

    Raises `FolderDamaged` where the folder holds no log at all, `FolderFailed`.
    """
    key = place.verifier()
    if key is None:
        raise FolderDamaged(
            place.folder, "holds no log: `serve` and `publish` write one; name the folder by --evidence"
        )
    known, problems = _published(await kept_publications(store.pool), place, key)
    async with connected(store.pool) as connection:
        problems += await _problems(connection, place, key)
        archived = {row["partition"] for row in await connection.fetch(_PARTITIONS)}
        there = archived | set(partitions_in(place.folder)) | set(known)
        partitions: list[PartitionChecked] = []
        for partition in sorted(one for one in there if one >= 0):
            entries = _Entries(connection, partition, on_progress, sum(one.archived for one in partitions))
            log = log_reader(place.folder, key, partition)
            partitions.append(await _partition(log, entries, known.get(partition, ())))
    return ArchiveChecked(partitions, problems)


def _published(
    rows: Sequence[Kept], place: EvidencePlace, key: VerifierKey
) -> tuple[dict[int, list[Checkpoint]], list[str]]:
    """What publications say of each partition, those in the database and those only in the folder."""
    readings: dict[str, Callable[[], Publication | None]] = {
        one: partial(kept_publication, place.folder, one, key) for one in kept_ids(place.folder)
    }
    readings |= {row.id: partial(read_kept, row, key) for row in rows}
    known: dict[int, list[Checkpoint]] = {}
    problems: list[str] = []
    for name, read in readings.items():
        try:
            publication = read()
        except EvidenceError as error:
            problems.append(f"publication {name}: {error}")
            continue
        for one in publication.manifest.archive if publication is not None else ():
            root = bytes.fromhex(one.root.removeprefix("sha256:"))
            known.setdefault(one.partition, []).append(Checkpoint(one.origin, one.size, root))
    return known, problems


async def _problems(connection: Connection, place: EvidencePlace, key: VerifierKey) -> list[str]:
    """What is wrong with no partition of its own: the key, and rows where no event can be."""
    problems = []
    if place.key_file.exists() and place.key().verifier != key:
        problems.append(f"{place.folder}: signed with another key than {place.key_file} holds")
    nowhere = await connection.fetchrow(_NOWHERE)
    if nowhere is not None:
        problems.append(f"inserted: the archive has an event at {nowhere['partition']}:{nowhere['position']}")
    return problems


class _Entries:
    """The archived events of a partition as entries of its log, read when they are asked for."""

    def __init__(self, connection: Connection, partition: int, on_progress: Callable[[int], None], before: int) -> None:
        """`before`: how many events of other partitions were compared already."""
        self.connection: Final = connection
        self.partition: Final = partition
        self._on_progress = on_progress
        self._before = before
        self._loop = asyncio.get_running_loop()

    def __iter__(self) -> Iterator[bytes]:
        """For a thread beside the event loop."""
        last, count = _BEFORE_ALL, self._before
        while entries := asyncio.run_coroutine_threadsafe(self._behind(last), self._loop).result():
            yield from entries
            count += len(entries)
            self._loop.call_soon_threadsafe(self._on_progress, count)
            last = read_entry(entries[-1]).position

    async def _behind(self, last: int) -> list[bytes]:
        return await archive_entries(self.connection, self.partition, last, _BEHIND_ALL)

    async def row(self, query: str, *arguments: int) -> Any:
        """A row of values about the partition."""
        return await self.connection.fetchrow(query, self.partition, *arguments)

    async def asked(self, query: str, *arguments: int) -> Any:
        """One value about the partition; None where there is none."""
        return ((await self.row(query, *arguments)) or [None])[0]


async def _partition(log: LogReader, entries: _Entries, known: Sequence[Checkpoint]) -> PartitionChecked:
    checked = await _checked(log, entries, known)
    findings = [
        FoundEvent(one, await entries.asked(_CASE, one.first) if place < NAMED_MAX else None)
        for place, one in enumerate(checked.findings)
    ]
    archived, recorded = await entries.row(_COUNTS)
    problems = [str(one) for one in checked.problems]
    behind = await entries.asked(_BEHIND)
    if behind is not None:
        problems.append(f"inserted: position {behind} lies behind everything that was read")
    elif archived != recorded and not findings:
        problems.append(f"{archived:,} events are archived, {recorded:,} were recorded")
    return PartitionChecked(entries.partition, archived, checked.size, problems, findings)


async def _checked(log: LogReader, entries: _Entries, known: Sequence[Checkpoint]) -> Checked:
    """What fails is looked at once more: the log may have been written to while it was read."""
    read_to = await entries.asked("select base + position from checkpoints where partition = $1")
    try:
        checked = await asyncio.to_thread(check_archive, log, entries, read_to, known)
    except FolderFailed:
        checked = None
    if checked is not None and checked.is_clean:
        return checked
    again = LogReader(log.folder, log.key)  # what the first one remembers may be what was wrong
    return await asyncio.to_thread(check_archive, again, entries, read_to, known)
