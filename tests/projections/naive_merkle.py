"""Merkle trees as RFC 9162 defines them, word for word and slow: the reference. Imports nothing of ours."""

from collections.abc import Sequence
from hashlib import sha256


def leaf(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def largest_power_below(size: int) -> int:
    power = 1
    while power * 2 < size:
        power *= 2
    return power


def mth(leaves: Sequence[bytes]) -> bytes:
    """MTH(D[n]) over leaf hashes (2.1.1)."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = largest_power_below(len(leaves))
    return node(mth(leaves[:k]), mth(leaves[k:]))


def path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D[n]) (2.1.3.1)."""
    if len(leaves) == 1:
        return []
    k = largest_power_below(len(leaves))
    if index < k:
        return [*path(index, leaves[:k]), mth(leaves[k:])]
    return [*path(index - k, leaves[k:]), mth(leaves[:k])]


def proof(first: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PROOF(m, D[n]) (2.1.4.1)."""
    return subproof(first, leaves, known=True)


def subproof(first: int, leaves: Sequence[bytes], *, known: bool) -> list[bytes]:
    if first == len(leaves):
        return [] if known else [mth(leaves)]
    k = largest_power_below(len(leaves))
    if first <= k:
        return [*subproof(first, leaves[:k], known=known), mth(leaves[k:])]
    return [*subproof(first - k, leaves[k:], known=False), mth(leaves[:k])]


def tile(leaves: Sequence[bytes], level: int, index: int) -> bytes:
    """The hashes of a tile, by the formula of C2SP tlog-tiles; partial or empty where the leaves end."""
    span = 256**level
    begins = range(index * 256 * span, (index + 1) * 256 * span, span)
    return b"".join(mth(leaves[begin : begin + span]) for begin in begins if begin + span <= len(leaves))
