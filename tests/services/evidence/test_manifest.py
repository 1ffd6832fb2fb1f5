"""Publications: their bytes, their signature, and that nothing in them can be changed."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from services.evidence.canonical_json import INTEGER_MAX, canonical_bytes
from services.evidence.errors import FolderDamaged, ManifestRefused
from services.evidence.manifest import publish, read_publication
from services.evidence.publications import keep_publication, kept_ids, kept_publication
from services.evidence.signed_note import SignedNote, parse_signature
from tests.services.evidence.evidence_made import KEY, OTHER_KEY
from tests.services.evidence.publications_made import made

PUBLICATION = made().publication
CONTENT = PUBLICATION.as_bytes()


def test_a_publication_read_back_is_the_same() -> None:
    assert read_publication(CONTENT, KEY.verifier) == PUBLICATION


def test_the_file_is_json_whose_manifest_line_is_what_was_signed() -> None:
    document = json.loads(CONTENT)
    line = json.dumps(document["manifest"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    text = f"duecourse-publication-v1\n{line}\n"
    KEY.verifier.verify(SignedNote(text, (parse_signature(document["signature"]),)))
    assert "Xã H99.01" in text
    assert re.fullmatch("[0-9a-f]{64}", PUBLICATION.id)


def test_the_same_manifest_has_the_same_bytes_and_id() -> None:
    assert (made().publication.as_bytes(), made().publication.id) == (CONTENT, PUBLICATION.id)
    assert made(published_at="2026-01-15T08:00:01Z").publication.id != PUBLICATION.id


def changed(**parts: Any) -> bytes:
    """The file with parts of its document replaced, spelled canonically."""
    return canonical_bytes({**json.loads(CONTENT), **parts}) + b"\n"


def with_number(value: int) -> bytes:
    document = json.loads(CONTENT)
    document["manifest"]["reports"][0]["rows"][0]["numerator"]["count"] = value
    return canonical_bytes(document) + b"\n"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (with_number(14), "does not hold"),
        (with_number(-1), ">= 0"),
        (changed(signature=str(json.loads(CONTENT)["signature"])[:-4] + "AAA="), "does not hold"),
        (changed(signature="— a AAAAAAAA"), "not signed by"),
        (changed(signature="none"), "no signature line"),
        (changed(key=str(OTHER_KEY.verifier)), "signed with the key"),
        (changed(more=1), "unknown field"),
        (CONTENT[:-1], "canonical spelling"),
        (CONTENT.replace(b'"key":', b'"key": '), "canonical spelling"),
        (CONTENT.replace(b'{"key"', b'{"key":"","key"'), "canonical spelling"),
        (CONTENT.replace("ã".encode(), b"\\u00e3"), "canonical spelling"),
        (b"", "not a publication"),
        (b"\xff", "not a publication"),
        (b"[]", "Expected"),
        (b"[" * 100_000, "not a publication"),
    ],
)
def test_what_was_changed_or_is_no_publication_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(ManifestRefused, match=why):
        read_publication(content, KEY.verifier)


@given(st.integers(0, len(CONTENT) - 1), st.integers(0, 7))
def test_no_bit_of_a_publication_can_be_changed(place: int, bit: int) -> None:
    content = bytearray(CONTENT)
    content[place] ^= 1 << bit
    with pytest.raises(ManifestRefused):
        read_publication(bytes(content), KEY.verifier)


def test_a_publication_of_another_key_is_refused() -> None:
    with pytest.raises(ManifestRefused, match="signed with the key"):
        read_publication(publish(PUBLICATION.manifest, OTHER_KEY).as_bytes(), KEY.verifier)


def test_what_reading_would_refuse_is_not_published() -> None:
    for versions in ("sha256:short", "é", 1):
        wrong = structs.replace(PUBLICATION.manifest.versions, code=versions)
        with pytest.raises(ManifestRefused, match="not publishable"):
            publish(structs.replace(PUBLICATION.manifest, versions=wrong), KEY)
    with pytest.raises(ManifestRefused, match="not publishable"):
        publish(structs.replace(PUBLICATION.manifest, time_zone="\ud800"), KEY)


def test_a_publication_is_kept_once_in_the_folder(tmp_path: Path) -> None:
    path = keep_publication(tmp_path, PUBLICATION)
    assert keep_publication(tmp_path, PUBLICATION) == path
    assert (path.read_bytes(), kept_ids(tmp_path)) == (CONTENT, [PUBLICATION.id])
    assert kept_publication(tmp_path, PUBLICATION.id, KEY.verifier) == PUBLICATION
    assert kept_publication(tmp_path, "0" * 64, KEY.verifier) is None
    assert kept_publication(tmp_path, "../checkpoint", KEY.verifier) is None
    assert kept_ids(tmp_path / "nowhere") == []


def test_a_kept_publication_is_never_overwritten_and_never_another(tmp_path: Path) -> None:
    path = keep_publication(tmp_path, PUBLICATION)
    path.write_bytes(made(published_at="2026-02-01T00:00:00Z").publication.as_bytes())
    with pytest.raises(FolderDamaged):
        keep_publication(tmp_path, PUBLICATION)
    with pytest.raises(ManifestRefused, match="holds the publication"):
        kept_publication(tmp_path, PUBLICATION.id, KEY.verifier)


values = st.recursive(
    st.none() | st.booleans() | st.integers(-INTEGER_MAX, INTEGER_MAX) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="ascii")), inner),
    max_leaves=10,
)


@given(values)
def test_canonical_json_is_json_and_has_one_spelling(value: Any) -> None:
    content = canonical_bytes(value)
    assert json.loads(content) == value
    assert canonical_bytes(json.loads(content)) == content


def test_canonical_json_as_rfc_8785_spells_it() -> None:
    value = {"b": ["€", '"\\/\b\f\n\r\t\x0f\x7f'], "A": {"10": 1, "2": True}, "a": None}
    expected = '{"A":{"10":1,"2":true},"a":null,"b":["€","\\"\\\\/\\b\\f\\n\\r\\t\\u000f\x7f"]}'
    assert canonical_bytes(value).decode() == expected


@pytest.mark.parametrize("value", [1.0, 2**53, -(2**53), {"é": 1}, {1: 1}, "\ud800", [float("nan")], b"", {"a": {1}}])
def test_what_has_no_one_spelling_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"too large|no canonical spelling|not ASCII|surrogates not allowed"):
        canonical_bytes(value)
