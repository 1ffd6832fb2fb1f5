"""Looks on while a story happens: the laws that hold at every instant."""

from collections import Counter

from services.log_projector import REWINDS_MAX
from services.store import Checkpoint
from tests.simulation.database import Database
from tests.simulation.log import Log
from tests.simulation.scene import Scene


class Watch:
    """`endangered`: partitions of which the log at some time did not have the next record, or was another one.

    Only those may be halted. They need not be for ever: a process that fetched what was deleted afterwards may still
    bring it. `went_back`: how often readers did, by partition.
    """

    def __init__(self, scene: Scene, log: Log, database: Database) -> None:
        self._scene = scene
        self._log = log
        self._database = database
        self.endangered: dict[int, str] = {}
        self.went_back: Counter[int] = Counter()
        self._in_a_row: Counter[tuple[str, int]] = Counter()
        database.committed = self._committed
        database.halted = self._halted

    @property
    def counts_stand(self) -> bool:
        """No state that came after a backup was lost."""
        return self._database.restores == 0

    def look(self) -> None:
        """To be called after everything that takes something from the log, or puts checkpoints back."""
        for partition in range(len(self._log.partitions)):
            why = self.missing(partition)
            if why is not None:
                self.endangered.setdefault(partition, why)

    def topic_made_anew(self) -> None:
        """Also of a partition that was never read somebody may have taken down the old topic's name."""
        for partition in range(len(self._log.partitions)):
            self.endangered.setdefault(partition, "the topic was made anew")

    def missing(self, partition: int) -> str | None:
        """Why the log as it is cannot be read on from the checkpoint as it is."""
        checkpoint = self._database.tables.positions.get(partition, Checkpoint(partition))
        there = self._log.partitions[partition]
        if checkpoint.topic_id not in (None, self._log.topic_id):
            return f"is of {checkpoint.topic_id}, the log is {self._log.topic_id}"
        if not there.begin <= checkpoint.position <= there.end:
            return f"is at {checkpoint.position}, the log has {there.begin} to {there.end}"
        return None

    def goes_back(self, reader: str, partition: int) -> None:
        """A rewind was counted before; the fourth in a row without progress has raised the alarm."""
        self.went_back[partition] += 1
        self._in_a_row[reader, partition] += 1
        found = self._database.tables.positions.get(partition)
        alarmed = found is not None and found.stuck
        if self._in_a_row[reader, partition] > REWINDS_MAX and not alarmed and self.counts_stand:
            self._scene.accuse(f"{reader} goes back again and again in partition {partition}, and nobody is told")

    def _committed(self, partition: int) -> None:
        for reader, in_partition in list(self._in_a_row):
            if in_partition == partition:
                del self._in_a_row[reader, partition]
        checkpoint = self._database.tables.positions.get(partition, Checkpoint(partition))
        counts = checkpoint.applied + checkpoint.duplicate + checkpoint.dead
        known = self._log.generations[checkpoint.topic_id or self._log.topic_id]
        below = len(known[partition].below(checkpoint.position))
        if not checkpoint.read == counts == below:
            self._scene.accuse(f"{below} records lie below {checkpoint}")

    def _halted(self, partition: int, why: str) -> None:
        self._scene.tell(f"partition {partition} is halted: {why}")
        if not why:
            self._scene.accuse(f"partition {partition} is halted and nobody says why")
        if partition not in self.endangered:
            found = self._database.tables.positions[partition]
            self._scene.accuse(f"partition {partition} is halted at {found.position} and nothing was lost: {why}")
