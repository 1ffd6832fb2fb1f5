"""The folder of logs: what lies in it, what is refused, and that it is the same however it came about."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projections.archive_entry import bundle_of
from projections.merkle import EMPTY_ROOT, leaf_hash
from services.evidence.checkpoint_text import Checkpoint, verified_checkpoint
from services.evidence.errors import (
    FolderDamaged,
    FolderFailed,
    FolderInUse,
    LogRolledBack,
    OutOfOrder,
    TileConflict,
)
from services.evidence.log_folder import LogFolder, log_reader, origin_of, partition_folder, partitions_in
from services.evidence.signed_note import parse_verifier_key
from tests.projections import naive_merkle
from tests.services.evidence.evidence_made import KEY, NAME, OTHER_KEY, entries, files_in, logged, rows

ROWS = rows(700, step=3)
LEAVES = [leaf_hash(entry) for entry in entries(ROWS)]


def files(root: Path, partition: int = 0) -> dict[str, bytes]:
    return files_in(partition_folder(root, partition))


def test_a_folder_has_the_files_of_the_specification(tmp_path: Path) -> None:
    root = logged(tmp_path, ROWS[:600], 5, 300)
    assert set(files(root)) == {
        "checkpoint",
        "checkpoints",
        "vkey",
        "tile/0/000",
        "tile/0/001",
        "tile/0/001.p/44",
        "tile/0/002.p/88",
        "tile/1/000.p/1",
        "tile/1/000.p/2",
        "tile/entries/000",
        "tile/entries/001",
        "tile/entries/001.p/44",
        "tile/entries/002.p/88",
    } - {"tile/0/001.p/44", "tile/entries/001.p/44"}
    assert files(root)["tile/0/001"] == b"".join(LEAVES[256:512])
    assert files(root)["tile/entries/002.p/88"] == bundle_of(entries(ROWS[512:600]))
    assert (root / "vkey").read_text() == f"{KEY.verifier}\n"


def test_the_checkpoint_is_signed_under_the_name_of_the_partition(tmp_path: Path) -> None:
    found = files(logged(tmp_path, ROWS[:600], 5, 300, partition=7), 7)
    key = parse_verifier_key(found["vkey"].decode())
    checkpoint = verified_checkpoint(found["checkpoint"].decode(), key)
    assert (key.name, checkpoint.origin, checkpoint.size) == (f"{NAME}/7", origin_of(NAME, 7), 600)
    assert partitions_in(tmp_path) == [7]


def test_every_checkpoint_is_kept_with_the_root_of_the_definition(tmp_path: Path) -> None:
    reader = log_reader(logged(tmp_path, ROWS[:600], 0, 5, 300), KEY.verifier, 0)
    history = [one.checkpoint for one in reader.history()]
    assert [(one.size, one.root) for one in history] == [
        (size, naive_merkle.mth(LEAVES[:size])) for size in (0, 5, 300, 600)
    ]
    newest = reader.newest()
    assert newest is not None
    assert newest.checkpoint == history[-1]
    assert [reader.root_at(one.size) for one in history] == [one.root for one in history]


def test_an_empty_log_can_be_signed(tmp_path: Path) -> None:
    signed = LogFolder(tmp_path, KEY).checkpoint(0)
    assert (signed.checkpoint.size, signed.checkpoint.root) == (0, EMPTY_ROOT)


def test_nothing_new_is_not_signed_again(tmp_path: Path) -> None:
    folder = LogFolder(tmp_path, KEY)
    folder.append(0, entries(ROWS[:5]))
    first = folder.checkpoint(0)
    assert (folder.append(0, []), folder.checkpoint(0)) == (0, first)
    assert len(list(log_reader(tmp_path, KEY.verifier, 0).history())) == 1


def test_an_entry_that_does_not_go_on_is_refused_and_nothing_is_kept_of_it(tmp_path: Path) -> None:
    folder = LogFolder(tmp_path, KEY)
    folder.append(0, entries(ROWS[:5]))
    folder.checkpoint(0)
    for wrong in (entries(ROWS[4:6]), [*entries(ROWS[5:7]), *entries(ROWS[5:6])], entries(ROWS[5:6], 1), [b"\x01"]):
        with pytest.raises(OutOfOrder):
            folder.append(0, wrong)
        assert (folder.size(0), folder.last_position(0)) == (5, 12)
    assert folder.append(0, entries(ROWS[5:7])) == 2
    assert (folder.size(0), folder.last_position(0)) == (7, 18)


def test_a_log_is_written_by_one_at_a_time(tmp_path: Path) -> None:
    first = LogFolder(tmp_path, KEY)
    assert (first.size(0), first.last_position(0)) == (0, -1)
    with pytest.raises(FolderInUse):
        LogFolder(tmp_path, KEY).size(0)
    assert LogFolder(tmp_path, KEY).size(1) == 0
    first.close()
    assert LogFolder(tmp_path, KEY).size(0) == 0


def test_a_full_tile_is_never_overwritten_with_other_content(tmp_path: Path) -> None:
    logged(tmp_path, ROWS[:10])
    stray = partition_folder(tmp_path, 0) / "tile/0/000"
    stray.write_bytes(b"\x00" * 8192)
    folder = LogFolder(tmp_path, KEY)
    with pytest.raises(TileConflict, match="tile/0/000: already written") as conflict:
        folder.append(0, entries(ROWS[10:300]))
    assert conflict.value.path == stray
    assert stray.read_bytes() == b"\x00" * 8192


def test_another_key_does_not_go_on_with_a_log(tmp_path: Path) -> None:
    logged(tmp_path, ROWS[:10])
    with pytest.raises(TileConflict, match="vkey"):
        LogFolder(tmp_path, OTHER_KEY)


@pytest.mark.parametrize("name", ["tile/0/002.p/88", "tile/entries/002.p/88", "tile/1/000.p/2"])
@pytest.mark.parametrize("harm", ["changed", "cut", "removed"])
def test_a_log_whose_right_edge_was_damaged_is_not_gone_on_with(tmp_path: Path, name: str, harm: str) -> None:
    path = partition_folder(logged(tmp_path, ROWS[:600]), 0) / name
    content = path.read_bytes()
    match harm:
        case "changed":
            path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        case "cut":
            path.write_bytes(content[:-1])
        case _:
            path.unlink()
    with pytest.raises(FolderDamaged):
        LogFolder(tmp_path, KEY).size(0)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [("checkpoints", b"\n600\n", b"\n601\n"), ("checkpoint", b"\n600\n", b"\n601\n"), ("vkey", b"+", b"-")],
)
def test_a_signed_text_that_was_changed_is_found_when_the_log_is_opened(
    tmp_path: Path, name: str, old: bytes, new: bytes
) -> None:
    path = partition_folder(logged(tmp_path, ROWS[:600]), 0) / name
    path.write_bytes(path.read_bytes().replace(old, new))
    with pytest.raises(FolderDamaged) as damaged:
        LogFolder(tmp_path, KEY).size(0)
    assert damaged.value.path == path


def test_a_history_without_its_end_is_found_when_the_log_is_opened(tmp_path: Path) -> None:
    path = partition_folder(logged(tmp_path, ROWS[:600], 300), 0) / "checkpoints"
    note = path.read_bytes()
    for rest in (note[: len(note) // 2], note[:-20], b""):
        path.write_bytes(rest)
        with pytest.raises(FolderDamaged, match="the checkpoint at 600 entries is missing"):
            LogFolder(tmp_path, KEY).size(0)


def test_a_log_that_goes_on_from_a_known_checkpoint_is_accepted(tmp_path: Path) -> None:
    folder = LogFolder(logged(tmp_path, ROWS[:600], 300), KEY)
    for size in (0, 1, 299, 300, 600):
        folder.require(0, Checkpoint(origin_of(NAME, 0), size, naive_merkle.mth(LEAVES[:size])))


def test_a_log_that_was_thrown_away_or_made_anew_is_not_accepted(tmp_path: Path) -> None:
    known = Checkpoint(origin_of(NAME, 0), 600, naive_merkle.mth(LEAVES[:600]))
    folder = LogFolder(logged(tmp_path, ROWS[:300]), KEY)
    with pytest.raises(LogRolledBack, match="ends at 300 entries, but 600 were signed"):
        folder.require(0, known)
    folder.append(0, entries(ROWS[301:700]))
    folder.checkpoint(0)
    with pytest.raises(LogRolledBack, match="first 600 entries are not those"):
        folder.require(0, known)


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "partitions").write_text("a file")
    with pytest.raises(FolderFailed, match="partitions"):
        LogFolder(tmp_path, KEY).size(0)


def test_what_was_not_signed_is_forgotten(tmp_path: Path) -> None:
    folder = LogFolder(tmp_path, KEY)
    folder.append(0, entries(ROWS[:300]))
    folder.close()
    assert (folder.size(0), folder.last_position(0)) == (0, -1)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 700), max_size=6), st.booleans())
def test_however_it_was_cut_and_reopened_the_tiles_are_those_of_one_stroke(
    tmp_path: Path, cuts: list[int], reopen: bool
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    shutil.rmtree(one, ignore_errors=True)
    shutil.rmtree(other, ignore_errors=True)
    logged(one, ROWS)
    begin, folder = 0, LogFolder(other, KEY)
    for cut in [*sorted(cuts), len(ROWS)]:
        folder.append(0, entries(ROWS[begin:cut]))
        begin = cut
        folder.checkpoint(0)
        if reopen:
            folder.close()
            folder = LogFolder(other, KEY)
            assert (folder.size(0), folder.last_position(0)) == (cut, ROWS[cut - 1][0] if cut else -1)
    folder.close()
    alone, several = files(one), files(other)
    assert {name: content for name, content in several.items() if name in alone and name != "checkpoints"} == {
        name: content for name, content in alone.items() if name != "checkpoints"
    }
