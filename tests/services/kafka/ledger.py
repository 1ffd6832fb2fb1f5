"""A projector that only notes what it was given, in a file that several processes may share."""

import asyncio
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from services.log import Hole, LogBatch, Span

BUSY_SECONDS = 30.0
TABLES = """
create table if not exists checkpoints (partition integer primary key, position integer not null);
create table if not exists records (partition integer, offset integer, key blob, value blob, recorded_at integer,
                                    content_type blob);
create table if not exists batches (number integer primary key autoincrement, reader text, partition integer,
                                    start integer, next integer, records integer);
create table if not exists topics (one integer primary key, id text not null);
create table if not exists halted (partition integer, "begin" integer, "end" integer, how text);
"""


class Ledger:
    """A `LogProjector`. A partition without a checkpoint is read from 0, as one that was never read."""

    def __init__(self, path: Path, *, reader: str = "", pause_seconds: float = 0.0) -> None:
        self._file = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        self._file.execute("pragma journal_mode = wal")
        self._file.execute("pragma synchronous = off")  # only processes are killed here, never the machine
        self._file.executescript(TABLES)
        self._reader = reader
        self._pause_seconds = pause_seconds
        self.asked: list[set[int]] = []
        self.holes: list[Hole] = []

    async def positions(self, topic_id: str, spans: Mapping[int, Span]) -> Mapping[int, int]:
        self.asked.append(set(spans))
        known = self.checkpoints()
        if self._topic_of_checkpoints(topic_id) != topic_id:
            for partition, span in spans.items():
                self._halt(partition, span, "another topic")
            return {}
        found = {partition: known.get(partition, 0) for partition in spans}
        for partition, span in spans.items():
            if found[partition] < span.begin:  # the end is a moment old, another worker may be past it
                self._halt(partition, span, "not there")
                del found[partition]
        return found

    def _topic_of_checkpoints(self, topic_id: str) -> str:
        """The first one asked about."""
        self._file.execute("insert or ignore into topics values (1, ?)", (topic_id,))
        return str(self._file.execute("select id from topics").fetchone()[0])

    async def project(self, batch: LogBatch) -> None:
        await asyncio.sleep(self._pause_seconds)
        self._file.execute("begin immediate")
        try:
            checkpoint = self.checkpoints().get(batch.partition, 0)
            if batch.start > checkpoint:
                self.holes.append(Hole(batch.partition, checkpoint, batch.start))
                raise self.holes[-1]
            if batch.next > checkpoint:
                self._note(batch, checkpoint)
        finally:
            self._file.execute("commit")

    async def lost(self, topic_id: str, partition: int, span: Span) -> None:
        self._halt(partition, span, "lost")

    def _note(self, batch: LogBatch, checkpoint: int) -> None:
        fresh = [one for one in batch.records if one.offset >= checkpoint]
        self._file.executemany(
            "insert into records values (?, ?, ?, ?, ?, ?)",
            [(batch.partition, one.offset, one.key, one.value, one.recorded_at, one.content_type) for one in fresh],
        )
        self._file.execute(
            "insert into batches (reader, partition, start, next, records) values (?, ?, ?, ?, ?)",
            (self._reader, batch.partition, batch.start, batch.next, len(batch.records)),
        )
        self.put_back(batch.partition, batch.next)

    def put_back(self, partition: int, position: int) -> None:
        """Sets a checkpoint, as the restore of a backup would."""
        self._file.execute("insert or replace into checkpoints values (?, ?)", (partition, position))

    def _halt(self, partition: int, span: Span, how: str) -> None:
        self._file.execute("insert into halted values (?, ?, ?, ?)", (partition, span.begin, span.end, how))

    def checkpoints(self) -> dict[int, int]:
        return dict(self._file.execute("select partition, position from checkpoints"))

    def offsets(self, partition: int) -> list[int]:
        """In the order in which they were noted."""
        rows = self._file.execute("select offset from records where partition = ? order by rowid", (partition,))
        return [offset for (offset,) in rows]

    def count(self) -> int:
        """Records noted."""
        return int(self._file.execute("select count(*) from records").fetchone()[0])

    def records(self, partition: int) -> list[tuple[int, bytes | None, bytes | None, int, bytes | None]]:
        """Offset, key, value, time and content type."""
        fields = "offset, key, value, recorded_at, content_type"
        return list(
            self._file.execute(f"select {fields} from records where partition = ? order by rowid", (partition,))
        )

    def batches(self, partition: int) -> list[tuple[int, int, int]]:
        """Start, next and number of records of the batches that were given, in order."""
        fields = "start, next, records"
        return list(
            self._file.execute(f"select {fields} from batches where partition = ? order by number", (partition,))
        )

    def readers(self, since_batch: int = 0) -> dict[str, set[int]]:
        """Which partitions each reader gave batches of."""
        found: dict[str, set[int]] = {}
        rows = self._file.execute("select reader, partition from batches where number > ?", (since_batch,))
        for reader, partition in rows:
            found.setdefault(reader, set()).add(partition)
        return found

    def batch_count(self) -> int:
        return int(self._file.execute("select count(*) from batches").fetchone()[0])

    def halted(self) -> list[tuple[int, int, int, str]]:
        """Partition, begin and end of the log, and how it was found."""
        return list(self._file.execute('select partition, "begin", "end", how from halted'))

    def close(self) -> None:
        self._file.close()


class Away(Ledger):
    """Waits before the calls named, as for a database that is away, until it is back."""

    def __init__(self, path: Path, *waiting: str) -> None:
        super().__init__(path)
        self._waiting = waiting
        self.called = asyncio.Event()
        self.back = asyncio.Event()

    async def positions(self, topic_id: str, spans: Mapping[int, Span]) -> Mapping[int, int]:
        await self._wait("positions")
        return await super().positions(topic_id, spans)

    async def project(self, batch: LogBatch) -> None:
        await self._wait("project")
        await super().project(batch)

    async def _wait(self, call: str) -> None:
        if call in self._waiting:
            self.called.set()
            await self.back.wait()
