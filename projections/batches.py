"""What a batch of records does to the cases: the pure heart of the projector.

bytes -> event -> the cases of the batch -> fold -> contribution(new) - contribution(old) -> one `Effect`.
The caller loads the cases and writes the effect; nothing here knows from where or to where.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

import msgspec
from msgspec import Struct

from events.codec import decode
from events.errors import Refused
from events.facts import NAMES, Event, Fact, Overdue, Received, Rescheduled, Transferred, repeats
from events.fold import fold
from events.instants import DAY, MINUTE
from projections.case_row import CaseRow, case_row_of
from projections.contribution import NOTHING, Contribution, contribution_of
from projections.standing import Rules, standing
from projections.tallies import TallyChanges

AHEAD_MAX: Final = 5 * MINUTE
DUE_AHEAD_MAX: Final = 36_525 * DAY
EARLIEST: Final = -2_208_988_800 * 1_000_000
"""1900-01-01T00:00:00Z."""


class Record(Struct, frozen=True, gc=False):
    """One record of the log: its bytes, and what the door already found wrong with them."""

    value: bytes
    refusal: Refused | None = None


class Kept(Struct, frozen=True, gc=False, array_like=True):
    """A fact as a case row keeps it, with its place in the archive."""

    partition: int
    position: int
    fact: Fact


class StoredCase(Struct, frozen=True, gc=False):
    """A case as the store has it: its facts, what it is counted as, and the version that an update must still find."""

    version: int
    kept: list[Kept]
    counted: Contribution


class Archived(Struct, frozen=True, gc=False):
    """A fact for the archive: the bytes exactly as received."""

    position: int
    case_id: str
    type: str
    occurred_at: int
    body: bytes


class Dead(Struct, frozen=True, gc=False):
    """A record that cannot become a fact."""

    position: int
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

    @property
    def duplicates(self) -> int:
        return len(self.verdicts) - len(self.archived) - len(self.dead)


class Reading(Struct, frozen=True, gc=False):
    """A decoded batch: each record's event, or why there is none."""

    records: Sequence[Record]
    events: list[Event | Refused]

    def case_ids(self) -> list[str]:
        """The cases that the batch is about, each once."""
        return list(dict.fromkeys(event.case_id for event in self.events if isinstance(event, Event)))


def read(records: Sequence[Record]) -> Reading:
    """Decodes every record; a refusal is kept in its place."""
    return Reading(records, [record.refusal or _decoded(record.value) for record in records])


def _decoded(value: bytes) -> Event | Refused:
    try:
        return decode(value)
    except Refused as refusal:
        return refusal


def absorb(
    reading: Reading, positions: Sequence[int], partition: int, stored: Mapping[str, StoredCase], rules: Rules, now: int
) -> Effect:
    """The effect of a decoded batch on the stored cases. `now` is the instant of recording (microseconds)."""
    archived: list[Archived] = []
    dead: list[Dead] = []
    verdicts: list[Verdict] = []
    working: dict[str, _Working] = {}
    for record, event, position in zip(reading.records, reading.events, positions, strict=True):
        found = event if isinstance(event, Refused) else _incredible(event, rules, now)
        if found is None and isinstance(event, Event):
            case = working.get(event.case_id)
            if case is None:
                case = working[event.case_id] = _Working(stored.get(event.case_id))
            verdict = case.take(event.fact, partition, position)
            if verdict.status == "accepted":
                fact = event.fact
                name = NAMES[type(fact.body)]
                archived.append(Archived(position, event.case_id, name, fact.time, record.value))
        else:
            verdict = _refusal(event, found)
        if verdict.status == "refused":
            dead.append(Dead(position, verdict.reason or "", verdict.detail or "", record.value))
        verdicts.append(verdict)
    cases, tallies = _changes(working, rules)
    return Effect(verdicts, archived, dead, cases, tallies)


def _refusal(event: Event | Refused, found: Refused | None) -> Verdict:
    refused = event if isinstance(event, Refused) else found
    if refused is None:
        raise AssertionError("a record is an event or refused")
    fact_id = event.fact.id if isinstance(event, Event) else None
    return Verdict("refused", fact_id, refused.reason, refused.detail)


def _incredible(event: Event, rules: Rules, now: int) -> Refused | None:
    """What only the world can tell: the clock and the unit tree."""
    fact = event.fact
    body = fact.body
    if fact.time < EARLIEST or fact.time > now + AHEAD_MAX:
        return Refused("time_out_of_range", "time is before 1900 or more than 5 minutes ahead of the clock")
    if isinstance(body, Received | Rescheduled | Overdue):
        due = body.due
        if due is not None and (due < EARLIEST or due > fact.time + DUE_AHEAD_MAX):
            return Refused("due_out_of_range", "due is before 1900 or more than 100 years after its fact")
    if isinstance(body, Received | Transferred) and body.unit not in rules.units:
        return Refused("unknown_unit", f"unit {body.unit!r} is not registered")
    return None


class _Working:
    """A case while a batch is taken in."""

    __slots__ = ("facts", "known", "stored")

    def __init__(self, stored: StoredCase | None) -> None:
        self.stored = stored
        self.facts: list[Kept] = []
        kept = stored.kept if stored is not None else ()
        self.known = {(one.fact.source, one.fact.id): one.fact for one in kept}

    def take(self, fact: Fact, partition: int, position: int) -> Verdict:
        key = fact.source, fact.id
        known = self.known.get(key)
        if known is None:
            self.known[key] = fact
            self.facts.append(Kept(partition, position, fact))
            return Verdict("accepted", fact.id)
        if repeats(known, fact):
            return Verdict("duplicate", fact.id)
        detail = "the id was used before by this source for this case, with another body"
        return Verdict("refused", fact.id, "id_reused", detail)


def _changes(working: Mapping[str, _Working], rules: Rules) -> tuple[list[ChangedCase], TallyChanges]:
    tallies = TallyChanges()
    changed = []
    for case_id, case in working.items():
        if not case.facts:
            continue
        state = fold(case.known.values())
        found = standing(state, rules)
        counted = contribution_of(state, found, rules)
        old = case.stored
        tallies.replace(NOTHING if old is None else old.counted, counted)
        kept = case.facts if old is None else old.kept + case.facts
        version = 0 if old is None else old.version
        changed.append(ChangedCase(case_id, version, kept, counted, case_row_of(found, case.known.values(), rules)))
    return changed, tallies


_kept_decoder: Final = msgspec.msgpack.Decoder(list[Kept])
_contribution_decoder: Final = msgspec.msgpack.Decoder(Contribution)
_encoder: Final = msgspec.msgpack.Encoder()


def stored_case(version: int, facts: bytes, counted: bytes) -> StoredCase:
    """A case from the bytes of its row."""
    return StoredCase(version, _kept_decoder.decode(facts), _contribution_decoder.decode(counted))


def facts_bytes(kept: Iterable[Kept]) -> bytes:
    """The facts of a case as its row keeps them."""
    return _encoder.encode(kept)


def counted_bytes(counted: Contribution) -> bytes:
    """What a case is counted as, as its row keeps it."""
    return _encoder.encode(counted)
