"""The signing key: Ed25519, kept in one file that only its owner may read, made on first use.

The file has one line as note tools write it: `PRIVATE+KEY+NAME+ID+BASE64`. Whoever has it can sign in our name; whoever
loses it cannot go on with the same logs. So it belongs outside the log folder, in a backup of its own.
"""

import os
import stat
from base64 import b64encode
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.evidence.durable_files import sync_folder
from services.evidence.errors import KeyFileRefused, NoteRefused
from services.evidence.signed_note import (
    ED25519,
    NoteSignature,
    SignedNote,
    VerifierKey,
    checked_name,
    key_bytes,
    key_id,
)

_PREFIX: Final = "PRIVATE+KEY+"
_SEED_BYTES: Final = 32


class SigningKey:
    """An Ed25519 key that signs under a name."""

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        self._name = checked_name(name)
        self._private = private
        self._verifier = VerifierKey(name, private.public_key().public_bytes_raw())

    @property
    def verifier(self) -> VerifierKey:
        """The public half: what others need to check."""
        return self._verifier

    def under(self, name: str) -> "SigningKey":
        """The same key for another name: a log signs with the name of its origin."""
        return SigningKey(name, self._private)

    def sign(self, text: str) -> SignedNote:
        """The text, which must end in a newline, as a note with our signature."""
        return SignedNote(text, (NoteSignature(self._name, self._verifier.id, self._private.sign(text.encode())),))

    def secret_line(self) -> str:
        """The line of the key file."""
        seed = b64encode(ED25519 + self._private.private_bytes_raw()).decode()
        return f"{_PREFIX}{self._name}+{self._verifier.id.hex()}+{seed}\n"


def parse_signing_key(text: str) -> SigningKey:
    """A key from the line of its file; raises `NoteRefused`, which never shows the key."""
    parts = text.removesuffix("\n").removeprefix(_PREFIX).split("+", 2)
    if not text.startswith(_PREFIX) or len(parts) != 3:
        raise NoteRefused(f"not a signing key: it is written {_PREFIX}NAME+ID+BASE64")
    name, id_text, encoded = parts
    private = Ed25519PrivateKey.from_private_bytes(key_bytes(encoded, _SEED_BYTES))
    if key_id(name, private.public_key().public_bytes_raw()).hex() != id_text:
        raise NoteRefused(f"the signing key of {name} does not have the id {id_text}")
    return SigningKey(name, private)


def signing_key(path: Path, name: str) -> SigningKey:
    """The key of a file, which is made if there is none; raises `KeyFileRefused`, also where it is another name's."""
    try:
        try:
            text = _read_private(path)
        except FileNotFoundError:
            _make(path, SigningKey(name, Ed25519PrivateKey.generate()))
            text = _read_private(path)
        key = parse_signing_key(text)
    except NoteRefused as error:
        raise KeyFileRefused(f"{path}: {error}") from None
    except OSError as error:
        raise KeyFileRefused(f"{path}: {error.strerror}") from None
    if key.verifier.name != name:
        raise KeyFileRefused(f"{path}: the key of {key.verifier.name}, not of {name}: give the file of its own key")
    return key


def _read_private(path: Path) -> str:
    """The text of a regular file that its owner alone may read."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, encoding="ascii", errors="replace") as file:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode) or mode & 0o077:
            raise KeyFileRefused(f"{path}: others may read the signing key: chmod 600 it, or replace it if they did")
        return file.read()


def _make(path: Path, key: SigningKey) -> None:
    """Writes a new key whole or not at all; where another process was faster, its key stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            os.fchmod(descriptor, 0o600)
            file.write(key.secret_line())
            file.flush()
            os.fsync(descriptor)
        try:
            os.link(draft, path)
        except FileExistsError:
            return
        sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)
