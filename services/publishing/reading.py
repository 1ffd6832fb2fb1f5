"""A publication by its id, from the database, its signature checked against the key that the folder names."""

from services.evidence.errors import ManifestRefused
from services.evidence.manifest import Publication
from services.evidence.signed_note import VerifierKey
from services.postgres.connection import Pool
from services.publishing.listing import kept_row, read_kept
from services.publishing.log_keeping import EvidencePlace


async def publication_of(pool: Pool, place: EvidencePlace, name: str) -> Publication:
    """Raises `WhenRefused` where there is none, `ManifestRefused` where it is not what was signed."""
    row = await kept_row(pool, name)
    return read_kept(row, public_key(place))


def public_key(place: EvidencePlace) -> VerifierKey:
    """The key of the folder; raises `ManifestRefused` where there is none."""
    key = place.verifier()
    if key is None:
        raise ManifestRefused(f"{place.folder}: no key to check publications with: give the folder with --evidence")
    return key
