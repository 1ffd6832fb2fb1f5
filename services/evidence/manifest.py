"""Publications: frozen reports with everything that they depend on, signed (`interface.md`, publish).

The file of a publication is canonical JSON and a newline:

    {"key": VERIFIER_KEY, "manifest": {…}, "signature": "— NAME BASE64"}

The signature is that of a note (C2SP signed-note) over the line `duecourse-publication-v1` and the line of canonical
JSON of the manifest; the SHA-256 of this text is the publication's id. Hashes are written `sha256:HEX`. Every number
carries the set of cases behind it (`projections.case_sets`).
"""

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Annotated, Any, Final

from msgspec import Meta, Struct, ValidationError, convert, to_builtins

from projections.case_sets import case_set
from services.evidence.canonical_json import canonical_bytes
from services.evidence.errors import ManifestRefused, NoteRefused
from services.evidence.signed_note import SignedNote, VerifierKey, parse_signature
from services.evidence.signing import SigningKey

FORMAT: Final = "duecourse-publication-v1"

Hash = Annotated[str, Meta(pattern=r"\Asha256:[0-9a-f]{64}\Z")]
Natural = Annotated[int, Meta(ge=0)]


class Number(Struct, frozen=True, forbid_unknown_fields=True):
    """A count; how many different cases are behind it (a case may count twice), and the root over their sorted ids."""

    count: Natural
    cases: Natural
    digest: Hash


class PublishedRow(Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """A row of a report; `unit` is None in totals and levels. Dates are local, `to` is exclusive."""

    unit: str | None
    name: str
    level: str
    from_: str
    to: str
    numerator: Number
    denominator: Number
    percent: str | None
    counts: dict[str, Number]


class PublishedReport(Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """A report with the question that it answers; names as in the report JSON."""

    report: str
    definition: str
    kind: str
    policy: str
    rollup: str
    by: str
    unit: str | None
    from_: str
    to: str
    rows: tuple[PublishedRow, ...]
    total: PublishedRow


class ArchiveState(Struct, frozen=True, forbid_unknown_fields=True):
    """A partition when it was published: everything below `position` was read, `size` events of it are archived."""

    partition: Natural
    position: Natural
    origin: str
    size: Natural
    root: Hash


class Versions(Struct, frozen=True, forbid_unknown_fields=True):
    """Hashes of what the figures were computed with; None where there was none. `release` is for people."""

    definitions: Hash
    units: Hash
    calendar: Hash | None
    procedures: Hash | None
    code: Hash
    release: str


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """What is signed. `recorded_at` is the as-of time of the figures, `published_at` that of signing (RFC 3339)."""

    published_at: str
    recorded_at: str
    time_zone: str
    versions: Versions
    archive: tuple[ArchiveState, ...]
    reports: tuple[PublishedReport, ...]

    @property
    def text(self) -> str:
        """The text that is signed: two lines."""
        return f"{FORMAT}\n{canonical_bytes(to_builtins(self)).decode()}\n"

    @property
    def id(self) -> str:
        """The publication's name: the SHA-256 of what is signed, in hexadecimal."""
        return sha256(self.text.encode()).hexdigest()


class Publication(Struct, frozen=True):
    """A signed manifest."""

    manifest: Manifest
    key: VerifierKey
    signature: str

    @property
    def id(self) -> str:
        return self.manifest.id

    def as_bytes(self) -> bytes:
        """The file."""
        document = {"key": str(self.key), "manifest": to_builtins(self.manifest), "signature": self.signature}
        return canonical_bytes(document) + b"\n"


class _Document(Struct, frozen=True, forbid_unknown_fields=True):
    key: str
    manifest: Manifest
    signature: str


def hash_text(digest: bytes) -> str:
    """A SHA-256 as it is written: `sha256:…`."""
    return f"sha256:{digest.hex()}"


def number(count: int, case_ids: Iterable[str]) -> Number:
    """A count with the set of its cases."""
    found = case_set(case_ids)
    return Number(count, found.cases, hash_text(found.root))


def publish(manifest: Manifest, key: SigningKey) -> Publication:
    """Signs a manifest; raises `ManifestRefused` for one that reading would refuse."""
    try:
        note = key.sign(_checked(to_builtins(manifest)).text)
    except (ValidationError, ValueError) as error:
        raise ManifestRefused(f"not publishable: {error}") from None
    return Publication(manifest, key.verifier, note.signatures[0].line.rstrip("\n"))


def _checked(manifest: Any) -> Manifest:
    return convert(manifest, Manifest)


def read_publication(content: bytes, key: VerifierKey) -> Publication:
    """The publication in a file's bytes, signed by the key; raises `ManifestRefused` for anything else."""
    try:
        document = convert(json.loads(content.decode()), _Document)
        publication = Publication(document.manifest, key, document.signature)
        if document.key != str(key):
            raise ManifestRefused(f"signed with the key {document.key}, not {key}")
        if publication.as_bytes() != content:
            raise ManifestRefused("not in canonical spelling: the file was changed after signing")
        key.verify(SignedNote(document.manifest.text, (parse_signature(document.signature),)))
    except (NoteRefused, ValidationError) as error:
        raise ManifestRefused(str(error)) from None
    except (ValueError, RecursionError) as error:
        raise ManifestRefused(f"not a publication: {error}") from None
    return publication
