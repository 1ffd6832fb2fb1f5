"""The set of cases behind a published number, as one hash: the root of a Merkle tree over its sorted case ids.

The leaves are the case ids in UTF-8, each once, in the order of their bytes. So the hash says which cases they are, and
a proof of a few hashes shows that one case is among them without telling the others.
"""

from bisect import bisect_left
from collections.abc import Iterable

from msgspec import Struct

from projections.merkle import leaf_hash, perfect_root, root_of
from projections.merkle_proofs import inclusion_proof


class CaseSet(Struct, frozen=True):
    """How many different cases, and the root over their sorted ids."""

    cases: int
    root: bytes


def case_set(case_ids: Iterable[str]) -> CaseSet:
    """The set of the cases, in whatever order and however often they are given."""
    leaves = _leaves(sorted_cases(case_ids))
    return CaseSet(len(leaves), root_of(leaves))


def membership_proof(case_id: str, case_ids: Iterable[str]) -> tuple[int, list[bytes]]:
    """Index and inclusion proof of a case in the tree of the set; raises ValueError where it is not in it."""
    cases = sorted_cases(case_ids)
    leaf = case_id.encode()
    index = bisect_left(cases, leaf)
    if cases[index : index + 1] != [leaf]:
        raise ValueError(f"case {case_id} is not among the {len(cases)} cases of the set")
    leaves = _leaves(cases)
    return index, inclusion_proof(
        index, len(leaves), lambda level, at: perfect_root(b"".join(leaves[at << level : (at + 1) << level]))
    )


def sorted_cases(case_ids: Iterable[str]) -> list[bytes]:
    """The leaves of the tree in their order."""
    return sorted({case_id.encode() for case_id in case_ids})


def _leaves(cases: list[bytes]) -> list[bytes]:
    return [leaf_hash(case) for case in cases]
