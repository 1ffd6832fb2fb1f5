"""Publications as files of the log folder: `publications/ID.json`, written once."""

import re
from pathlib import Path
from typing import Final

from services.evidence.durable_files import folder_errors, write_once
from services.evidence.errors import ManifestRefused
from services.evidence.manifest import Publication, read_publication
from services.evidence.signed_note import VerifierKey

PUBLICATIONS: Final = "publications"
_ID: Final = re.compile(r"[0-9a-f]{64}")


def keep_publication(root: Path, publication: Publication) -> Path:
    """Writes a publication, on disk when it returns; raises `TileConflict` and `FolderFailed`."""
    name = f"{PUBLICATIONS}/{publication.id}.json"
    with folder_errors(root):
        write_once(root, {name: publication.as_bytes()})
    return root / name


def kept_publication(root: Path, publication_id: str, key: VerifierKey) -> Publication | None:
    """A publication by its whole id, None where there is none; raises `ManifestRefused` and `FolderFailed`."""
    path = root / PUBLICATIONS / f"{publication_id}.json"
    if not _ID.fullmatch(publication_id):
        return None
    with folder_errors(root):
        if not path.exists():
            return None
        content = path.read_bytes()
    publication = read_publication(content, key)
    if publication.id != publication_id:
        raise ManifestRefused(f"{path}: holds the publication {publication.id}")
    return publication


def kept_ids(root: Path) -> list[str]:
    """The ids of all publications in the folder, sorted."""
    with folder_errors(root):
        folder = root / PUBLICATIONS
        names = [path.stem for path in folder.glob("*.json")] if folder.is_dir() else []
    return sorted(name for name in names if _ID.fullmatch(name))
