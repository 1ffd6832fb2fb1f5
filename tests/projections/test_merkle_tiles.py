"""Tiles: the example of the specification, and the laws against trees hashed by the definition."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.merkle import EMPTY_ROOT, leaf_hash
from projections.merkle_proofs import consistency_proof, inclusion_proof, subtree_root
from projections.merkle_tiles import Tile, TiledTree, TileId, levels_of, nodes_of, tile_of, tiles_of
from tests.projections import naive_merkle

LEAVES = [leaf_hash(str(place).encode()) for place in range(1_100)]
SMALL = st.integers(0, len(LEAVES))


@cache
def root(size: int) -> bytes:
    return naive_merkle.mth(LEAVES[:size])


def read_from(size: int) -> "ReadAll":
    return ReadAll(size)


class ReadAll:
    """Reads the tiles of the first leaves, computed from the definition; a tile of another width has no file."""

    def __init__(self, size: int) -> None:
        self._size = size

    def __call__(self, tile: TileId) -> bytes:
        hashes = naive_merkle.tile(LEAVES[: self._size], tile.level, tile.index)
        assert len(hashes) == tile.width * 32
        return hashes


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (TileId(0, 0), "tile/0/000"),
        (TileId(0, 1_234_067), "tile/0/x001/x234/067"),
        (TileId(0, 1_234, 5), "tile/0/x001/234.p/5"),
        (TileId(1, 999), "tile/1/999"),
        (TileId(2, 1_000), "tile/2/x001/000"),
        (TileId(5, 0, 255), "tile/5/000.p/255"),
    ],
)
def test_a_tile_has_its_path(tile: TileId, path: str) -> None:
    assert tile.path == path
    assert TileId(0, tile.index, tile.width).bundle_path == "tile/entries/" + path.split("/", 2)[2]


def test_the_example_of_the_specification_70000_entries() -> None:
    assert levels_of(70_000) == 3
    assert [len(list(tiles_of(70_000, level))) for level in range(4)] == [274, 2, 1, 0]
    assert [list(tiles_of(70_000, level))[-1].width for level in range(3)] == [112, 17, 1]
    assert [sum(tile.is_full for tile in tiles_of(70_000, level)) for level in range(3)] == [273, 1, 0]


def test_a_tree_of_256_has_a_full_tile_and_a_partial_one_above() -> None:
    tree = TiledTree()
    assert tree.extend(LEAVES[:256]) == [Tile(TileId(0, 0), b"".join(LEAVES[:256]))]
    assert tree.partial_tiles() == [Tile(TileId(1, 0, 1), root(256))]


def test_a_tree_over_nothing_has_no_tiles() -> None:
    tree = TiledTree.restored(0, read_from(0))
    assert (tree.extend([]), tree.partial_tiles(), tree.root(), levels_of(0)) == ([], [], EMPTY_ROOT, 0)


@pytest.mark.slow
def test_a_level_two_tile_appears_at_65536_entries() -> None:
    tree = TiledTree()
    full = tree.extend(leaf_hash(str(place).encode()) for place in range(65_537))
    assert [tile.id for tile in full][-2:] == [TileId(0, 255), TileId(1, 0)]
    assert [tile.id for tile in tree.partial_tiles()] == [TileId(0, 256, 1), TileId(2, 0, 1)]


@given(st.lists(SMALL, max_size=5))
def test_however_the_leaves_come_the_tiles_and_the_root_are_those_of_the_definition(cuts: list[int]) -> None:
    tree, full, begin = TiledTree(), list[Tile](), 0
    for cut in sorted(cuts):
        full += tree.extend(LEAVES[begin:cut])
        begin = cut
        assert (tree.size, tree.root()) == (cut, root(cut))
    tiles = {tile.id: tile.hashes for tile in (*full, *tree.partial_tiles())}
    expected = {tile for level in range(levels_of(begin)) for tile in tiles_of(begin, level)}
    assert set(tiles) == expected
    assert all(hashes == read_from(begin)(tile) for tile, hashes in tiles.items())


@given(SMALL, SMALL)
def test_a_tree_restored_from_its_tiles_goes_on_as_if_it_had_never_stopped(first: int, more: int) -> None:
    size = min(first + more, len(LEAVES))
    tree = TiledTree.restored(first, read_from(first))
    assert tree.root() == root(first)
    tree.extend(LEAVES[first:size])
    assert tree.root() == root(size)


@given(st.integers(1, len(LEAVES)), st.data())
def test_roots_and_proofs_come_from_tiles_alone(size: int, data: st.DataObject) -> None:
    node = nodes_of(size, read_from(size))
    first = data.draw(st.integers(0, size))
    assert subtree_root(0, first, node) == root(first)
    if first:
        assert consistency_proof(first, size, node) == naive_merkle.proof(first, LEAVES[:size])
    index = data.draw(st.integers(0, size - 1))
    assert inclusion_proof(index, size, node) == naive_merkle.path(index, LEAVES[:size])


def test_a_tile_of_a_tree_is_as_wide_as_the_tree_reaches() -> None:
    assert [tile_of(600, 0, index).width for index in range(3)] == [256, 256, 88]
    assert tile_of(600, 1, 0).width == 2
    assert tile_of(600, 0, 3).width <= 0
