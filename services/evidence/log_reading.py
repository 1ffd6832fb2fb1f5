"""The log of one partition as it lies in its folder, read only: tiles, bundles of entries, checkpoints.

checkpoint            the newest signed checkpoint
checkpoints           every checkpoint that was ever signed, one note after the other, each with an empty line behind
tile/L/N[.p/W]        256 hashes (C2SP tlog-tiles); partial ones until the full one is there
tile/entries/N[.p/W]  the entries behind the tiles of level 0 (`projections.archive_entry`)
vkey                  the key that signs the checkpoints
"""

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

from msgspec import Struct

from projections.archive_entry import EntryUnreadable, read_bundle, read_entry
from projections.merkle import HASH_BYTES, leaf_hash
from projections.merkle_proofs import subtree_root
from projections.merkle_tiles import TILE_WIDTH, TileId, nodes_of, tile_of
from services.evidence.checkpoint_text import Checkpoint, parse_checkpoint, verified_checkpoint
from services.evidence.errors import FolderDamaged, NoteRefused
from services.evidence.signed_note import VerifierKey, parse_note

NEWEST: Final = "checkpoint"
HISTORY: Final = "checkpoints"
NOTE_BYTES_MAX: Final = 1 << 16
_TILES_REMEMBERED: Final = 256


class SignedCheckpoint(Struct, frozen=True):
    """A checkpoint whose signature holds, and the note that it was in."""

    checkpoint: Checkpoint
    note: str


class LogReader:
    """One partition's folder; `key` is named as the origin of the log. Nothing is trusted but what the key signed."""

    def __init__(self, folder: Path, key: VerifierKey) -> None:
        self.folder = folder
        self.key = key
        self._tile = lru_cache(_TILES_REMEMBERED)(self._read_tile)

    def newest(self) -> SignedCheckpoint | None:
        """The last checkpoint of the history, or None before the first; raises `FolderDamaged`.

        The history is written first: a crash may leave the file `checkpoint` one behind, never ahead.
        """
        path = self.folder / HISTORY
        found = last_note(path, self.key.name)
        newest = None if found is None else self._verified(path, found.text)
        published = self.published()
        if published and (newest is None or published.checkpoint.size > newest.checkpoint.size):
            raise FolderDamaged(path, f"the checkpoint at {published.checkpoint.size} entries is missing at its end")
        return newest

    def published(self) -> SignedCheckpoint | None:
        """The checkpoint in the file `checkpoint`, None where there is none; raises `FolderDamaged`."""
        path = self.folder / NEWEST
        return self._verified(path, _text(path)) if path.exists() else None

    def history(self) -> Iterator[SignedCheckpoint]:
        """Every checkpoint ever signed, from the first; raises `FolderDamaged` at one that is not."""
        path = self.folder / HISTORY
        if not path.exists():
            return
        parts = _text(path).split("\n\n")
        for text, signatures in zip(parts[:-1:2], parts[1:-1:2], strict=False):
            yield self._verified(path, f"{text}\n\n{signatures}\n")

    def _verified(self, path: Path, note: str) -> SignedCheckpoint:
        try:
            return SignedCheckpoint(verified_checkpoint(note, self.key), note)
        except NoteRefused as error:
            raise FolderDamaged(path, str(error)) from None

    def tile(self, tile: TileId) -> bytes:
        """The hashes of a tile; raises `FolderDamaged` where it is missing or too short. The last are remembered."""
        return self._tile(tile)

    def _read_tile(self, tile: TileId) -> bytes:
        path, content = self._part(tile.path, tile.width)
        if len(content) < tile.width * HASH_BYTES or len(content) % HASH_BYTES:
            raise FolderDamaged(path, f"{len(content)} bytes are not {tile.width} hashes or more")
        return content[: tile.width * HASH_BYTES]

    def bundle(self, tile: TileId) -> list[bytes]:
        """The entries behind a tile of level 0; raises `FolderDamaged` also where they do not have its hashes."""
        path, content = self._part(tile.bundle_path, tile.width)
        try:
            entries = read_bundle(content)
        except EntryUnreadable as error:
            raise FolderDamaged(path, str(error)) from None
        if len(entries) < tile.width:
            raise FolderDamaged(path, f"{len(entries)} entries instead of {tile.width}")
        hashes = self.tile(tile)
        for place, entry in enumerate(entries[: tile.width]):
            if leaf_hash(entry) != hashes[place * HASH_BYTES : (place + 1) * HASH_BYTES]:
                index = tile.index * TILE_WIDTH + place
                raise FolderDamaged(
                    path, f"the entry at index {index} does not have the hash that {tile.path} gives it"
                )
        return entries[: tile.width]

    def _part(self, name: str, width: int) -> tuple[Path, bytes]:
        """A tile's file, or the full or the next wider one, whose beginning says the same."""
        path = self.folder / name
        try:
            return path, path.read_bytes()
        except FileNotFoundError:
            for wider in self._wider(path, width):
                if wider.exists():
                    return wider, wider.read_bytes()
        raise FolderDamaged(path, "missing")

    def _wider(self, path: Path, width: int) -> Iterator[Path]:
        if width == TILE_WIDTH:
            return
        yield path.parent.with_suffix("")
        if path.parent.is_dir():
            widths = sorted(int(one.name) for one in path.parent.iterdir() if one.name.isdecimal())
            yield from (path.with_name(str(one)) for one in widths if one > width)

    def root_at(self, size: int) -> bytes:
        """The root over the first entries as the tiles have it, at most as many as were ever signed."""
        return subtree_root(0, size, nodes_of(size, self.tile))

    def last_position(self, size: int) -> int:
        """The position of the last of the first entries, -1 where there is none."""
        if size == 0:
            return -1
        last = tile_of(size, 0, (size - 1) // TILE_WIDTH)
        return read_entry(self.bundle(last)[-1]).position

    def open_bundle(self, size: int) -> list[bytes]:
        """The last of the first entries, those that do not fill a tile."""
        last = tile_of(size, 0, size // TILE_WIDTH)
        return self.bundle(last) if last.width else []


class LastNote(Struct, frozen=True):
    """The last whole note of a history, and how long the history is with it."""

    text: str
    end: int


def last_note(path: Path, origin: str) -> LastNote | None:
    """The last note that was written whole; what a crash left behind it is passed over. None where there is none."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        begin = file.seek(max(0, size - 2 * NOTE_BYTES_MAX))
        data = file.read()
    if begin == 0:
        data, begin = b"\n\n" + data, -2
    at = data.rfind(marker := f"\n\n{origin}\n".encode())
    while at >= 0:
        text_end = data.find(b"\n\n", at + 2)
        note_end = data.find(b"\n\n", text_end + 2)
        if 0 <= text_end < note_end and _is_checkpoint(note := data[at + 2 : note_end + 1]):
            return LastNote(note.decode(), begin + note_end + 2)
        at = data.rfind(marker, 0, at + 1)
    return None


def _is_checkpoint(note: bytes) -> bool:
    try:
        parse_checkpoint(parse_note(note.decode()).text)
    except (NoteRefused, UnicodeDecodeError):
        return False
    return True


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        raise FolderDamaged(path, "not UTF-8") from None
