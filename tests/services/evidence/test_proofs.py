"""Proofs made from the folder alone, verified by the laws of RFC 9162."""

import json
from base64 import b64decode
from pathlib import Path

import pytest

from projections.archive_entry import entry_of
from projections.merkle import leaf_hash
from projections.merkle_proofs import verify_consistency, verify_inclusion
from services.evidence.log_folder import log_reader
from services.evidence.log_reading import LogReader
from services.evidence.proofs import (
    ArchivedEvent,
    NotLogged,
    consistency,
    inclusion,
    index_of,
    membership,
    proof_bytes,
)
from tests.projections import naive_merkle
from tests.services.evidence.evidence_made import KEY, Row, entries, logged
from tests.services.evidence.publications_made import ROWS, made

SIZES = (1, 255, 300, 512, 600)
LEAVES = [leaf_hash(entry) for entry in entries(ROWS)]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> LogReader:
    root: Path = logged(tmp_path_factory.mktemp("log"), ROWS, *SIZES[:-1])
    return log_reader(root, KEY.verifier, 0)


def hashes(texts: list[str]) -> list[bytes]:
    return [bytes.fromhex(text.removeprefix("sha256:")) for text in texts]


def event(row: Row) -> ArchivedEvent:
    return ArchivedEvent(0, *row)


@pytest.mark.parametrize("size", SIZES)
def test_every_event_has_an_inclusion_proof_at_every_signed_size(log: LogReader, size: int) -> None:
    for index in {0, size // 2, size - 1}:
        proof = inclusion(log, event(ROWS[index]), size)
        found = proof["event"]
        entry = entry_of(0, found["position"], found["recorded_at"], found["case_id"], b64decode(found["body"]))
        root, path = hashes([proof["root"]])[0], hashes(proof["path"])
        assert (proof["index"], root) == (index, naive_merkle.mth(LEAVES[:size]))
        assert verify_inclusion(leaf_hash(entry), index, size, path, root)
        assert json.loads(proof_bytes(proof)) == proof


def test_any_two_signed_sizes_have_a_consistency_proof(log: LogReader) -> None:
    for first in (0, *SIZES):
        for second in (one for one in SIZES if one >= first):
            proof = consistency(log, first, second)
            roots = hashes([proof["first"]["root"], proof["second"]["root"]])
            assert verify_consistency(first, roots[0], second, roots[1], hashes(proof["path"]))


@pytest.mark.parametrize("position", [-1, 1, 599, 2_000])
def test_a_position_without_an_event_is_not_in_the_log(log: LogReader, position: int) -> None:
    with pytest.raises(NotLogged, match=f"no event at position {position} among the first 600"):
        index_of(log, position, 600)


def test_an_event_behind_the_size_is_not_in_that_tree(log: LogReader) -> None:
    assert index_of(log, 600, 600) == 300
    with pytest.raises(NotLogged):
        index_of(log, 600, 300)


def test_an_event_that_was_logged_otherwise_has_no_proof(log: LogReader) -> None:
    with pytest.raises(NotLogged, match="another event was logged at position 20"):
        inclusion(log, event((*ROWS[10][:3], b"{}")), 600)


def test_a_case_behind_a_published_number_is_proven_without_the_others() -> None:
    one = made()
    cases = one.cases["H99.01", "settled_late"]
    proof = membership(one.publication, 0, 0, "settled_late", cases[2], reversed(cases))
    number = one.publication.manifest.reports[0].rows[0].counts["settled_late"]
    leaf, root = leaf_hash(cases[2].encode()), hashes([number.digest])[0]
    assert verify_inclusion(leaf, proof["index"], number.cases, hashes(proof["path"]), root)
    assert not any(other in proof_bytes(proof).decode() for other in cases if other != cases[2])


def test_other_cases_than_those_published_prove_nothing() -> None:
    one = made()
    cases = one.cases[None, "numerator"]
    with pytest.raises(ValueError, match="these 15 cases are not the 16 behind the published numerator"):
        membership(one.publication, 0, None, "numerator", cases[0], cases[1:])
    with pytest.raises(ValueError, match="is not among the 16 cases"):
        membership(one.publication, 0, None, "numerator", "another", cases)
