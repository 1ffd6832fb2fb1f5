"""The log of one partition, written: entries are added, tiles filled, checkpoints signed.

Only the signed checkpoints count. What a crash left behind the last one (tiles, bundles, half a note) is either written
again, byte for byte the same, or cut off; the caller reads on behind `last_position` and adds what follows.
"""

import os
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from shutil import rmtree
from typing import Final

from projections.archive_entry import are_in_order, bundle_of, read_entry
from projections.merkle import leaf_hash
from projections.merkle_tiles import TILE_WIDTH, Tile, TiledTree, TileId
from services.evidence.checkpoint_text import Checkpoint
from services.evidence.durable_files import append, clear_drafts, cut, folder_errors, lock, replace, write_once
from services.evidence.errors import FolderDamaged, LogRolledBack, OutOfOrder
from services.evidence.log_reading import HISTORY, NEWEST, LogReader, SignedCheckpoint, last_note
from services.evidence.signing import SigningKey

VERIFIER_KEY: Final = "vkey"
_ENTRIES_AT_ONCE: Final = 32 * TILE_WIDTH
"""How many are hashed and written together: enough for one wait for the disk to serve many files."""


class PartitionLog:
    """One partition's log, held by this process alone until `close`; not for two threads at once."""

    def __init__(self, folder: Path, key: SigningKey, partition: int) -> None:
        """Goes on from the last signed checkpoint; raises `FolderInUse`, `FolderDamaged` or `FolderFailed`."""
        self.reader = LogReader(folder, key.verifier)
        self._folder = folder
        self._key = key
        self._partition = partition
        with folder_errors(folder):
            self._lock = lock(folder)
            try:
                self._signed = self._recovered()
            except BaseException:
                os.close(self._lock)
                raise

    def _recovered(self) -> SignedCheckpoint | None:
        """Tree, open bundle and last position as the last checkpoint has them."""
        clear_drafts(self._folder)
        write_once(self._folder, {VERIFIER_KEY: f"{self._key.verifier}\n".encode()})
        signed = self.reader.newest()
        self._cut_history()
        size = signed.checkpoint.size if signed else 0
        self._tree = TiledTree.restored(size, self.reader.tile)
        if signed and self._tree.root() != signed.checkpoint.root:
            raise FolderDamaged(self._folder, f"the tiles do not have the root that was signed at {size} entries")
        self._last_position = self.reader.last_position(size)
        self._open_bundle = self.reader.open_bundle(size)
        if signed:
            replace(self._folder, NEWEST, signed.note.encode())
        return signed

    def _cut_history(self) -> None:
        """Takes away what a crash left behind the last whole note."""
        history = self._folder / HISTORY
        if history.exists():
            found = last_note(history, self._key.verifier.name)
            end = found.end if found else 0
            if history.stat().st_size > end:
                cut(history, end)

    @property
    def size(self) -> int:
        """Entries added, signed or not."""
        return self._tree.size

    @property
    def last_position(self) -> int:
        """The position of the last entry added; -1 before the first. The archive is read on behind it."""
        return self._last_position

    @property
    def signed(self) -> SignedCheckpoint | None:
        """The last checkpoint."""
        return self._signed

    def append(self, entries: Iterable[bytes]) -> int:
        """Adds entries in the order of their positions and writes the tiles that became full; answers how many.

        Raises `OutOfOrder` for an entry that does not go on, `TileConflict`, `FolderFailed`. After an error the log
        must be opened anew: it is then what it was at its last checkpoint.
        """
        rest = iter(entries)
        count = 0
        while added := self._checked(islice(rest, _ENTRIES_AT_ONCE)):
            self._add(added)
            count += len(added)
        return count

    def _add(self, added: list[bytes]) -> None:
        full = self._tree.extend(map(leaf_hash, added))
        self._open_bundle += added
        files: dict[str, bytes] = {}
        bundled = 0
        for tile in full:
            files[tile.id.path] = tile.hashes
            if tile.id.level == 0:
                files[tile.id.bundle_path] = bundle_of(self._open_bundle[bundled : bundled + TILE_WIDTH])
                bundled += TILE_WIDTH
        del self._open_bundle[:bundled]
        with folder_errors(self._folder):
            write_once(self._folder, files)

    def _checked(self, entries: Iterable[bytes]) -> list[bytes]:
        """The entries, if each lies in this partition and behind the one before; then the last is the last position."""
        added = list(entries)
        if not are_in_order(added, self._partition, self._last_position):
            where = f"{self._partition}:{self._last_position}"
            raise OutOfOrder(f"these entries do not go on in order behind {where}: read the archive behind it")
        if added:
            self._last_position = read_entry(added[-1]).position
        return added

    def checkpoint(self) -> SignedCheckpoint:
        """Signs what was added since the last checkpoint; the same one again where that is nothing.

        When it returns, tiles and note are on disk. Raises `TileConflict` and `FolderFailed`, as `append` does.
        """
        if self._signed and self._signed.checkpoint.size == self._tree.size:
            return self._signed
        partial = self._tree.partial_tiles()
        checkpoint = Checkpoint(self._key.verifier.name, self._tree.size, self._tree.root())
        signed = SignedCheckpoint(checkpoint, str(self._key.sign(checkpoint.text)))
        with folder_errors(self._folder):
            write_once(self._folder, dict(self._files(partial)))
            append(self._folder / HISTORY, f"{signed.note}\n".encode())
            replace(self._folder, NEWEST, signed.note.encode())
            self._drop_outgrown(self._signed.checkpoint.size if self._signed else 0)
        self._signed = signed
        return signed

    def _files(self, partial: Iterable[Tile]) -> Iterable[tuple[str, bytes]]:
        for tile in partial:
            yield tile.id.path, tile.hashes
            if tile.id.level == 0:
                yield tile.id.bundle_path, bundle_of(self._open_bundle)

    def _drop_outgrown(self, before: int) -> None:
        """Removes the partial tiles of the former right edge where the full tile is there now."""
        for level in range(64):
            index = before >> 8 * (level + 1)
            if index >= self._tree.size >> 8 * (level + 1):
                return
            full = TileId(level, index)
            for name in (full.path, full.bundle_path) if level == 0 else (full.path,):
                rmtree(self._folder / f"{name}.p", ignore_errors=True)

    def require(self, known: Checkpoint) -> None:
        """Raises `LogRolledBack` unless this log goes on from a checkpoint that is known from elsewhere."""
        size = self._signed.checkpoint.size if self._signed else 0
        if known.size > size:
            raise LogRolledBack(
                self._folder, f"ends at {size} entries, but {known.size} were signed: restore the folder"
            )
        if self.reader.root_at(known.size) != known.root:
            raise LogRolledBack(self._folder, f"its first {known.size} entries are not those that were signed")

    def close(self) -> None:
        """Lets others write the log; what was added since the last checkpoint is forgotten."""
        os.close(self._lock)
