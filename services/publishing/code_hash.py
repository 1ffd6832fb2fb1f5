"""One hash of the code that makes figures: every file of `events` and `projections`."""

from functools import cache
from hashlib import sha256
from importlib import resources
from importlib.resources.abc import Traversable

FOLDERS = ("events", "projections")


@cache
def code_hash() -> str:
    """SHA-256 (hexadecimal) over the names and contents of the files, sorted by name."""
    found = sha256()
    for folder in FOLDERS:
        for name, file in sorted(_files(resources.files(folder), folder)):
            found.update(f"{name} {sha256(file.read_bytes()).hexdigest()}\n".encode())
    return found.hexdigest()


def _files(folder: Traversable, name: str) -> list[tuple[str, Traversable]]:
    found = []
    for one in folder.iterdir():
        if one.is_dir() and one.name != "__pycache__":
            found += _files(one, f"{name}/{one.name}")
        elif one.name.endswith(".py"):
            found.append((f"{name}/{one.name}", one))
    return found
