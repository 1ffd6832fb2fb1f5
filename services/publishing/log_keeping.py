"""The logs of the archive outside the database, brought up to a point when something is published."""

import asyncio
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from projections.archive_entry import entry_of
from projections.merkle_tiles import TILE_WIDTH, tile_of
from services.evidence.durable_files import folder_errors
from services.evidence.errors import FolderInUse, LogRolledBack
from services.evidence.log_folder import LogFolder, log_reader, origin_of
from services.evidence.log_reading import LogReader
from services.evidence.manifest import ArchiveState, hash_text
from services.evidence.signed_note import VerifierKey, parse_verifier_key
from services.evidence.signing import SigningKey, signing_key
from services.history.points import Point
from services.postgres.connection import Connection
from services.settings import Settings

CHUNK_EVENTS: Final = 8_192
EMPTY_ROOT: Final = sha256().digest()
_ENTRIES: Final = (
    "select position, recorded_at, case_id, body from archive "
    "where partition = $1 and position > $2 and position < $3 order by position limit $4"
)


class EvidencePlace(Struct, frozen=True):
    """Where evidence is kept, under which name, and with which key."""

    folder: Path
    name: str
    key_file: Path

    def key(self) -> SigningKey:
        """The signing key, made where there is none; raises `KeyFileRefused`."""
        return signing_key(self.key_file, self.name)

    def verifier(self) -> VerifierKey | None:
        """The public key that the folder names; None where nothing was ever published. Raises `NoteRefused`."""
        path = self.folder / "vkey"
        return parse_verifier_key(path.read_text(encoding="utf-8")) if path.exists() else None


def evidence_place(settings: Settings) -> EvidencePlace:
    """The folder and key file that the settings name, or those under the data folder."""
    folder = settings.evidence or settings.data / "evidence"
    return EvidencePlace(folder, settings.evidence_name, settings.signing_key or settings.data / "signing.key")


async def _expect_same_archive(connection: Connection, log: LogReader, partition: int, last: int) -> None:
    """The last event that was signed must be in the archive as it was signed, or the log is another database's.

    Only the last: all of them are compared by `verify --publication`. Raises `LogRolledBack`.
    """
    newest = log.newest()
    size = newest.checkpoint.size if newest is not None else 0
    signed = await asyncio.to_thread(log.bundle, tile_of(size, 0, (size - 1) // TILE_WIDTH))
    if signed[-1:] != await archive_entries(connection, partition, last - 1, last + 1):
        text = f"event {partition}:{last} is not what was signed: the folder is of another database, or one was edited"
        raise LogRolledBack(log.folder, text)


async def archive_entries(connection: Connection, partition: int, after: int, before: int) -> list[bytes]:
    """The next entries of a partition between two positions, both exclusive; `CHUNK_EVENTS` at most."""
    rows = await connection.fetch(_ENTRIES, partition, after, before, CHUNK_EVENTS)
    return await asyncio.to_thread(_entries_of, partition, rows)


def _entries_of(partition: int, rows: Iterable[Sequence[Any]]) -> list[bytes]:
    return [entry_of(partition, *row) for row in rows]


async def logged(connection: Connection, place: EvidencePlace, key: SigningKey, point: Point) -> Sequence[ArchiveState]:
    """Adds the archive up to a point to its logs and signs them; the state of each partition.

    Raises `FolderInUse` where another process writes a log or has published a later point meanwhile, `FolderDamaged`.
    """
    with folder_errors(place.folder):
        place.folder.mkdir(parents=True, exist_ok=True)
    folder = LogFolder(place.folder, key)
    try:
        return [await _logged(connection, place, folder, key, one, position) for one, position in point.below()]
    finally:
        folder.close()


async def _logged(
    connection: Connection, place: EvidencePlace, folder: LogFolder, key: SigningKey, partition: int, position: int
) -> ArchiveState:
    origin = origin_of(key.verifier.name, partition)
    if await connection.fetchval("select min(position) from archive where partition = $1", partition) is None:
        return ArchiveState(partition, position, origin, 0, hash_text(EMPTY_ROOT))
    last = await asyncio.to_thread(folder.last_position, partition)
    if last >= position:
        raise FolderInUse(f"the log of partition {partition} was signed beyond position {position}: publish again")
    if last >= 0:
        await _expect_same_archive(connection, log_reader(place.folder, key.verifier, partition), partition, last)
    while entries := await archive_entries(connection, partition, last, position):
        await asyncio.to_thread(folder.append, partition, entries)
        last = folder.last_position(partition)
    signed = (await asyncio.to_thread(folder.checkpoint, partition)).checkpoint
    return ArchiveState(partition, position, origin, signed.size, hash_text(signed.root))
