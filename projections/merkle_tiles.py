"""A Merkle tree cut into tiles of 256 hashes, as C2SP tlog-tiles lays them out (c2sp.org/tlog-tiles).

The tile `n` of level `l` holds the roots of the subtrees of 256**l leaves from `n * 256**(l + 1)` on: level 0 the leaf
hashes, each level above a hash for each *full* tile below. Tiles at the right edge are partial, 1 to 255 hashes wide.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import count
from typing import Final

from msgspec import Struct

from projections.merkle import EMPTY_ROOT, HASH_BYTES, perfect_root, root_of
from projections.merkle_proofs import Node

TILE_WIDTH: Final = 256
TILE_BYTES: Final = TILE_WIDTH * HASH_BYTES
_TILE_BITS: Final = 8


class TileId(Struct, frozen=True, order=True):
    """Where a tile lies; `width` is its number of hashes, 256 unless it is partial."""

    level: int
    index: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """Its file: `tile/0/x001/234`, a partial one `tile/0/x001/234.p/5`."""
        return f"tile/{self.level}/{_place(self.index, self.width)}"

    @property
    def bundle_path(self) -> str:
        """The file of the entries behind a tile of level 0: `tile/entries/x001/234`."""
        return f"tile/entries/{_place(self.index, self.width)}"

    @property
    def is_full(self) -> bool:
        return self.width == TILE_WIDTH


class Tile(Struct, frozen=True):
    """A tile and its hashes, 32 bytes each, one after the other."""

    id: TileId
    hashes: bytes


ReadTile = Callable[[TileId], bytes]
"""The hashes of a tile, exactly as wide as its id says."""


def tile_of(size: int, level: int, index: int) -> TileId:
    """The tile as it is in a tree of that size; its width is 0 or less where the tree does not reach it."""
    return TileId(level, index, min(TILE_WIDTH, (size >> _TILE_BITS * level) - index * TILE_WIDTH))


def tiles_of(size: int, level: int) -> Iterator[TileId]:
    """All tiles of a level of a tree of that size, from the left."""
    return (tile_of(size, level, index) for index in range(-(-(size >> _TILE_BITS * level) // TILE_WIDTH)))


def levels_of(size: int) -> int:
    """How many levels of tiles a tree of that size has."""
    return next(level for level in count() if size >> _TILE_BITS * level == 0)


def nodes_of(size: int, read: ReadTile) -> Node:
    """The perfect subtrees of a tree of that size, computed from its tiles."""

    def node(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, _TILE_BITS)
        first = index << height
        hashes = read(tile_of(size, tile_level, first >> _TILE_BITS))
        begin = first % TILE_WIDTH * HASH_BYTES
        return perfect_root(hashes[begin : begin + (HASH_BYTES << height)])

    return node


class TiledTree:
    """The right edge of a growing tree: what is not yet in a full tile, at most 255 hashes a level."""

    def __init__(self, size: int = 0, edges: Iterable[bytes] = ()) -> None:
        """Goes on from a size; `edges` are the partial tiles level by level, empty where there is none."""
        self._size = size
        self._edges = [bytearray(edge) for edge in edges]

    @classmethod
    def restored(cls, size: int, read: ReadTile) -> "TiledTree":
        """A tree as its tiles have it."""
        edges = (tile_of(size, level, size >> _TILE_BITS * (level + 1)) for level in range(levels_of(size)))
        return cls(size, [read(edge) if edge.width else b"" for edge in edges])

    @property
    def size(self) -> int:
        """Entries so far."""
        return self._size

    def extend(self, leaves: Iterable[bytes]) -> list[Tile]:
        """Adds leaf hashes in their order; answers with the tiles that became full, each after those that it covers."""
        hashes = b"".join(leaves)
        full: list[Tile] = []
        begin = 0
        while begin < len(hashes):
            room = TILE_BYTES - self._size % TILE_WIDTH * HASH_BYTES
            part = hashes[begin : begin + room]
            begin += len(part)
            self._size += len(part) // HASH_BYTES
            full += self._grow(part)
        return full

    def _grow(self, part: bytes) -> Iterator[Tile]:
        """Adds what still goes into the tile of level 0."""
        for level in count():
            if level == len(self._edges):
                self._edges.append(bytearray())
            edge = self._edges[level]
            edge += part
            if len(edge) < TILE_BYTES:
                return
            tile = bytes(edge)
            edge.clear()
            yield Tile(TileId(level, (self._size >> _TILE_BITS * (level + 1)) - 1), tile)
            part = perfect_root(tile)

    def partial_tiles(self) -> list[Tile]:
        """The tiles of the right edge that are not full, level by level."""
        return [
            Tile(tile_of(self._size, level, self._size >> _TILE_BITS * (level + 1)), bytes(edge))
            for level, edge in enumerate(self._edges)
            if edge
        ]

    def root(self) -> bytes:
        """The root over everything so far."""
        found: bytes | None = None
        for edge in self._edges:
            hashes = [bytes(edge[at : at + HASH_BYTES]) for at in range(0, len(edge), HASH_BYTES)]
            if found is not None:
                hashes.append(found)
            if hashes:
                found = root_of(hashes)
        return EMPTY_ROOT if found is None else found


def _place(index: int, width: int) -> str:
    """An index in groups of three digits, all but the last led by `x`; a partial tile has its width behind."""
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    place = "/".join(reversed(groups))
    return place if width == TILE_WIDTH else f"{place}.p/{width}"
