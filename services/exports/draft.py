"""A file that is there whole or not at all: written beside its place, put on disk, then renamed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.evidence.durable_files import sync_folder
from services.exports.errors import ExportRefused


@contextmanager
def drafted(path: Path) -> Iterator[Path]:
    """The draft to write; it takes the place of `path` when all went well, and is gone when not.

    Raises `ExportRefused` where the folder cannot be written or `path` is none for a file.
    """
    if path.is_dir():
        raise ExportRefused(f"{path} is a folder: name a file in it")
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        draft.touch()
    except OSError as error:
        raise ExportRefused(f"{path.parent}: {error.strerror}: no file can be written there") from None
    try:
        yield draft
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        draft.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise ExportRefused(f"{path}: {error.strerror or error}: nothing was written") from None
    finally:
        draft.unlink(missing_ok=True)
