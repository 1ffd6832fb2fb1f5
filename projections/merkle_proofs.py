"""Inclusion and consistency proofs of RFC 9162: made (2.1.3.1, 2.1.4.1) and verified (2.1.3.2, 2.1.4.2).

A proof is a list of hashes; what it proves is that an entry stands at an index of a tree, or that one tree is the
beginning of another. Verifying answers yes or no and raises nothing, whatever it is given.
"""

from collections.abc import Callable, Sequence

from projections.merkle import EMPTY_ROOT, HASH_BYTES, node_hash

Node = Callable[[int, int], bytes]
"""The root of a perfect subtree by level and index: that of the leaves `[index * 2**level, (index + 1) * 2**level)`."""


def split(size: int) -> int:
    """The largest power of two below a size of at least 2: how many leaves go to the left."""
    return 1 << (size - 1).bit_length() - 1


def subtree_root(begin: int, end: int, node: Node) -> bytes:
    """The root over leaves `[begin, end)` that hang together in the tree; `EMPTY_ROOT` over none."""
    if begin == end:
        return EMPTY_ROOT
    size = end - begin
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return node(level, begin >> level)
    middle = begin + split(size)
    return node_hash(subtree_root(begin, middle, node), subtree_root(middle, end, node))


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """PATH(index, D[size]), from the leaf upwards; raises ValueError unless the tree has the index."""
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} entries has none at {index}")
    path, begin, end = [], 0, size
    while end - begin > 1:
        middle = begin + split(end - begin)
        if index < middle:
            path.append(subtree_root(middle, end, node))
            end = middle
        else:
            path.append(subtree_root(begin, middle, node))
            begin = middle
    return path[::-1]


def consistency_proof(first: int, second: int, node: Node) -> list[bytes]:
    """PROOF(first, D[second]); empty where the first is empty or both are one; raises ValueError where it is larger."""
    if not 0 <= first <= second:
        raise ValueError(f"a tree of {first} entries is not the beginning of one of {second}")
    if first in (0, second):
        return []
    path, begin, end, known = [], 0, second, True
    while end != first:
        middle = begin + split(end - begin)
        if first <= middle:
            path.append(subtree_root(middle, end, node))
            end = middle
        else:
            path.append(subtree_root(begin, middle, node))
            begin, known = middle, False
    if not known:
        path.append(subtree_root(begin, end, node))
    return path[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the leaf hash stands at the index of the tree of that size and root."""
    if not 0 <= index < size or not _are_hashes([leaf, root, *path]):
        return False
    place, last, found = index, size - 1, leaf
    for hash_ in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(hash_, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, hash_)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(first: int, first_root: bytes, second: int, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the tree of the first size and root is the beginning of the second."""
    if not 0 <= first <= second or not _are_hashes([first_root, second_root, *path]):
        return False
    if first == second:
        return not path and first_root == second_root
    if first == 0:
        return not path and first_root == EMPTY_ROOT
    return bool(path) and _rebuilds(first, first_root, second, second_root, path)


def _rebuilds(first: int, first_root: bytes, second: int, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the path leads from its own first hash to both roots."""
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    start, *rest = path if first & (first - 1) else [first_root, *path]
    old = new = start
    for hash_ in rest:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(hash_, old), node_hash(hash_, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, hash_)
        place, last = place >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def _are_hashes(hashes: Sequence[bytes]) -> bool:
    return all(len(hash_) == HASH_BYTES for hash_ in hashes)
