"""Signed notes and verifier keys: the examples of others verify, and what was changed does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evidence.errors import NoteRefused
from services.evidence.signed_note import VerifierKey, parse_note, parse_signature, parse_verifier_key
from services.evidence.signing import parse_signing_key
from tests.services.evidence.evidence_made import KEY, NAME, OTHER_KEY

PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETERS_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz\n"  # noqa: S105 - published
PETERS_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETERS_NOTE = PETERS_TEXT + (
    "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
"""The example of Go's note package (golang.org/x/mod/sumdb/note)."""


def test_a_note_of_go_verifies_with_its_key() -> None:
    parse_verifier_key(PETER).verify(parse_note(PETERS_NOTE))


def test_signing_with_the_key_of_go_gives_the_note_of_go() -> None:
    key = parse_signing_key(PETERS_SECRET)
    assert str(key.sign(PETERS_TEXT)) == PETERS_NOTE
    assert (str(key.verifier), key.secret_line()) == (PETER, PETERS_SECRET)


def test_a_note_read_and_written_is_the_same() -> None:
    assert str(parse_note(PETERS_NOTE)) == PETERS_NOTE


def test_signatures_of_unknown_keys_are_passed_over() -> None:
    note = parse_note(str(KEY.sign(PETERS_TEXT)) + PETERS_NOTE.rpartition("\n\n")[2])
    assert len(note.signatures) == 2
    KEY.verifier.verify(note)
    parse_verifier_key(PETER).verify(note)


def test_a_note_of_another_key_is_refused() -> None:
    with pytest.raises(NoteRefused, match="not signed by"):
        OTHER_KEY.verifier.verify(KEY.sign("text\n"))


def test_a_second_signature_of_the_key_that_does_not_hold_refuses_the_note() -> None:
    wrong = str(KEY.sign("another\n")).rpartition("\n\n")[2]
    with pytest.raises(NoteRefused, match="does not hold"):
        KEY.verifier.verify(parse_note(str(KEY.sign("text\n")) + wrong))


def test_a_key_for_another_name_has_another_id() -> None:
    other = KEY.under(f"{NAME}/0").verifier
    assert other == KEY.verifier.under(f"{NAME}/0")
    assert other.id != KEY.verifier.id


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1).map(lambda text: f"{text}\n"))
def test_any_text_signed_is_read_back_and_verifies(text: str) -> None:
    note = parse_note(str(KEY.sign(text)))
    assert note.text == text
    KEY.verifier.verify(note)


@given(st.integers(0, len(PETERS_NOTE.encode()) - 1), st.integers(0, 7))
def test_no_bit_of_a_note_can_be_changed(place: int, bit: int) -> None:
    changed = bytearray(PETERS_NOTE.encode())
    changed[place] ^= 1 << bit
    with pytest.raises((NoteRefused, UnicodeDecodeError)):
        parse_verifier_key(PETER).verify(parse_note(changed.decode()))


@pytest.mark.parametrize(
    "text",
    ["", "text\n", "text\n\n", "\n\n— a b\n", "text\n\n— a AAAA\n", "text\n\nx a AAAAAAAA\n", PETERS_NOTE[:-1]],
)
def test_what_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(NoteRefused):
        parse_note(text)


def test_a_note_with_control_characters_or_a_crowd_of_signatures_is_refused() -> None:
    with pytest.raises(NoteRefused, match="control"):
        parse_note(PETERS_NOTE.replace("\n", "\r\n"))
    with pytest.raises(NoteRefused, match="more than 100"):
        parse_note(PETERS_TEXT + "\n" + PETERS_NOTE.rpartition("\n\n")[2] * 101)


@pytest.mark.parametrize(
    "line", ["— a b", "— a AAAAAA==", "— + AAAAAAAA", "—a AAAAAAAA", "— a AAAAAAAB=", "—  AAAAAAAA"]
)
def test_what_is_no_signature_line_is_refused(line: str) -> None:
    with pytest.raises(NoteRefused):
        parse_signature(line)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a+b",
        PETER.replace("c74f20a3", "c74f20a4"),
        PETER.replace("ARpc", "Ahpc"),
        PETER[:-4],
        PETER.replace("Pe", "e"),
    ],
)
def test_what_is_no_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(NoteRefused):
        parse_verifier_key(text)


def test_a_key_of_the_wrong_length_signs_nothing() -> None:
    assert not VerifierKey("a", b"short").signed(b"", bytes(64))
