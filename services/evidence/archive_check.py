"""Checks the archive of a partition against its log outside the database, and the log against its own signatures.

First the log: every signature, every tile against the one above, every entry against its tile, every signed root, every
checkpoint known from elsewhere (publications, witnesses). What fails is named by its file, or by the two signed
checkpoints between which the log was changed. Then the archive, event by event, against the entries of the log.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

from msgspec import Struct

from projections.archive_differences import Finding, differences
from projections.merkle import HASH_BYTES, CompactRange, perfect_root
from projections.merkle_tiles import TILE_WIDTH, TileId, levels_of, tile_of, tiles_of
from services.evidence.checkpoint_text import Checkpoint
from services.evidence.durable_files import folder_errors
from services.evidence.errors import FolderDamaged
from services.evidence.log_reading import LogReader

PROBLEMS_MAX: Final = 1_000


class Problem(Struct, frozen=True):
    """Something wrong with the log itself: the file, and what is wrong in words."""

    path: Path
    text: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"


class Checked(Struct, frozen=True):
    """What a check found; `size` is how many entries were signed, and so are compared with the archive."""

    size: int
    problems: tuple[Problem, ...]
    findings: tuple[Finding, ...]

    @property
    def is_clean(self) -> bool:
        return not self.problems and not self.findings


def check_archive(
    log: LogReader, found: Iterable[bytes], read_to: int | None = None, known: Sequence[Checkpoint] = ()
) -> Checked:
    """Compares the archive's entries, in the order of positions, with the log and everything that was signed of it.

    `read_to` is the position up to which the database says that it has read; `known` are checkpoints from elsewhere.
    Where a file of the log is damaged, only what lies before it is compared. Raises `FolderFailed`.
    """
    with folder_errors(log.folder):
        problems, size = check_log(log, known)
        findings: list[Finding] = []
        if size is not None:
            findings = differences(_kept(log, size, problems), found, read_to)
    return Checked(size or 0, tuple(problems), tuple(findings))


def check_log(log: LogReader, known: Sequence[Checkpoint] = ()) -> tuple[list[Problem], int | None]:
    """What is wrong with a log, and how many entries it can be asked for; None where no signed size is to be had."""
    problems: list[Problem] = []
    try:
        newest = log.newest()
        history = [one.checkpoint for one in log.history()]
    except FolderDamaged as damaged:
        return [Problem(damaged.path, damaged.what)], None
    size = newest.checkpoint.size if newest else 0
    problems += _check_history(log, history)
    problems += _check_known(log, known, size)
    problems += _check_tiles(log, size)
    problems += _check_outgrown(log)
    problems += _check_key(log)
    if not problems:
        problems += _check_roots(log, size, [*history, *known])
    return list(dict.fromkeys(problems))[:PROBLEMS_MAX], size


def _check_history(log: LogReader, history: Sequence[Checkpoint]) -> Iterator[Problem]:
    for before, after in pairwise(history):
        if after.size <= before.size:
            text = f"a checkpoint at {after.size} entries follows one at {before.size}: the log was begun again"
            yield Problem(log.folder / "checkpoints", text)


def _check_known(log: LogReader, known: Sequence[Checkpoint], size: int) -> Iterator[Problem]:
    for one in known:
        if one.origin != log.key.name:
            yield Problem(log.folder, f"a checkpoint of {one.origin} was given for the log {log.key.name}")
        elif one.size > size:
            text = f"the log was rolled back: it ends at {size} entries, but {one.size} were signed elsewhere"
            yield Problem(log.folder, text)


def _check_tiles(log: LogReader, size: int) -> Iterator[Problem]:
    """Each full tile against the hash that the level above has of it."""
    for level in range(levels_of(size)):
        for tile in tiles_of(size, level):
            try:
                hashes = log.tile(tile)
                above = _hash_above(log, size, tile) if tile.is_full else None
            except FolderDamaged as damaged:
                yield Problem(damaged.path, damaged.what)
                continue
            if above is not None and perfect_root(hashes) != above:
                place = tile_of(size, level + 1, tile.index // TILE_WIDTH).path
                yield Problem(log.folder / tile.path, f"does not have the hash that {place} gives it")


def _hash_above(log: LogReader, size: int, tile: TileId) -> bytes:
    begin = tile.index % TILE_WIDTH * HASH_BYTES
    return log.tile(tile_of(size, tile.level + 1, tile.index // TILE_WIDTH))[begin : begin + HASH_BYTES]


def _check_outgrown(log: LogReader) -> Iterator[Problem]:
    """Partial tiles and bundles of former checkpoints: each must be the beginning of what came of it."""
    for folder in sorted((log.folder / "tile").rglob("*.p")):
        parts = sorted((one for one in folder.iterdir() if one.name.isdecimal()), key=lambda one: int(one.name))
        full = folder.with_suffix("")
        if not parts:
            continue
        grown = full if full.exists() else parts.pop()
        content = grown.read_bytes()
        for part in parts:
            if content[: len(content) * int(part.name) // _width(grown)] != part.read_bytes():
                yield Problem(part, f"is not the beginning of {grown.relative_to(log.folder)}")


def _width(tile: Path) -> int:
    return int(tile.name) if tile.parent.suffix == ".p" else TILE_WIDTH


def _check_key(log: LogReader) -> Iterator[Problem]:
    path = log.folder / "vkey"
    if log.folder.exists() and not (path.exists() and path.read_bytes() == f"{log.key}\n".encode()):
        yield Problem(path, f"does not say the key of this log: {log.key}")


def _check_roots(log: LogReader, size: int, signed: Iterable[Checkpoint]) -> Iterator[Problem]:
    """The roots at all signed sizes from the leaf hashes; the first that differs tells where the log was changed."""
    grown, right = CompactRange(), 0
    for one in sorted((one for one in signed if one.size <= size), key=lambda one: one.size):
        while grown.size < one.size:
            _grow(log, grown, one.size, size)
        if grown.root() == one.root:
            right = one.size
            continue
        text = f"entries at index {right} to {one.size - 1} are not those that were signed: the log itself was changed"
        yield Problem(log.folder / "tile", text)
        return


def _grow(log: LogReader, grown: CompactRange, end: int, size: int) -> None:
    """Adds leaf hashes up to an end, but not beyond the tile that is next."""
    index, begin = divmod(grown.size, TILE_WIDTH)
    hashes = log.tile(tile_of(size, 0, index))
    for place in range(begin, min(TILE_WIDTH, end - index * TILE_WIDTH)):
        grown.append(hashes[place * HASH_BYTES : (place + 1) * HASH_BYTES])


def _kept(log: LogReader, size: int, problems: list[Problem]) -> Iterator[bytes]:
    """The entries of the log, each as its tile hashes it."""
    for tile in tiles_of(size, 0):
        try:
            yield from log.bundle(tile)
        except FolderDamaged as damaged:
            text = f"{damaged.what}; the archive was not compared from index {tile.index * TILE_WIDTH} on"
            problems.append(Problem(damaged.path, text))
            return
