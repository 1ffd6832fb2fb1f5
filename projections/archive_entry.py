"""What stands for an archived event in the Merkle tree of its partition, written so that anybody can recompute it.

    content = SHA-256( length of case id (4 bytes) || case id (UTF-8) || length of body (4 bytes) || body as received )
    entry   = 0x01 || partition (4) || position (8) || recorded_at (8, signed, microseconds since 1970) || content (32)
    leaf    = SHA-256( 0x00 || entry )                                        (RFC 6962; see `projections.merkle`)

All integers are big-endian. The tree has the entries of one partition in the order of their positions; a position that
was read but not archived (a repeat, a dead letter) has no entry, so an index in the tree is not a position. An entry
names no case and holds no body, so it may lie outside the database for ever; and as the content has a digest of its
own, an edit can be told from a move.
"""

import struct
from collections.abc import Iterable, Sequence
from hashlib import sha256
from operator import lt
from typing import Final

from msgspec import Struct

ENTRY_VERSION: Final = 1
_ENTRY: Final = struct.Struct(">BIQq32s")
_HEAD: Final = struct.Struct(">BIQ")
_PLACE: Final = _HEAD.size - 8
_LENGTH: Final = struct.Struct(">I")
_BUNDLED: Final = struct.Struct(f">H{_ENTRY.size}s")
ENTRY_BYTES: Final = _ENTRY.size
_PREFIX: Final = ENTRY_BYTES.to_bytes(2, "big")


class EntryUnreadable(ValueError):
    """Bytes that are no entry, or no bundle of entries, of ours."""


class ArchiveEntry(Struct, frozen=True):
    """An entry read back; `recorded_at` in microseconds since 1970."""

    partition: int
    position: int
    recorded_at: int
    content: bytes


def content_digest(case_id: str, body: bytes) -> bytes:
    """SHA-256 over a case id and a body, each behind its length."""
    case = case_id.encode()
    return sha256(b"".join((_LENGTH.pack(len(case)), case, _LENGTH.pack(len(body)), body))).digest()


def entry_of(partition: int, position: int, recorded_at: int, case_id: str, body: bytes) -> bytes:
    """The entry of an archived event, `ENTRY_BYTES` long."""
    return _ENTRY.pack(ENTRY_VERSION, partition, position, recorded_at, content_digest(case_id, body))


def read_entry(entry: bytes) -> ArchiveEntry:
    """An entry as its fields; raises `EntryUnreadable`."""
    if len(entry) != ENTRY_BYTES or entry[0] != ENTRY_VERSION:
        raise EntryUnreadable(f"{len(entry)} bytes that begin with {entry[:1].hex() or 'nothing'} are no entry")
    return ArchiveEntry(*_ENTRY.unpack(entry)[1:])


def are_in_order(entries: Sequence[bytes], partition: int, last_position: int) -> bool:
    """Whether these are entries of one partition, each at a position behind the one before, all behind the last.

    An entry begins with version, partition and position, so its first bytes sort as its position does.
    """
    heads = [_HEAD.pack(ENTRY_VERSION, partition, last_position + 1), *(entry[: _HEAD.size] for entry in entries)]
    rising = all(map(lt, heads[1:], heads[2:])) and heads[0] <= heads[1] if entries else True
    return rising and heads[-1][:_PLACE] == heads[0][:_PLACE] and all(len(entry) == ENTRY_BYTES for entry in entries)


def bundle_of(entries: Iterable[bytes]) -> bytes:
    """Entries as C2SP tlog-tiles bundles them: each behind its length in two bytes."""
    return b"".join([_PREFIX + entry for entry in entries])


def read_bundle(bundle: bytes) -> list[bytes]:
    """The entries of a bundle; raises `EntryUnreadable` for anything but whole entries of ours."""
    if len(bundle) % _BUNDLED.size:
        raise EntryUnreadable(f"{len(bundle)} bytes are no whole number of entries of {_BUNDLED.size} bytes")
    found = list(_BUNDLED.iter_unpack(bundle))
    if any(length != ENTRY_BYTES or entry[0] != ENTRY_VERSION for length, entry in found):
        raise EntryUnreadable("an entry has another length or version than ours")
    return [entry for _, entry in found]
