"""Files that are on disk whole or not at all: written aside, synced, renamed, and their folders synced.

A file of evidence is written once. Whoever writes it again with the same bytes changes nothing; with other bytes, that
is a `TileConflict`. Only one process writes a folder (`locked`), so looking and renaming need no further care.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from services.evidence.errors import FolderFailed, FolderInUse, TileConflict

DRAFTS: Final = ".drafts"
"""Where files are written before they get their names; a crash may leave some, which mean nothing."""


@contextmanager
def folder_errors(path: Path) -> Iterator[None]:
    """Turns errors of the system into `FolderFailed`, which names the folder."""
    try:
        yield
    except OSError as error:
        raise FolderFailed(f"{error.filename or path}: {error.strerror}") from error


def lock(folder: Path) -> int:
    """Makes the folder and holds it until the descriptor is closed; raises `FolderInUse` where another has it."""
    make_folders([folder])
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise FolderInUse(f"{folder}: another process writes this log") from None
    return descriptor


def clear_drafts(folder: Path) -> None:
    """Removes what a crash left half written."""
    drafts = folder / DRAFTS
    if drafts.is_dir():
        for draft in drafts.iterdir():
            draft.unlink()


def write_once(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes files, by their paths below the folder, that stay as they are for ever.

    All are on disk when it returns. Raises `TileConflict`, with nothing written, where one exists with other bytes.
    """
    missing = {}
    for name, content in files.items():
        path = folder / name
        if not path.exists():
            missing[path] = content
        elif path.read_bytes() != content:
            raise TileConflict(path, "already written, and with other content: it is never overwritten")
    _put(folder, missing)


def replace(folder: Path, name: str, content: bytes) -> None:
    """Writes the one file that changes, so that readers see the old or the new one."""
    _put(folder, {folder / name: content})


def append(path: Path, content: bytes) -> None:
    """Adds to the end of a file and waits for the disk; a crash may leave a part of it."""
    is_new = not path.exists()
    with path.open("ab") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        sync_folder(path.parent)


def cut(path: Path, size: int) -> None:
    """Takes away the end of a file, on disk."""
    with path.open("rb+") as file:
        file.truncate(size)
        os.fsync(file.fileno())


def _put(folder: Path, files: Mapping[Path, bytes]) -> None:
    """All drafts are written before any is synced: the disk has one long wait instead of many short ones."""
    if not files:
        return
    drafts = folder / DRAFTS
    make_folders([drafts, *{path.parent for path in files}])
    descriptors: list[int] = []
    try:
        for number, content in enumerate(files.values()):
            descriptors.append(
                os.open(drafts / str(number), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
            )
            _write_all(descriptors[-1], content)
        for descriptor in descriptors:
            os.fsync(descriptor)
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
    for number, path in enumerate(files):
        (drafts / str(number)).rename(path)
    for parent in {path.parent for path in files}:
        sync_folder(parent)


def _write_all(descriptor: int, content: bytes) -> None:
    written = 0
    while written < len(content):
        written += os.write(descriptor, content[written:])


def make_folders(folders: Iterable[Path]) -> None:
    """Makes folders and those above them, each on disk in its own."""
    for folder in folders:
        new = [one for one in (folder, *folder.parents) if not one.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        for one in reversed(new):
            sync_folder(one.parent)


def sync_folder(folder: Path) -> None:
    """Waits until the names in a folder are on disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
