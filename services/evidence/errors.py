"""What can be wrong with evidence.

EvidenceError
  NoteRefused          a note, checkpoint or key text that cannot be read, or whose signature does not hold
  ManifestRefused      a publication that cannot be read, or whose signature does not hold
  KeyFileRefused       the file of the signing key is open to others, cannot be read, or is another log's
  OutOfOrder           entries that do not go on where the log ends: the caller reads on from its last position
  FolderInUse          another process writes the log
  FolderFailed         the folder cannot be read or written (full, away, not allowed): retry
  FolderDamaged        a file of the log is missing or is not what a signed checkpoint says: stop; `.path` names it
    TileConflict       a file that was written says something else than what would be written now
    LogRolledBack      the log is not the continuation of a checkpoint that is known from elsewhere
"""

from pathlib import Path


class EvidenceError(Exception):
    """Root of this tree."""


class NoteRefused(EvidenceError):
    """Not a note, checkpoint or key, or not signed by the key."""


class ManifestRefused(EvidenceError):
    """Not a publication, or not signed by the key."""


class KeyFileRefused(EvidenceError):
    """The file of the signing key must not be used."""


class OutOfOrder(EvidenceError):
    """Entries of another partition, or not behind the last one."""


class FolderInUse(EvidenceError):
    """Two must not write one log."""


class FolderFailed(EvidenceError):
    """The system refused to read or write a file of the folder."""


class FolderDamaged(EvidenceError):
    """A file of the log is not what it must be."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(f"{path}: {what}")
        self.path = path
        self.what = what


class TileConflict(FolderDamaged):
    """A file that must never change would have to."""


class LogRolledBack(FolderDamaged):
    """The log does not go on from where it was known to be."""
