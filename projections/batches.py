"""What a batch of records does to the cases: the pure heart of the projector.

bytes -> event -> the cases of the batch -> fold -> contribution(new) - contribution(old) -> one `Effect`.
The caller loads the cases and writes the effect; nothing here knows from where or to where.
"""

from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from events.codec import decode
from events.errors import Refused
from events.facts import NAMES, Event, Fact, Received, repeats
from events.fold import fold_known
from projections.case_row import case_row_of
from projections.contribution import contribution_of, in_present_form
from projections.counted import NOTHING, Contribution
from projections.credibility import incredible
from projections.effect import (
    Archived,
    ChangedCase,
    Dead,
    Effect,
    Kept,
    Reading,
    Record,
    StoredCase,
    Verdict,
)
from projections.promises import Promise, Promised, promise_of, with_promise
from projections.standing import Rules, standing
from projections.tallies import TallyChanges

STEP_RECORDS: Final = 500
STEP_CASES: Final = 40
"""A step of `absorbing` is some milliseconds of work at most."""


def read(records: Sequence[Record]) -> Reading:
    """Decodes every record; a refusal is kept in its place."""
    return Reading(records, [record.refusal or _decoded(record.value) for record in records])


def _decoded(value: bytes) -> Event | Refused:
    try:
        return decode(value)
    except Refused as refusal:
        return refusal


def absorb(
    reading: Reading,
    positions: Sequence[int],
    partition: int,
    stored: Mapping[str, StoredCase],
    rules: Rules,
    recorded: Sequence[int],
) -> Effect:
    """The effect of a decoded batch on the stored cases. `recorded`: the instant of recording of each record."""
    steps = absorbing(reading, positions, partition, stored, rules, recorded)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            effect: Effect = done.value
            return effect


def absorbing(
    reading: Reading,
    positions: Sequence[int],
    partition: int,
    stored: Mapping[str, StoredCase],
    rules: Rules,
    recorded: Sequence[int],
) -> Generator[None, None, Effect]:
    """The same in steps of about a millisecond, for a caller that has other work to look after meanwhile."""
    batch = _Batch(partition, stored, rules)
    places = zip(reading.records, reading.events, positions, recorded, strict=True)
    for count, (record, event, position, recorded_at) in enumerate(places, 1):
        if isinstance(event, Refused):
            batch.bury(record, position, recorded_at, event, None)
        elif refused := incredible(event.fact, rules, recorded_at):
            batch.bury(record, position, recorded_at, refused, event.fact.id)
        else:
            batch.take(record, position, recorded_at, event)
        if count % STEP_RECORDS == 0:
            yield
    return (yield from batch.folding())


class _Working:
    """A case while a batch is taken in: what the store has of it, all its facts by (source, id), and the new ones."""

    __slots__ = ("fresh", "known", "stored")

    def __init__(self, stored: StoredCase | None) -> None:
        self.stored = stored
        self.fresh: list[Kept] = []
        kept = stored.kept if stored is not None else ()
        self.known = {(one.fact.source, one.fact.id): one.fact for one in kept}

    def said(self, known: Fact) -> Fact:
        """A known fact as its sender said it, without the due date that it may have been promised."""
        if type(known.body) is not Received or known.body.due is None:
            return known
        kept = self.fresh if self.stored is None else self.stored.kept + self.fresh
        return next(one.said for one in kept if one.fact is known)


_ID_REUSED: Final = "the id was used before by this source for this case, with another body"


class _Batch:
    """What is gathered while a batch is taken in."""

    def __init__(self, partition: int, stored: Mapping[str, StoredCase], rules: Rules) -> None:
        self._partition = partition
        self._stored = stored
        self._rules = rules
        self._working: dict[str, _Working] = {}
        self._archived: list[Archived] = []
        self._dead: list[Dead] = []
        self._verdicts: list[Verdict] = []
        self._promises: list[Promised] = []

    def take(self, record: Record, position: int, recorded_at: int, event: Event) -> None:
        """A credible event: new, a repeat, or another body under a known id."""
        case_id, fact = event.case_id, event.fact
        case = self._working.get(case_id)
        if case is None:
            case = self._working[case_id] = _Working(self._stored.get(case_id))
        key = fact.source, fact.id
        known = case.known.get(key)
        if known is None:
            name, promise = NAMES[type(fact.body)], None
            if type(fact.body) is Received and fact.body.due is None:
                fact, promise = self._promised(fact, fact.body, case_id, position, record.promise)
            case.known[key] = fact
            case.fresh.append(Kept(self._partition, position, fact, promise))
            self._archived.append(Archived(position, recorded_at, case_id, name, fact.time, record.value))
            self._verdicts.append(Verdict("accepted", fact.id))
        elif repeats(case.said(known), fact):
            self._verdicts.append(Verdict("duplicate", fact.id))
        else:
            self.bury(record, position, recorded_at, Refused("id_reused", _ID_REUSED), fact.id)

    def _promised(
        self, fact: Fact, received: Received, case_id: str, position: int, before: Promise | None
    ) -> tuple[Fact, Promise | None]:
        """A fact without due date as it is folded; its promise, made now unless one was made before."""
        promise = before or promise_of(received, fact.time, self._rules)
        if promise is None:
            return fact, None
        self._promises.append(Promised(self._partition, position, case_id, promise))
        return with_promise(fact, promise), promise

    def bury(self, record: Record, position: int, recorded_at: int, why: Refused, fact_id: str | None) -> None:
        """A record that cannot become a fact."""
        self._dead.append(Dead(position, recorded_at, why.reason, why.detail, record.value))
        self._verdicts.append(Verdict("refused", fact_id, why.reason, why.detail))

    def folding(self) -> Generator[None, None, Effect]:
        """Folds the cases that got new facts."""
        tallies = TallyChanges()
        changed: list[ChangedCase] = []
        for case_id, case in self._working.items():
            if case.fresh:
                changed.append(self._changed(case_id, case, tallies))
                if len(changed) % STEP_CASES == 0:
                    yield
        return Effect(self._verdicts, self._archived, self._dead, changed, tallies, self._promises)

    def _changed(self, case_id: str, case: _Working, tallies: TallyChanges) -> ChangedCase:
        state = fold_known(case.known)
        found = standing(state, self._rules)
        counted = contribution_of(state, found, self._rules)
        old = case.stored
        tallies.replace(NOTHING if old is None else old.counted, counted)
        kept = case.fresh if old is None else old.kept + case.fresh
        version = 0 if old is None else old.version
        return ChangedCase(case_id, version, kept, counted, case_row_of(found, case.known.values(), self._rules))


_kept_decoder: Final = msgspec.msgpack.Decoder(list[Kept])
_contribution_decoder: Final = msgspec.msgpack.Decoder(Contribution)
_encoder: Final = msgspec.msgpack.Encoder()


def stored_case(version: int, facts: bytes, counted: bytes) -> StoredCase:
    """A case from the bytes of its row."""
    return StoredCase(version, _kept_decoder.decode(facts), in_present_form(_contribution_decoder.decode(counted)))


def facts_bytes(kept: Iterable[Kept]) -> bytes:
    """The facts of a case as its row keeps them."""
    return _encoder.encode(kept)


def counted_bytes(counted: Contribution) -> bytes:
    """What a case is counted as, as its row keeps it."""
    return _encoder.encode(counted)
