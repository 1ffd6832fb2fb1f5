"""What goes into a batch and what comes out of it: records, kept facts, cases, verdicts, one `Effect`.

Apart from `batches`, which works on them: as plain structs they stay what they are where the work is compiled.
"""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from events.errors import Refused
from events.facts import Event, Fact
from projections.case_row import CaseRow
from projections.counted import Contribution
from projections.promises import Promise, Promised, as_said
from projections.tallies import TallyChanges


class Record(Struct, frozen=True, gc=False):
    """One record of the log: its bytes, and what the door already found wrong with them.

    `trace`: the W3C trace that it came with, handed on where the record goes. `promise`: the one that was made when
    the record was first recorded, where it is only told again.
    """

    value: bytes
    refusal: Refused | None = None
    trace: str | None = None
    promise: Promise | None = None


class Kept(Struct, frozen=True, gc=False, array_like=True):
    """A fact as a case row keeps it, with its place in the archive.

    A `received` fact that was promised a due date is kept with that date.
    """

    partition: int
    position: int
    fact: Fact
    promise: Promise | None = None

    @property
    def said(self) -> Fact:
        """The fact as its sender said it."""
        return self.fact if self.promise is None else as_said(self.fact)


class StoredCase(Struct, frozen=True, gc=False):
    """A case as the store has it: its facts, what it is counted as, and the version that an update must still find."""

    version: int
    kept: list[Kept]
    counted: Contribution


class Archived(Struct, frozen=True, gc=False):
    """A fact for the archive: the bytes exactly as received."""

    position: int
    recorded_at: int
    case_id: str
    type: str
    occurred_at: int
    body: bytes


class Dead(Struct, frozen=True, gc=False):
    """A record that cannot become a fact."""

    position: int
    recorded_at: int
    reason: str
    detail: str
    body: bytes


class ChangedCase(Struct, frozen=True, gc=False):
    """A case after the batch; `version` is that of the stored row, 0 for a new case."""

    case_id: str
    version: int
    kept: list[Kept]
    counted: Contribution
    row: CaseRow


Status = Literal["accepted", "duplicate", "refused"]


class Verdict(Struct, frozen=True, gc=False):
    """What became of one record; the answer to its sender. `id` is the event's, where it could be read."""

    status: Status
    id: str | None = None
    reason: str | None = None
    detail: str | None = None


class Effect(Struct, frozen=True):
    """All that one batch changes, to be written in one transaction."""

    verdicts: list[Verdict]
    archived: list[Archived]
    dead: list[Dead]
    cases: list[ChangedCase]
    tallies: TallyChanges
    promises: Sequence[Promised] = ()

    @property
    def duplicates(self) -> int:
        return len(self.verdicts) - len(self.archived) - len(self.dead)


class Reading(Struct, frozen=True, gc=False):
    """A decoded batch: each record's event, or why there is none."""

    records: Sequence[Record]
    events: list[Event | Refused]

    def case_ids(self) -> list[str]:
        """The cases that the batch is about, each once."""
        return list(dict.fromkeys(event.case_id for event in self.events if type(event) is Event))
