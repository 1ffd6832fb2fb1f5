"""Whatever is done to the archive or to its log is found, and named."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from projections.archive_entry import bundle_of, read_bundle
from projections.merkle import leaf_hash, perfect_root, root_of
from services.evidence.archive_check import Checked, check_archive
from services.evidence.checkpoint_text import Checkpoint
from services.evidence.log_folder import log_reader, origin_of, partition_folder
from tests.fixtures.lengths import either
from tests.services.evidence.evidence_made import KEY, NAME, OTHER_KEY, Row, entries, logged, row, rows

ROWS = rows(700, step=2)
SIGNED = (10, 300, 512)
PLACES = either(12, 100)
CLEAN_ARCHIVES = either(30, 1_000)


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return logged(tmp_path_factory.mktemp("pristine"), ROWS, *SIGNED)


@pytest.fixture
def root(pristine: Path, tmp_path: Path) -> Path:
    """A copy of the log that may be harmed."""
    return shutil.copytree(pristine, tmp_path / "log")


def check(root: Path, found: list[Row], read_to: int | None = 1_400, known: tuple[Checkpoint, ...] = ()) -> Checked:
    ordered = sorted(found, key=lambda one: one[0])
    return check_archive(log_reader(root, KEY.verifier, 0), iter(entries(ordered)), read_to, known)


def named(checked: Checked) -> list[tuple[str, int, int]]:
    assert checked.problems == ()
    return [(one.kind.value, one.first, one.last) for one in checked.findings]


def signed_at(size: int) -> Checkpoint:
    return Checkpoint(origin_of(NAME, 0), size, log_root(size))


def log_root(size: int) -> bytes:
    return root_of(map(leaf_hash, entries(ROWS[:size])))


def test_an_untouched_archive_is_clean(pristine: Path) -> None:
    checked = check(pristine, ROWS, known=tuple(map(signed_at, (0, 1, 300, 699, 700))))
    assert (checked.is_clean, checked.size) == (True, 700)


def test_an_archive_that_went_on_since_the_last_checkpoint_is_clean(pristine: Path) -> None:
    assert check(pristine, ROWS + [row(1_400 + place) for place in range(30)]).is_clean


def test_an_archive_without_a_log_is_clean_and_nothing_was_compared(tmp_path: Path) -> None:
    checked = check(tmp_path, ROWS)
    assert (checked.is_clean, checked.size) == (True, 0)


def without(place: int, end: int | None = None) -> list[Row]:
    return ROWS[:place] + ROWS[place + 1 if end is None else end :]


def changed(place: int, new: Row) -> list[Row]:
    return [*ROWS[:place], new, *ROWS[place + 1 :]]


def swapped(one: int, other: int) -> list[Row]:
    found = list(ROWS)
    found[one] = (ROWS[one][0], *ROWS[other][1:])
    found[other] = (ROWS[other][0], *ROWS[one][1:])
    return found


TAMPERING: dict[str, tuple[list[Row], list[tuple[str, int, int]]]] = {
    "edited": (changed(333, (*ROWS[333][:3], b"{}")), [("edited", 666, 666)]),
    "one bit edited": (
        changed(333, (*ROWS[333][:3], ROWS[333][3][:-1] + bytes([ROWS[333][3][-1] ^ 1]))),
        [("edited", 666, 666)],
    ),
    "given to another case": (changed(0, (*ROWS[0][:2], "case-other", ROWS[0][3])), [("edited", 0, 0)]),
    "recorded at another time": (changed(699, (1_398, 0, *ROWS[699][2:])), [("retimed", 1_398, 1_398)]),
    "inserted": ([*ROWS, (333, 0, "case-new", b"{}")], [("inserted", 333, 333)]),
    "inserted and renumbered": (
        [*ROWS[:5], (10, 0, "case-new", b"{}"), *((one[0] + 1, *one[1:]) for one in ROWS[5:])],
        [("inserted", 10, 10), ("moved", 10, 1_398)],
    ),
    "removed": (without(256), [("removed", 512, 512)]),
    "removed and renumbered": (
        [*ROWS[:5], *((one[0] - 2, *one[1:]) for one in ROWS[6:])],
        [("removed", 10, 10), ("moved", 12, 1_398)],
    ),
    "several removed": (without(10, 20), [("removed", 20, 38)]),
    "swapped": (swapped(255, 256), [("swapped", 510, 512)]),
    "swapped far apart": (swapped(0, 699), [("swapped", 0, 1_398)]),
    "truncated": (ROWS[:698], [("truncated", 1_396, 1_398)]),
    "emptied": ([], [("truncated", 0, 1_398)]),
}


@pytest.mark.parametrize("kind", TAMPERING)
def test_tampering_is_named(pristine: Path, kind: str) -> None:
    found, expected = TAMPERING[kind]
    assert named(check(pristine, found)) == expected


def test_a_database_rolled_back_is_named(pristine: Path) -> None:
    assert named(check(pristine, ROWS[:500], read_to=1_000)) == [("rolled_back", 1_000, 1_398)]


def flipped(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("tile/0/000", 0),
        ("tile/0/001", 8_191),
        ("tile/0/002.p/188", 6_015),
        ("tile/1/000.p/2", 40),
        ("tile/entries/000", 14_079),
        ("tile/entries/001", 0),
        ("tile/entries/002.p/188", 400),
        ("tile/1/000.p/1", 31),
        ("vkey", 0),
    ],
)
def test_a_changed_byte_in_a_file_of_the_log_is_found_and_the_file_named(root: Path, name: str, place: int) -> None:
    flipped(partition_folder(root, 0) / name, place)
    checked = check(root, ROWS)
    assert any(name in str(problem) for problem in checked.problems)


@pytest.mark.parametrize("name", ["tile/0/000", "tile/1/000.p/2", "tile/entries/001", "tile/0/002.p/188", "vkey"])
def test_a_missing_file_of_the_log_is_named(root: Path, name: str) -> None:
    path = partition_folder(root, 0) / name
    path.unlink()
    assert path in {problem.path for problem in check(root, ROWS).problems}


def test_what_lies_before_a_damaged_bundle_is_still_compared(root: Path) -> None:
    flipped(partition_folder(root, 0) / "tile/entries/001", 100)
    checked = check(root, changed(3, (*ROWS[3][:3], b"{}")))
    assert [(one.kind.value, one.first) for one in checked.findings] == [("edited", 6)]
    assert "the entry at index 257 does not have the hash" in checked.problems[0].text
    assert "not compared from index 256 on" in checked.problems[0].text


def forged(root: Path, place: int) -> list[Row]:
    """Someone edits an event, and the log with it, as well as can be without the key."""
    folder = partition_folder(root, 0)
    found = changed(place, (*ROWS[place][:3], b"{}"))
    tile = place // 256
    part = entries(found)[tile * 256 : (tile + 1) * 256]
    (folder / f"tile/entries/{tile:03d}").write_bytes(bundle_of(part))
    hashes = b"".join(map(leaf_hash, part))
    (folder / f"tile/0/{tile:03d}").write_bytes(hashes)
    for above in (folder / "tile/1/000.p").iterdir():
        roots = bytearray(above.read_bytes())
        roots[tile * 32 : (tile + 1) * 32] = perfect_root(hashes)[: max(0, len(roots) - tile * 32)]
        above.write_bytes(roots)
    assert read_bundle((folder / f"tile/entries/{tile:03d}").read_bytes()) == part
    return found


def test_whoever_forges_the_log_with_the_archive_is_betrayed_by_the_signed_roots(root: Path) -> None:
    checked = check(root, forged(root, 400))
    assert [problem.text.partition(":")[0] for problem in checked.problems] == [
        "entries at index 300 to 511 are not those that were signed"
    ]


def test_whoever_also_has_the_key_is_betrayed_by_a_checkpoint_kept_elsewhere(tmp_path: Path) -> None:
    found = changed(400, (*ROWS[400][:3], b"{}"))
    root = logged(tmp_path, found, *SIGNED)
    assert check(root, found).is_clean
    checked = check(root, found, known=(signed_at(300), signed_at(450)))
    assert [problem.text.partition(":")[0] for problem in checked.problems] == [
        "entries at index 300 to 449 are not those that were signed"
    ]


def test_a_log_rolled_back_with_the_database_is_betrayed_by_a_checkpoint_kept_elsewhere(tmp_path: Path) -> None:
    root = logged(tmp_path, ROWS[:300])
    assert check(root, ROWS[:300], read_to=600).is_clean
    (problem,) = check(root, ROWS[:300], read_to=600, known=(signed_at(512),)).problems
    assert problem.text == "the log was rolled back: it ends at 300 entries, but 512 were signed elsewhere"


def test_a_checkpoint_of_another_log_is_not_taken_for_one_of_this(pristine: Path) -> None:
    (problem,) = check(pristine, ROWS, known=(Checkpoint("another/0", 10, log_root(10)),)).problems
    assert "a checkpoint of another/0 was given" in problem.text


def harm_signature(folder: Path) -> None:
    history = (folder / "checkpoints").read_text()
    (folder / "checkpoints").write_text(history.replace("\n300\n", "\n301\n"))


def sign_with_another_key(folder: Path) -> None:
    note = str(OTHER_KEY.under(origin_of(NAME, 0)).sign(signed_at(700).text))
    (folder / "checkpoint").write_text(note)


def cut_history(folder: Path) -> None:
    history = (folder / "checkpoints").read_text()
    (folder / "checkpoints").write_text(history[: history.index(f"{NAME}/0\n512\n")])


def begin_again(folder: Path) -> None:
    history = (folder / "checkpoints").read_text()
    (folder / "checkpoints").write_text(history + history)


def remove_checkpoints(folder: Path) -> None:
    (folder / "checkpoints").unlink()


@pytest.mark.parametrize(
    ("harm", "text"),
    [
        (harm_signature, "the text was changed after signing"),
        (sign_with_another_key, "not signed by"),
        (cut_history, "the checkpoint at 700 entries is missing at its end"),
        (begin_again, "a checkpoint at 10 entries follows one at 700"),
        (remove_checkpoints, "the checkpoint at 700 entries is missing at its end"),
    ],
)
def test_checkpoints_that_were_tampered_with_are_named(root: Path, harm: Callable[[Path], None], text: str) -> None:
    harm(partition_folder(root, 0))
    problems = check(root, ROWS).problems
    assert len(problems) == 1
    assert text in problems[0].text


def harmed_rows(chance: random.Random) -> dict[str, tuple[list[Row], str, int]]:
    """Eight kinds of harm to the archive: its rows, what must be found, and at which position."""
    place, other = sorted(chance.sample(range(699), 2))
    position, time, case, text = ROWS[place]
    body = bytearray(text)
    body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
    return {
        "edited": (changed(place, (position, time, case, bytes(body))), "edited", position),
        "blanked": (changed(place, (position, time, case, b"")), "edited", position),
        "given away": (changed(place, (position, time, f"{case}0", text)), "edited", position),
        "retimed": (changed(place, (position, time + chance.choice((-1, 1)), case, text)), "retimed", position),
        "inserted": ([*ROWS, (position + 1, 0, "case", b"{}")], "inserted", position + 1),
        "removed": (without(place), "removed", position),
        "swapped": (swapped(place, other), "swapped", position),
        "truncated": (ROWS[:place], "truncated", position),
    }


@pytest.mark.slow
def test_ten_kinds_of_harm_at_random_places_are_all_found_and_the_place_named(pristine: Path, tmp_path: Path) -> None:
    """Eight to the rows; two to the log's files: a byte of a tile, and a tile that fits what was edited."""
    chance = random.Random(7)
    for number in range(PLACES):
        for kind, (found, expected, position) in harmed_rows(chance).items():
            finding, *more = named(check(pristine, found))
            assert (finding[:2], more) == ((expected, position), []), (kind, position)
        root = shutil.copytree(pristine, tmp_path / str(number))
        place = chance.randrange(512)
        assert "are not those that were signed" in str(check(root, forged(root, place)).problems), place
        shutil.rmtree(root)
        root = shutil.copytree(pristine, tmp_path / str(number))
        name = f"tile/0/{place // 256:03d}"
        flipped(partition_folder(root, 0) / name, place % 256 * 32 + chance.randrange(32))
        assert any(name in str(problem) for problem in check(root, ROWS).problems), place
        shutil.rmtree(root)


@pytest.mark.slow
def test_archives_that_nobody_touched_alarm_nobody(tmp_path: Path) -> None:
    """Of any length, in any steps between positions, signed anywhere, read to any later place."""
    chance = random.Random(11)
    for number in range(CLEAN_ARCHIVES):
        given = rows(chance.randint(1, 700), step=chance.randint(1, 3))
        signed = sorted(chance.sample(range(1, len(given) + 1), min(len(given), chance.randint(0, 4))))
        root = logged(tmp_path / str(number), given, *signed)
        later = [row(given[-1][0] + 1 + place) for place in range(chance.randint(0, 20))]
        checked = check(root, given + later, read_to=given[-1][0] + 1)
        assert checked.is_clean, (number, len(given), signed)
        shutil.rmtree(root)
