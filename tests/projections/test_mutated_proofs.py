"""Proofs with something wrong in them, a hundred thousand in the long form: none is accepted."""

import random
from collections.abc import Callable, Sequence

import pytest

from projections.merkle import leaf_hash
from projections.merkle_proofs import verify_consistency, verify_inclusion
from tests.fixtures.lengths import either
from tests.projections import naive_merkle

pytestmark = pytest.mark.slow

PROOFS = either(200, 1_000)
MUTATIONS = 50
"""Of each proof."""
LEAVES = [leaf_hash(str(place).encode()) for place in range(1_000)]

Path = list[bytes]


def flipped(hash_: bytes, chance: random.Random) -> bytes:
    found = bytearray(hash_)
    found[chance.randrange(len(found))] ^= 1 << chance.randrange(8)
    return bytes(found)


def harmed(path: Sequence[bytes], chance: random.Random) -> Path:
    """One thing is wrong with the path."""
    at = chance.randrange(len(path))
    other = chance.randrange(len(path))
    kinds: list[Callable[[], Path]] = [
        lambda: [*path[:at], flipped(path[at], chance), *path[at + 1 :]],
        lambda: [*path[:at], *path[at + 1 :]],
        lambda: [*path[:at], path[at], *path[at:]],
        lambda: [*path[:at], chance.choice(LEAVES), *path[at:]],
        lambda: [*path[:at], path[at][:-1], *path[at + 1 :]],
        lambda: [*path[:at], path[other], *path[at + 1 :]],
        lambda: [*path, path[at]],
    ]
    found = chance.choice(kinds)()
    return found if found != list(path) else harmed(path, chance)


def test_mutated_inclusion_proofs_are_not_accepted() -> None:
    chance = random.Random(1)
    for _ in range(PROOFS):
        size = chance.randint(2, len(LEAVES))
        index = chance.randrange(size)
        leaf, path, root = LEAVES[index], naive_merkle.path(index, LEAVES[:size]), naive_merkle.mth(LEAVES[:size])
        assert verify_inclusion(leaf, index, size, path, root)
        for _ in range(MUTATIONS - 3):
            assert not verify_inclusion(leaf, index, size, harmed(path, chance), root)
        assert not verify_inclusion(flipped(leaf, chance), index, size, path, root)
        assert not verify_inclusion(leaf, index, size, path, flipped(root, chance))
        assert not verify_inclusion(leaf, (index + chance.randrange(1, size)) % size, size, path, root)


def test_mutated_consistency_proofs_are_not_accepted() -> None:
    chance = random.Random(2)
    for _ in range(PROOFS):
        second = chance.randint(3, len(LEAVES))
        first = chance.randrange(1, second)
        roots = naive_merkle.mth(LEAVES[:first]), naive_merkle.mth(LEAVES[:second])
        path = naive_merkle.proof(first, LEAVES[:second])
        assert verify_consistency(first, roots[0], second, roots[1], path)
        for _ in range(MUTATIONS - 3):
            assert not verify_consistency(first, roots[0], second, roots[1], harmed(path, chance))
        assert not verify_consistency(first, flipped(roots[0], chance), second, roots[1], path)
        assert not verify_consistency(first, roots[0], second, flipped(roots[1], chance), path)
        assert not verify_consistency(first, roots[1], second, roots[0], path)
