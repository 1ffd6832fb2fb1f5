"""Keys, events and logs for the tests of evidence."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from projections.archive_entry import entry_of
from services.evidence.log_folder import LogFolder
from services.evidence.signing import SigningKey

NAME = "duecourse.test/archive"
KEY = SigningKey(NAME, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER_KEY = SigningKey(NAME, Ed25519PrivateKey.from_private_bytes(bytes(32)))

Row = tuple[int, int, str, bytes]
"""Position, recorded_at, case id, body: a row of the archive."""


def row(position: int) -> Row:
    return position, 1_700_000_000_000_000 + position, f"case-{position % 97}", b'{"id":"%d"}' % position


def rows(count: int, step: int = 1) -> list[Row]:
    """Rows at every `step`th position from 0."""
    return [row(place * step) for place in range(count)]


def entries(given: list[Row], partition: int = 0) -> list[bytes]:
    return [entry_of(partition, *one) for one in given]


def logged(root: Path, given: list[Row], *sizes: int, partition: int = 0) -> Path:
    """A folder with these rows, signed at the sizes and at the end."""
    folder = LogFolder(root, KEY)
    begin = 0
    for size in (*sizes, len(given)):
        folder.append(partition, entries(given[begin:size], partition))
        folder.checkpoint(partition)
        begin = size
    folder.close()
    return root


def files_in(root: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes, but for what is only ever temporary."""
    found = {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    return {name: content for name, content in found.items() if "/.drafts/" not in name and not name.endswith("lock")}
