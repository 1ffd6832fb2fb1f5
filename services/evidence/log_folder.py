"""The folder outside the database that holds a Merkle log for each partition of the archive.

vkey            the public key under the folder's name
partitions/N/   the log of partition N (`services.evidence.log_reading`); its origin is the folder's name and N
publications/   signed publications (`services.evidence.publications`)
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from services.evidence.checkpoint_text import Checkpoint
from services.evidence.durable_files import folder_errors, write_once
from services.evidence.errors import EvidenceError
from services.evidence.log_reading import LogReader, SignedCheckpoint
from services.evidence.partition_log import VERIFIER_KEY, PartitionLog
from services.evidence.signed_note import VerifierKey
from services.evidence.signing import SigningKey

PARTITIONS: Final = "partitions"


def origin_of(name: str, partition: int) -> str:
    """The name of a partition's log in checkpoints and keys."""
    return f"{name}/{partition}"


def partition_folder(root: Path, partition: int) -> Path:
    """Where the log of a partition lies."""
    return root / PARTITIONS / str(partition)


def partitions_in(root: Path) -> list[int]:
    """The partitions that have a log, in order."""
    folder = root / PARTITIONS
    return sorted(int(one.name) for one in folder.iterdir() if one.name.isdecimal()) if folder.is_dir() else []


def log_reader(root: Path, key: VerifierKey, partition: int) -> LogReader:
    """Reads the log of a partition; `key` is the folder's."""
    return LogReader(partition_folder(root, partition), key.under(origin_of(key.name, partition)))


class LogFolder:
    """Writes the logs of all partitions of one archive. After an error, a log begins anew at its last checkpoint."""

    def __init__(self, root: Path, key: SigningKey) -> None:
        self._root = root
        self._key = key
        self._logs: dict[int, PartitionLog] = {}
        with folder_errors(root):
            write_once(root, {VERIFIER_KEY: f"{key.verifier}\n".encode()})

    def append(self, partition: int, entries: Iterable[bytes]) -> int:
        """Adds entries behind the last one; answers how many. See `PartitionLog.append`."""
        log = self._log(partition)
        try:
            return log.append(entries)
        except EvidenceError:
            self._forget(partition)
            raise

    def checkpoint(self, partition: int) -> SignedCheckpoint:
        """Signs what was added, on disk when it returns. See `PartitionLog.checkpoint`."""
        log = self._log(partition)
        try:
            return log.checkpoint()
        except EvidenceError:
            self._forget(partition)
            raise

    def last_position(self, partition: int) -> int:
        """The position behind which the archive is to be read; -1 at the beginning."""
        return self._log(partition).last_position

    def size(self, partition: int) -> int:
        """Entries added, signed or not."""
        return self._log(partition).size

    def require(self, partition: int, known: Checkpoint) -> None:
        """Raises `LogRolledBack` unless the log goes on from a checkpoint known from elsewhere."""
        self._log(partition).require(known)

    def close(self) -> None:
        """Lets others write the logs; what was added since the last checkpoints is forgotten."""
        for partition in list(self._logs):
            self._forget(partition)

    def _log(self, partition: int) -> PartitionLog:
        if partition not in self._logs:
            key = self._key.under(origin_of(self._key.verifier.name, partition))
            self._logs[partition] = PartitionLog(partition_folder(self._root, partition), key, partition)
        return self._logs[partition]

    def _forget(self, partition: int) -> None:
        self._logs.pop(partition).close()
