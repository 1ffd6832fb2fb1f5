"""The log: partitions of records with gaps between, that lose their beginning, their end, or everything."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from events.instants import DAY, SECOND
from services.log import LogRecord, Span
from tests.simulation.scene import Scene
from tests.simulation.sending import Sent

RECORDED_FROM: Final = 21_915 * DAY
"""2030-01-01T00:00:00Z: later than every fact, so that none is refused for its time."""


class LogAway(Exception):
    """The log does not answer."""


class OutOfRange(Exception):
    """The log does not have the position asked for."""


@dataclass
class Partition:
    """Every record there ever was, in order; those outside `begin` <= offset < `end` are there no more."""

    records: list[LogRecord] = field(default_factory=list)
    sent: dict[int, Sent] = field(default_factory=dict)
    begin: int = 0
    end: int = 0
    cut: bool = False

    def below(self, position: int) -> list[LogRecord]:
        """All records there ever were below a position."""
        return self.records[: bisect_left(self.records, position, key=lambda one: one.offset)]


class Log:
    """One topic. `generations` are all topics that ever had its name, by their id."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.away = False
        self.topic_id = "topic-1"
        self.partitions: list[Partition] = []
        self.generations: dict[str, list[Partition]] = {self.topic_id: self.partitions}
        self.add_partitions(scene.weather.partitions)

    def add_partitions(self, count: int) -> None:
        self.partitions.extend(Partition() for _ in range(count))

    def home(self, case_id: str) -> int:
        """The partition to which a case's messages go, as long as no partition is added."""
        return sum(case_id.encode()) % len(self.partitions)

    def append(self, partition: int, sent: Sent) -> None:
        """A cut partition takes nothing more: what comes after a cut is beyond what can be told apart."""
        found = self.partitions[partition]
        if found.cut:
            return
        recorded_at = RECORDED_FROM + int(self._scene.now * SECOND)
        found.records.append(LogRecord(found.end, recorded_at, *sent.addressed))
        found.sent[found.end] = sent
        found.end += 1

    def leave_gap(self, partition: int, width: int) -> None:
        """Transaction markers, aborted and compacted records: offsets without a record."""
        if not self.partitions[partition].cut:
            self.partitions[partition].end += width

    def delete_before(self, partition: int, offset: int) -> None:
        self.partitions[partition].begin = max(self.partitions[partition].begin, offset)

    def cut(self, partition: int, end: int) -> None:
        """The last records are gone, and the partition with them as far as we can know."""
        found = self.partitions[partition]
        found.end, found.begin, found.cut = end, min(found.begin, end), True

    def make_anew(self) -> None:
        """Another topic of the same name, empty."""
        self.topic_id = f"topic-{len(self.generations) + 1}"
        self.partitions = [Partition() for _ in self.partitions]
        self.generations[self.topic_id] = self.partitions

    def require(self) -> None:
        if self.away:
            raise LogAway

    def spans(self) -> Mapping[int, Span]:
        self.require()
        return {number: Span(one.begin, one.end) for number, one in enumerate(self.partitions)}

    def fetched(self, partition: int, position: int, records_max: int) -> tuple[int, list[LogRecord]]:
        """The position after a fetch, and its records; raises `OutOfRange`. Asks by name, as old clients do."""
        self.require()
        found = self.partitions[partition]
        if not found.begin <= position <= found.end:
            raise OutOfRange
        first = bisect_left(found.records, position, key=lambda one: one.offset)
        there = [one for one in found.records[first : first + records_max + 1] if one.offset < found.end]
        taken = there[:records_max]
        behind = there[records_max].offset if len(there) > records_max else found.end
        lowest = taken[-1].offset + 1 if taken else behind
        return self._scene.chance.choice((lowest, behind)), taken
