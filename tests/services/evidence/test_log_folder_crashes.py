"""Whenever the writer of a log dies, the log goes on and ends as if nothing had happened."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.evidence.log_folder import LogFolder, partition_folder
from tests.services.evidence.evidence_made import KEY, entries, files_in, rows

pytestmark = pytest.mark.slow

SIZES = (3, 255, 257, 600)
ROWS = rows(SIZES[-1], step=2)
ROOT = Path(__file__).parents[3]


def is_as_if_undisturbed(root: Path, undisturbed: dict[str, bytes]) -> bool:
    """Whether the files are the same; a crash may leave partial tiles whose full tile is there, as they may be left."""
    found = files_in(root)
    left = {name for name in found if name not in undisturbed}
    outgrown = all(found[name.partition(".p/")[0]].startswith(found[name]) for name in left)
    return outgrown and {name: found[name] for name in undisturbed} == undisturbed


class Crash(BaseException):
    """The process ends here."""


def go_on(root: Path) -> None:
    """Brings a log to its end, signing at the sizes; begins wherever it stands."""
    folder = LogFolder(root, KEY)
    try:
        for size in SIZES:
            if (begin := folder.size(0)) < size:
                assert folder.last_position(0) == (ROWS[begin - 1][0] if begin else -1)
                folder.append(0, entries(ROWS[begin:size]))
            if begin <= size:
                folder.checkpoint(0)
    finally:
        folder.close()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a log that was written in peace."""
    root = tmp_path_factory.mktemp("undisturbed")
    go_on(root)
    return files_in(root)


@contextmanager
def dying(monkeypatch: pytest.MonkeyPatch, call: int, operation: str, *, torn: bool = False) -> Iterator[None]:
    """A process that dies at the `call`th operation of the disk: before it, or, torn, having written half."""
    real = getattr(os, operation)
    calls = iter(range(1_000_000))

    def fails(*arguments: object, **options: object) -> object:
        if next(calls) != call:
            return real(*arguments, **options)
        if torn:
            descriptor, content = arguments
            real(descriptor, bytes(content)[: len(bytes(content)) // 2])  # type: ignore[arg-type,call-overload]
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(os, operation, fails)
        yield


def crashes(root: Path, monkeypatch: pytest.MonkeyPatch, call: int, operation: str, *, torn: bool = False) -> bool:
    """Whether the process died; False when there were fewer operations than that."""
    with dying(monkeypatch, call, operation, torn=torn):
        try:
            go_on(root)
        except Crash:
            return True
    return False


@pytest.mark.parametrize(
    ("operation", "torn"), [("fsync", False), ("write", False), ("write", True), ("rename", False)]
)
def test_a_crash_at_any_operation_of_the_disk_is_made_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undisturbed: dict[str, bytes], operation: str, torn: bool
) -> None:
    call = 0
    while crashes(tmp_path / str(call), monkeypatch, call, operation, torn=torn):
        go_on(tmp_path / str(call))
        assert is_as_if_undisturbed(tmp_path / str(call), undisturbed), call
        call += 1
    assert call > 12


def test_a_crash_after_every_crash_is_made_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, undisturbed: dict[str, bytes]
) -> None:
    """Each run gets a little further than the one before."""
    call = 0
    while crashes(tmp_path, monkeypatch, call, "fsync"):
        call += 1
    assert is_as_if_undisturbed(tmp_path, undisturbed)


def test_a_note_torn_at_any_byte_is_cut_off_and_signed_again(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    go_on(tmp_path)
    folder = partition_folder(tmp_path, 0)
    history = folder / "checkpoints"
    whole = history.read_bytes()
    notes = [f"{part}\n\n".encode() for part in whole.decode().split("\n\n")[:-1]]
    before = b"".join(notes[:-2])
    for end in (*range(len(before), len(whole) - 4, 7), *range(len(whole) - 4, len(whole))):
        history.write_bytes(whole[:end])
        (folder / "checkpoint").write_bytes((notes[-4] + notes[-3])[:-1])
        go_on(tmp_path)
        assert files_in(tmp_path) == undisturbed, end


@pytest.mark.parametrize("rubbish", [b"\x00" * 50, b"\n\n\n\n", "— x".encode(), b"\xff" * 30])
def test_rubbish_behind_the_last_note_is_cut_off(tmp_path: Path, undisturbed: dict[str, bytes], rubbish: bytes) -> None:
    go_on(tmp_path)
    with (partition_folder(tmp_path, 0) / "checkpoints").open("ab") as file:
        file.write(rubbish)
    go_on(tmp_path)
    assert files_in(tmp_path) == undisturbed


_WRITER = """
import sys
from pathlib import Path
from services.evidence.log_folder import LogFolder
from tests.services.evidence.evidence_made import KEY, entries, rows

folder, given = LogFolder(Path(sys.argv[1]), KEY), rows(5_000)
print("open", flush=True)
while (size := folder.size(0)) < len(given):
    folder.append(0, entries(given[size : size + 97]))
    folder.checkpoint(0)
"""


@pytest.mark.slow
def test_a_writer_killed_again_and_again_leaves_the_log_of_one_that_was_not(tmp_path: Path) -> None:
    reached, kills = 0, 0
    while reached < 5_000:
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(tmp_path / "killed")], cwd=ROOT, stdout=subprocess.PIPE
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(0.05 + 0.04 * (kills % 7))
        writer.kill()
        writer.communicate()
        kills += 1
        folder = LogFolder(tmp_path / "killed", KEY)
        assert folder.size(0) >= reached
        reached = folder.size(0)
        folder.close()
    given = rows(5_000)
    peaceful = LogFolder(tmp_path / "peaceful", KEY)
    for begin in range(0, len(given), 97):
        peaceful.append(0, entries(given[begin : begin + 97]))
        peaceful.checkpoint(0)
    peaceful.close()
    expected = files_in(tmp_path / "peaceful")
    found = files_in(tmp_path / "killed")
    assert {name: found[name] for name in expected} == expected
