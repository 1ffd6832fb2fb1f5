"""The port between the projector and what keeps its state: one transaction per batch, and the reads that reports need.

Two adapters pass the same contract suite: PostgreSQL (`services.postgres`) and memory (`services.memory`), the
latter for property tests, simulations and dry runs.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from msgspec import Struct

from events.facts import Kind
from projections.buckets import Buckets
from projections.effect import Effect, StoredCase
from projections.standing import Rules


class StoreUnavailable(Exception):
    """The store cannot be reached or does not answer; nothing is known of what was being written. Try again."""


class StoreRefused(Exception):
    """The store answers and cannot do it (disk full, read-only, no permission). A person is needed."""


class Conflict(Exception):
    """Somebody else changed a case meanwhile: run the transaction again."""


class Checkpoint(Struct, frozen=True):
    """How far a partition has been read: everything below `position`. `read` = applied + duplicate + dead, always.

    `position` and `read` are the same where we number the records; the positions of a log skip what is no record.
    `topic_id`: the log's own name of itself. `halted`: why it must not be read on. `stuck`: rewound again and again.
    `base`: the place in the archive of the log's record 0; a log made anew begins behind the one before.
    """

    partition: int
    position: int = 0
    applied: int = 0
    duplicate: int = 0
    dead: int = 0
    recorded_at: int = 0
    read: int = 0
    topic_id: str | None = None
    halted: str | None = None
    stuck: bool = False
    rewinds: int = 0
    retries: int = 0
    base: int = 0


class Reached(Struct, frozen=True):
    """Where a batch takes its checkpoint: the next position, and the instant of recording of its last record.

    `topic_id`: of the log that the batch is from, for a checkpoint that knows none yet. `trace`: the id of a trace that
    goes with the batch to whoever reads the change feed.
    """

    position: int
    recorded_at: int
    topic_id: str | None = None
    trace: str | None = None


class Outlook(Struct, frozen=True):
    """What a batch can be worked out from before its transaction begins; none of it is locked."""

    position: int
    now: int
    rules: Rules
    cases: Mapping[str, StoredCase]


class Transaction(Protocol):
    """One batch's transaction: begun with the checkpoint row locked, committed when the context ends well."""

    @property
    def checkpoint(self) -> Checkpoint: ...

    @property
    def now(self) -> int:
        """The instant of recording: the store's clock, never before that of an earlier batch of the partition."""
        ...

    @property
    def rules(self) -> Rules: ...

    async def load(self, case_ids: Sequence[str]) -> Mapping[str, StoredCase]:
        """Those of the cases that are known."""
        ...

    async def buried(self, digests: Sequence[bytes]) -> set[bytes]:
        """Those of the digests that a dead letter already has."""
        ...

    async def buried_at(self, places: Sequence[int]) -> set[int]:
        """Those of the places in this partition at which there is a dead letter."""
        ...

    async def write(self, effect: Effect, topic: str, reached: Reached) -> None:
        """Everything that the batch changes, and the new checkpoint; raises `Conflict`."""
        ...


class Store(Protocol):
    """What keeps archive, cases, tallies, dead letters and checkpoints."""

    def transaction(self, partition: int) -> AbstractAsyncContextManager[Transaction]: ...

    async def outlook(self, partition: int, case_ids: Sequence[str]) -> Outlook:
        """Position, clock, rules and those of the cases that are known, as they are just now."""
        ...

    async def buckets(self, bounds: Sequence[int], kind: Kind) -> Buckets:
        """Tallies of all shards, summed between bounds (local days)."""
        ...

    async def problems(self, kind: Kind) -> Mapping[tuple[str, str], int]:
        """Cases by (unit, data-quality problem); zeros left out."""
        ...

    async def cases(self, case_ids: Sequence[str]) -> Mapping[str, StoredCase]: ...

    async def checkpoints(self) -> Iterable[Checkpoint]: ...


class LogStore(Store, Protocol):
    """A store that also keeps what is known of the log itself."""

    async def bind(self, partitions: Iterable[int], topic_id: str) -> Mapping[int, Checkpoint]:
        """The checkpoints of partitions, made where there are none; those never used belong to this log now."""
        ...

    async def halt(self, partition: int, why: str) -> None:
        """A partition must not be read on until somebody resets it."""
        ...

    async def note(self, partition: int, *, rewinds: int = 0, retries: int = 0, stuck: bool | None = None) -> None:
        """Adds to the counts of trouble; `stuck` None leaves that as it is."""
        ...
