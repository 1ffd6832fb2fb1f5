"""Merkle trees: the vectors of Certificate Transparency, and the laws against the definition of RFC 9162."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.merkle import EMPTY_ROOT, CompactRange, leaf_hash, perfect_root, root_of
from projections.merkle_proofs import (
    Node,
    consistency_proof,
    inclusion_proof,
    subtree_root,
    verify_consistency,
    verify_inclusion,
)
from tests.projections import naive_merkle

INPUTS = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
"""Leaves and roots by size, as certificate-transparency tests them."""

A, B, C = (
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
)
D, E, F = (
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
)
LEAVES = [leaf_hash(bytes.fromhex(one)) for one in INPUTS]


def nodes_over(leaves: list[bytes]) -> Node:
    return lambda level, index: perfect_root(b"".join(leaves[index << level : (index + 1) << level]))


def hexes(hashes: list[bytes]) -> list[str]:
    return [one.hex() for one in hashes]


@pytest.mark.parametrize("size", range(9))
def test_the_roots_of_the_reference_tree(size: int) -> None:
    assert root_of(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(
    ("index", "size", "expected"),
    [
        (0, 1, []),
        (0, 8, [A, B, C]),
        (5, 8, [D, E, ROOTS[4]]),
        (2, 3, [ROOTS[2]]),
        (1, 5, [ROOTS[1], B, D]),
    ],
)
def test_the_inclusion_proofs_of_the_reference_tree(index: int, size: int, expected: list[str]) -> None:
    found = inclusion_proof(index, size, nodes_over(LEAVES))
    assert hexes(found) == expected
    assert verify_inclusion(LEAVES[index], index, size, found, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [(1, 1, []), (1, 8, [A, B, C]), (6, 8, [F, E, ROOTS[4]]), (2, 5, [B, D])],
)
def test_the_consistency_proofs_of_the_reference_tree(first: int, second: int, expected: list[str]) -> None:
    found = consistency_proof(first, second, nodes_over(LEAVES))
    assert hexes(found) == expected
    assert verify_consistency(first, bytes.fromhex(ROOTS[first]), second, bytes.fromhex(ROOTS[second]), found)


def test_the_tree_over_nothing_has_the_hash_of_nothing() -> None:
    assert CompactRange().root() == EMPTY_ROOT == root_of([])
    assert subtree_root(0, 0, nodes_over([])) == EMPTY_ROOT


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_an_entry_that_the_tree_has_not_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="has none at"):
        inclusion_proof(index, size, nodes_over(LEAVES))


def test_a_larger_tree_is_not_the_beginning_of_a_smaller_one() -> None:
    with pytest.raises(ValueError, match="not the beginning"):
        consistency_proof(4, 3, nodes_over(LEAVES))


def test_every_tree_begins_with_the_empty_one() -> None:
    root = bytes.fromhex(ROOTS[8])
    assert consistency_proof(0, 8, nodes_over(LEAVES)) == []
    assert verify_consistency(0, EMPTY_ROOT, 8, root, [])
    assert not verify_consistency(0, root, 8, root, [])
    assert not verify_consistency(0, EMPTY_ROOT, 8, root, [root])


def test_what_is_no_hash_proves_nothing() -> None:
    root = bytes.fromhex(ROOTS[8])
    assert not verify_inclusion(LEAVES[0], 0, 8, [b"", b"", b""], root)
    assert not verify_inclusion(LEAVES[0][:31], 0, 1, [], LEAVES[0][:31])
    assert not verify_consistency(1, b"", 1, b"", [])


sizes = st.integers(1, 300)


@st.composite
def trees(draw: st.DrawFn) -> list[bytes]:
    """Leaf hashes; a seed and a size are enough, for a hash is as random as can be."""
    seed, size = draw(st.integers(0, 2**32)), draw(sizes)
    return [leaf_hash(f"{seed}/{place}".encode()) for place in range(size)]


@given(trees())
def test_the_root_is_that_of_the_definition_at_every_size(leaves: list[bytes]) -> None:
    grown = CompactRange()
    for leaf in leaves:
        grown.append(leaf)
    assert (grown.size, grown.root()) == (len(leaves), naive_merkle.mth(leaves))


@given(trees(), st.data())
def test_an_inclusion_proof_is_that_of_the_definition_and_verifies(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    found = inclusion_proof(index, len(leaves), nodes_over(leaves))
    assert found == naive_merkle.path(index, leaves)
    assert verify_inclusion(leaves[index], index, len(leaves), found, naive_merkle.mth(leaves))


@given(trees(), st.data())
def test_a_consistency_proof_is_that_of_the_definition_and_verifies(leaves: list[bytes], data: st.DataObject) -> None:
    first = data.draw(st.integers(1, len(leaves)))
    found = consistency_proof(first, len(leaves), nodes_over(leaves))
    assert found == naive_merkle.proof(first, leaves)
    first_root, second_root = naive_merkle.mth(leaves[:first]), naive_merkle.mth(leaves)
    assert verify_consistency(first, first_root, len(leaves), second_root, found)


@st.composite
def mutated(draw: st.DrawFn, path: list[bytes]) -> list[bytes]:
    """The path with one thing wrong: a bit, a hash too many or too few, or two exchanged."""
    changed = list(path)
    at = draw(st.integers(0, len(path)))
    match draw(st.sampled_from(["bit", "more", "less", "exchanged"])):
        case "bit" if at < len(path):
            flipped = bytearray(path[at])
            flipped[draw(st.integers(0, 31))] ^= 1 << draw(st.integers(0, 7))
            changed[at] = bytes(flipped)
        case "less" if at < len(path):
            del changed[at]
        case "exchanged" if len(path) > 1:
            changed[0], changed[-1] = changed[-1], changed[0]
        case _:
            changed.insert(at, draw(st.sampled_from([*path, EMPTY_ROOT])))
    return changed


@given(trees(), st.data())
def test_a_mutated_inclusion_proof_is_not_accepted(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    size, root = len(leaves), naive_merkle.mth(leaves)
    path = naive_merkle.path(index, leaves)
    assert not verify_inclusion(leaves[index], index, size, data.draw(mutated(path)), root)
    other = data.draw(st.integers(-1, size + 1).filter(lambda one: one != index))
    assert not verify_inclusion(leaves[index], other, size, path, root)
    assert not verify_inclusion(leaf_hash(b"another"), index, size, path, root)
    assert not verify_inclusion(leaves[index], index, size, path, EMPTY_ROOT)


@given(trees(), st.data())
def test_a_mutated_consistency_proof_is_not_accepted(leaves: list[bytes], data: st.DataObject) -> None:
    first = data.draw(st.integers(1, len(leaves)))
    size, first_root, root = len(leaves), naive_merkle.mth(leaves[:first]), naive_merkle.mth(leaves)
    path = naive_merkle.proof(first, leaves)
    assert not verify_consistency(first, first_root, size, root, data.draw(mutated(path)))
    assert not verify_consistency(first, EMPTY_ROOT, size, root, path)
    assert not verify_consistency(first, first_root, size, EMPTY_ROOT, path)
