"""The log that facts travel on: what a reader of it hands to the projector, and what the projector answers.

A batch is `[start, next)` of one partition: the reader's position before and after the fetch, not its first and last
record. What lies between without a record is a transaction marker, an aborted or a compacted record: legitimate.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from msgspec import Struct

from events.errors import REASONS, Refused

REFUSAL_HEADER: Final = "duecourse-refused"
"""Header of a record that a door of ours refused: `reason: detail`."""


def refusal_header(refused: Refused) -> bytes:
    """What the header says."""
    return f"{refused.reason}: {refused.detail}".encode()


def refusal_of(header: bytes) -> Refused | None:
    """What a header says; None where it is none of ours."""
    reason, _, detail = header.decode(errors="replace").partition(": ")
    return Refused(reason, detail) if reason in REASONS else None


class LogRecord(Struct, frozen=True, gc=False):
    """One record. `recorded_at`: the broker's clock, microseconds. `content_type`: that header, None where absent.

    `refusal`: the header of a record that a door refused. `trace`: its W3C `traceparent`.
    """

    offset: int
    recorded_at: int
    key: bytes | None
    value: bytes | None
    content_type: bytes | None = None
    refusal: bytes | None = None
    trace: bytes | None = None


class LogBatch(Struct, frozen=True, gc=False):
    """What one fetch brought of one partition: the records at positions `start` <= offset < `next`, in order."""

    partition: int
    start: int
    next: int
    records: Sequence[LogRecord]


class Span(Struct, frozen=True, gc=False):
    """What the log holds of one partition: offsets `begin` <= offset < `end`."""

    begin: int
    end: int


class Hole(Exception):
    """A batch begins above the checkpoint: the reader must go back to `position` and read again from there."""

    def __init__(self, partition: int, position: int, start: int) -> None:
        super().__init__(f"partition {partition}: the batch begins at {start}, the checkpoint is at {position}")
        self.partition = partition
        self.position = position
        self.start = start


class LogProjector(Protocol):
    """Records what the log says. While the database is away every call waits and tries again, and says so."""

    async def positions(self, topic_id: str, spans: Mapping[int, Span]) -> Mapping[int, int]:
        """Where to read on, by partition.

        A partition whose next record the log does not have (deleted unread, topic made anew) is halted, recorded as
        such and left out of the answer: it must not be read.
        """
        ...

    async def project(self, batch: LogBatch) -> None:
        """Returns when the batch is durable, all of it or what of it was not a repeat; raises `Hole`.

        A batch without records moves the checkpoint over what the log leaves out.
        """
        ...

    async def lost(self, topic_id: str, partition: int, span: Span) -> None:
        """The log answered that it does not have the position asked for.

        The partition is halted and recorded so, unless the log has what the checkpoint wants: then it is to be asked
        again from where to read.
        """
        ...
