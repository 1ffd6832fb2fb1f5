"""Proofs as files for the offline verifier: canonical JSON, hashes written `sha256:HEX`.

duecourse-inclusion-v1     an archived event stands at an index of a signed tree
duecourse-consistency-v1   a signed tree is the beginning of another: nothing before was touched
duecourse-membership-v1    a case is behind a published number; the other cases stay untold
"""

from base64 import b64encode
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from projections.archive_entry import entry_of, read_entry
from projections.case_sets import case_set, membership_proof
from projections.merkle_proofs import consistency_proof, inclusion_proof, subtree_root
from projections.merkle_tiles import TILE_WIDTH, nodes_of, tile_of
from services.evidence.canonical_json import canonical_bytes
from services.evidence.log_reading import LogReader
from services.evidence.manifest import Publication, hash_text


class ArchivedEvent(Struct, frozen=True):
    """A row of the archive; `recorded_at` in microseconds since 1970."""

    partition: int
    position: int
    recorded_at: int
    case_id: str
    body: bytes


class NotLogged(LookupError):
    """The log has no such event in a tree of that size, or another at its position."""


def index_of(log: LogReader, position: int, size: int) -> int:
    """The index of the event at a position in a tree of a signed size; raises `NotLogged`."""
    tiles = range(-(-size // TILE_WIDTH))
    tile = bisect_left(tiles, position, key=lambda index: _positions(log, size, index)[-1])
    if tile < len(tiles):
        positions = _positions(log, size, tile)
        place = bisect_left(positions, position)
        if positions[place] == position:
            return tile * TILE_WIDTH + place
    raise NotLogged(f"{log.key.name}: no event at position {position} among the first {size}")


def _positions(log: LogReader, size: int, index: int) -> list[int]:
    return [read_entry(entry).position for entry in log.bundle(tile_of(size, 0, index))]


def inclusion(log: LogReader, event: ArchivedEvent, size: int) -> dict[str, Any]:
    """That the event is in the tree of a signed size; raises `NotLogged` where the log has it otherwise."""
    index = index_of(log, event.position, size)
    entry = entry_of(event.partition, event.position, event.recorded_at, event.case_id, event.body)
    if log.bundle(tile_of(size, 0, index // TILE_WIDTH))[index % TILE_WIDTH] != entry:
        raise NotLogged(f"{log.key.name}: another event was logged at position {event.position}")
    node = nodes_of(size, log.tile)
    return {
        "format": "duecourse-inclusion-v1",
        "origin": log.key.name,
        "size": size,
        "root": hash_text(subtree_root(0, size, node)),
        "index": index,
        "event": {
            "partition": event.partition,
            "position": event.position,
            "recorded_at": event.recorded_at,
            "case_id": event.case_id,
            "body": b64encode(event.body).decode(),
        },
        "path": _hashes(inclusion_proof(index, size, node)),
    }


def consistency(log: LogReader, first: int, second: int) -> dict[str, Any]:
    """That the tree of one signed size is the beginning of that of another; raises ValueError where it is larger."""
    node = nodes_of(second, log.tile)
    return {
        "format": "duecourse-consistency-v1",
        "origin": log.key.name,
        "first": {"size": first, "root": hash_text(log.root_at(first))},
        "second": {"size": second, "root": hash_text(subtree_root(0, second, node))},
        "path": _hashes(consistency_proof(first, second, node)),
    }


def membership(
    publication: Publication, report: int, row: int | None, name: str, case_id: str, case_ids: Iterable[str]
) -> dict[str, Any]:
    """That a case is behind a published number: of a row by its place, or of the total where that is None.

    `name` is `numerator`, `denominator` or a count; `case_ids` are all the cases behind it. Raises ValueError where the
    case is not among them, or they are not those that were published.
    """
    published = publication.manifest.reports[report]
    line = published.total if row is None else published.rows[row]
    number = {"numerator": line.numerator, "denominator": line.denominator, **line.counts}[name]
    cases = list(case_ids)
    found = case_set(cases)
    if (found.cases, hash_text(found.root)) != (number.cases, number.digest):
        raise ValueError(f"these {found.cases} cases are not the {number.cases} behind the published {name}")
    index, path = membership_proof(case_id, cases)
    return {
        "format": "duecourse-membership-v1",
        "publication": publication.id,
        "report": report,
        "row": row,
        "number": name,
        "case_id": case_id,
        "index": index,
        "path": _hashes(path),
    }


def proof_bytes(proof: dict[str, Any]) -> bytes:
    """The file of a proof."""
    return canonical_bytes(proof) + b"\n"


def _hashes(path: Sequence[bytes]) -> list[str]:
    return [hash_text(one) for one in path]
