"""Signed notes and their keys, as C2SP signed-note writes them (c2sp.org/signed-note).

A note is text that ends in a newline, an empty line, and signature lines `— NAME BASE64`, where the base64 holds the id
of the key (4 bytes) and an Ed25519 signature over the text. A verifier key is written `NAME+ID+BASE64`.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Struct

from services.evidence.errors import NoteRefused

ED25519: Final = b"\x01"
SIGNATURES_MAX: Final = 100
_PUBLIC_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64
_ID_BYTES: Final = 4
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")


class NoteSignature(Struct, frozen=True):
    """One signature line: who, which of its keys, and the bytes."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        """The line, with its newline."""
        return f"— {self.name} {b64encode(self.key_id + self.signature).decode()}\n"


class SignedNote(Struct, frozen=True):
    """A text and the signatures below it."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(signature.line for signature in self.signatures)


class VerifierKey(Struct, frozen=True):
    """A public key under a name."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that tell the key apart from others of the same name."""
        return key_id(self.name, self.public)

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64encode(ED25519 + self.public).decode()}"

    def under(self, name: str) -> "VerifierKey":
        """The same key for another name: a log signs with the name of its origin."""
        return VerifierKey(checked_name(name), self.public)

    def verify(self, note: SignedNote) -> None:
        """Raises `NoteRefused` unless the key signed the note; a second, wrong signature of the key refuses it, too."""
        own = [one for one in note.signatures if (one.name, one.key_id) == (self.name, self.id)]
        if not own:
            raise NoteRefused(f"not signed by {self.name} with key {self.id.hex()}")
        for signature in own:
            if not self.signed(note.text.encode(), signature.signature):
                raise NoteRefused(f"the signature of {self.name} does not hold: the text was changed after signing")

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Whether an Ed25519 signature over the bytes is this key's."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


def key_id(name: str, public: bytes) -> bytes:
    """SHA-256(name || newline || 0x01 || public key), its first four bytes."""
    return sha256(name.encode() + b"\n" + ED25519 + public).digest()[:_ID_BYTES]


def parse_verifier_key(text: str) -> VerifierKey:
    """A key from `NAME+ID+BASE64`; raises `NoteRefused`."""
    name, id_text, encoded = _parts_of_key(text)
    key = VerifierKey(checked_name(name), key_bytes(encoded, _PUBLIC_BYTES))
    if key.id.hex() != id_text:
        raise NoteRefused(f"the verifier key of {name} has the id {id_text} but should have {key.id.hex()}")
    return key


def _parts_of_key(text: str) -> tuple[str, str, str]:
    parts = text.strip().split("+", 2)
    if len(parts) != 3:
        raise NoteRefused("not a verifier key: it is written NAME+ID+BASE64")
    return parts[0], parts[1], parts[2]


def key_bytes(encoded: str, size: int) -> bytes:
    """The key behind its algorithm byte; raises `NoteRefused` for anything but Ed25519."""
    data = base64_bytes(encoded)
    if data[:1] != ED25519 or len(data) != 1 + size:
        raise NoteRefused("not an Ed25519 key of this note format")
    return data[1:]


def base64_bytes(encoded: str) -> bytes:
    """Standard base64 in its one canonical spelling; raises `NoteRefused`."""
    try:
        data = b64decode(encoded, validate=True)
    except (Base64Error, ValueError):
        raise NoteRefused(f"{encoded[:20]!r} is not base64") from None
    if b64encode(data).decode() != encoded:
        raise NoteRefused(f"{encoded[:20]!r} is not base64 as it is written everywhere")
    return data


def checked_name(name: str) -> str:
    """A key name as notes allow it; raises `NoteRefused` for an empty one, spaces or `+`."""
    if not name or "+" in name or any(one.isspace() or ord(one) < 0x20 for one in name):
        raise NoteRefused(f"{name!r} is no name for a key: no spaces, no +, not empty")
    return name


def parse_note(text: str) -> SignedNote:
    """Text and signatures of a note; raises `NoteRefused`. Nothing is verified."""
    if _CONTROL.search(text):
        raise NoteRefused("a note has no control characters")
    body, empty_line, below = text.rpartition("\n\n")
    if not empty_line or not body or not below.endswith("\n"):
        raise NoteRefused("not a signed note: text, an empty line, signature lines")
    lines = below[:-1].split("\n")
    if len(lines) > SIGNATURES_MAX:
        raise NoteRefused(f"more than {SIGNATURES_MAX} signatures")
    return SignedNote(body + "\n", tuple(map(parse_signature, lines)))


def parse_signature(line: str) -> NoteSignature:
    """One signature line without its newline; raises `NoteRefused`."""
    dash, _, rest = line.partition(" ")
    name, space, encoded = rest.partition(" ")
    if dash != "—" or not space:
        raise NoteRefused(f"{line[:40]!r} is no signature line")
    data = base64_bytes(encoded)
    if len(data) <= _ID_BYTES:
        raise NoteRefused(f"the signature of {name} is too short")
    return NoteSignature(checked_name(name), data[:_ID_BYTES], data[_ID_BYTES:])
