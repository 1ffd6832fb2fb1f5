"""Checkpoints: the size and root of a log in the text that its key and witnesses sign (c2sp.org/tlog-checkpoint)."""

import re
from base64 import b64encode
from typing import Final

from msgspec import Struct

from projections.merkle import HASH_BYTES
from services.evidence.errors import NoteRefused
from services.evidence.signed_note import VerifierKey, base64_bytes, parse_note

_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_LINES_MIN: Final = 3


class Checkpoint(Struct, frozen=True):
    """The log named `origin` had `size` entries and this root over them. Extension lines are read, never written."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What is signed."""
        lines = (self.origin, str(self.size), b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def parse_checkpoint(text: str) -> Checkpoint:
    """A checkpoint from the text of a note; raises `NoteRefused`."""
    lines = text.removesuffix("\n").split("\n")
    if not text.endswith("\n") or len(lines) < _LINES_MIN or not all(lines):
        raise NoteRefused("not a checkpoint: origin, size, root and nothing empty")
    origin, size, encoded, *extensions = lines
    if not _SIZE.fullmatch(size):
        raise NoteRefused(f"checkpoint of {origin}: {size[:20]!r} is no size")
    root = base64_bytes(encoded)
    if len(root) != HASH_BYTES:
        raise NoteRefused(f"checkpoint of {origin}: the root is not {HASH_BYTES} bytes long")
    return Checkpoint(origin, int(size), root, tuple(extensions))


def verified_checkpoint(text: str, key: VerifierKey) -> Checkpoint:
    """The checkpoint in a signed note of the log whose key it is; raises `NoteRefused`."""
    note = parse_note(text)
    key.verify(note)
    checkpoint = parse_checkpoint(note.text)
    if checkpoint.origin != key.name:
        raise NoteRefused(f"a checkpoint of {checkpoint.origin}, signed as {key.name}")
    return checkpoint
