"""The file of the signing key: made once, whole, for its owner's eyes only."""

import os
import stat
from multiprocessing import get_context
from pathlib import Path

import pytest

from services.evidence.errors import KeyFileRefused, NoteRefused
from services.evidence.signing import parse_signing_key, signing_key
from tests.services.evidence.evidence_made import NAME


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "signing"


def test_the_key_is_made_on_first_use_and_used_again(path: Path) -> None:
    first = signing_key(path, NAME)
    assert signing_key(path, NAME).secret_line() == first.secret_line() == path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["signing"]


def test_the_file_is_private_whatever_the_umask(path: Path) -> None:
    before = os.umask(0)
    try:
        signing_key(path, NAME)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_may_read_is_not_used(path: Path, mode: int) -> None:
    signing_key(path, NAME)
    path.chmod(mode)
    with pytest.raises(KeyFileRefused, match="chmod 600"):
        signing_key(path, NAME)


def test_a_link_instead_of_the_file_is_not_followed(path: Path, tmp_path: Path) -> None:
    signing_key(path, NAME).secret_line()
    (tmp_path / "link").symlink_to(path)
    with pytest.raises(KeyFileRefused):
        signing_key(tmp_path / "link", NAME)


def test_the_key_of_another_name_is_not_used(path: Path) -> None:
    signing_key(path, NAME)
    with pytest.raises(KeyFileRefused, match=f"the key of {NAME}, not of another"):
        signing_key(path, "another")


@pytest.mark.parametrize("content", ["", "PRIVATE+KEY+a+b", "PRIVATE+KEY+a+00000000+" + "A" * 44, "é"])
def test_a_file_that_is_no_key_is_refused_and_left_alone(path: Path, content: str) -> None:
    path.parent.mkdir()
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(KeyFileRefused):
        signing_key(path, NAME)
    assert path.read_text() == content


def test_a_crash_while_the_key_was_made_leaves_none_and_the_next_use_makes_one(path: Path) -> None:
    path.parent.mkdir()
    (path.parent / f".signing.{os.getpid()}").write_text("PRIVATE+KEY+half")
    signing_key(path, NAME)
    assert [one.name for one in path.parent.iterdir()] == ["signing"]


def _use(path: str) -> str:
    return signing_key(Path(path), NAME).secret_line()


def test_two_processes_that_make_the_key_at_once_get_the_same(path: Path) -> None:
    with get_context("spawn").Pool(2) as pool:
        assert len(set(pool.map(_use, [str(path)] * 8))) == 1


def test_a_refused_key_never_shows_itself() -> None:
    secret = "PRIVATE+KEY+a+00000000+" + "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
    with pytest.raises(NoteRefused) as refused:
        parse_signing_key(secret)
    assert "AYEK" not in str(refused.value)
