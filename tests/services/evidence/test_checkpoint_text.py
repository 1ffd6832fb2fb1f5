"""Checkpoints in the text of C2SP tlog-checkpoint."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.evidence.checkpoint_text import Checkpoint, parse_checkpoint, verified_checkpoint
from services.evidence.errors import NoteRefused
from tests.services.evidence.evidence_made import KEY, NAME, OTHER_KEY

EXAMPLE = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
ROOT = bytes(range(32))

checkpoints = st.builds(
    Checkpoint,
    st.text("abc./0", min_size=1),
    st.integers(0, 10**18),
    st.binary(min_size=32, max_size=32),
    st.lists(st.text("xyz ", min_size=1), max_size=2).map(tuple),
)


def test_the_example_of_the_specification() -> None:
    found = parse_checkpoint(EXAMPLE)
    assert (found.origin, found.size, found.root.hex()[:8]) == ("example.com/behind-the-sofa", 20852163, "0ac5186a")
    assert found.text == EXAMPLE


@given(checkpoints)
def test_a_checkpoint_read_back_is_the_same(checkpoint: Checkpoint) -> None:
    assert parse_checkpoint(checkpoint.text) == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "",
        EXAMPLE[:-1],
        EXAMPLE + "\n",
        "\n" + EXAMPLE,
        EXAMPLE.replace("20852163", "020852163"),
        EXAMPLE.replace("20852163", "-1"),
        EXAMPLE.replace("20852163", "٣"),
        EXAMPLE.replace("q2I=", "q2J="),
        EXAMPLE.replace("CsUY", ""),
        EXAMPLE.replace("\n20852163", ""),
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteRefused):
        parse_checkpoint(text)


def test_a_signed_checkpoint_is_read_back() -> None:
    checkpoint = Checkpoint(NAME, 7, ROOT)
    assert verified_checkpoint(str(KEY.sign(checkpoint.text)), KEY.verifier) == checkpoint


@pytest.mark.parametrize(
    ("note", "why"),
    [
        (str(OTHER_KEY.sign(Checkpoint(NAME, 7, ROOT).text)), "not signed by"),
        (str(KEY.sign(Checkpoint(NAME, 7, ROOT).text)).replace("\n7\n", "\n8\n"), "does not hold"),
        (str(KEY.sign(Checkpoint("another", 7, ROOT).text)), "a checkpoint of another"),
        (str(KEY.sign("text\n")), "not a checkpoint"),
    ],
)
def test_a_checkpoint_that_the_log_did_not_sign_is_refused(note: str, why: str) -> None:
    with pytest.raises(NoteRefused, match=why):
        verified_checkpoint(note, KEY.verifier)
