"""Merkle trees as RFC 6962 and RFC 9162 (section 2.1) hash them: SHA-256, leaves prefixed 0x00, nodes 0x01.

A *leaf hash* stands for an entry, a *root* for the first `size` entries in their order. All hashes are 32 bytes.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256().digest()
"""The root of a tree without entries."""


def leaf_hash(entry: bytes) -> bytes:
    """What stands for an entry in the tree."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """What stands for two neighbouring subtrees."""
    return sha256(b"\x01" + left + right).digest()


def perfect_root(hashes: bytes) -> bytes:
    """The root over a power of two of hashes, given as one string of 32 bytes each."""
    while len(hashes) > HASH_BYTES:
        pairs = range(0, len(hashes), 2 * HASH_BYTES)
        hashes = b"".join([sha256(b"\x01" + hashes[at : at + 64]).digest() for at in pairs])
    return hashes


def root_of(hashes: Iterable[bytes]) -> bytes:
    """The root over leaf hashes in their order."""
    grown = CompactRange()
    grown.extend(hashes)
    return grown.root()


class CompactRange:
    """The perfect subtrees that make up a growing tree, largest first: all that is needed to go on and to say the root.

    At most 64 hashes, whatever the size.
    """

    def __init__(self) -> None:
        self._size = 0
        self._roots: list[bytes] = []

    @property
    def size(self) -> int:
        """Entries so far."""
        return self._size

    def append(self, leaf: bytes) -> None:
        """Adds the hash of the next leaf."""
        found, place = leaf, self._size
        while place & 1:
            found = node_hash(self._roots.pop(), found)
            place >>= 1
        self._roots.append(found)
        self._size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Adds leaf hashes in their order."""
        for leaf in leaves:
            self.append(leaf)

    def root(self) -> bytes:
        """The root over everything so far; `EMPTY_ROOT` over nothing."""
        if not self._roots:
            return EMPTY_ROOT
        found = self._roots[-1]
        for left in reversed(self._roots[:-1]):
            found = node_hash(left, found)
        return found
