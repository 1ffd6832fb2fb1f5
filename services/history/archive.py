"""The archive up to a point, case by case: the database sorts, so that memory stays flat."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from msgspec import Struct

from events.codec import decode
from events.errors import Refused
from projections.effect import Kept
from projections.promises import Promise, with_promise
from services.history.points import Point
from services.postgres.connection import Connection
from services.postgres.queries import case_facts

CHUNK_EVENTS: Final = 1_000
"""Events read at once: some 30 ms of folding, after which the process looks after its other work."""
_PROMISE: Final = (
    "left join promises as promise on promise.partition = archive.partition and promise.position = archive.position"
)
_COLUMNS: Final = (
    "archive.case_id, archive.partition, archive.position, archive.recorded_at, archive.body, "
    "promise.due, promise.procedures_version, promise.calendar_version"
)
_BELOW: Final = (
    f"select {_COLUMNS} from archive join unnest($1::integer[], $2::bigint[]) as below (partition, position) "
    f"on archive.partition = below.partition and archive.position < below.position {_PROMISE} "
    "where $3::integer = 1 or (hashtext(archive.case_id) % $3 + $3) % $3 = $4::integer "
    'order by archive.case_id collate "C", archive.partition, archive.position'
)
_BETWEEN: Final = (
    f"select {_COLUMNS} from archive {_PROMISE} where archive.partition = $1 "
    "and archive.position >= $2 and archive.position < $3 order by archive.position limit $4"
)
_AT: Final = (
    f"select {_COLUMNS} from archive join unnest($1::integer[], $2::bigint[]) as wanted (partition, position) "
    f"on archive.partition = wanted.partition and archive.position = wanted.position {_PROMISE} "
    "order by archive.partition, archive.position"
)


class ArchiveUnreadable(ValueError):
    """An archived event is not what was recorded: the archive was edited. Names partition and position."""


class Share(Struct, frozen=True):
    """One of `shares` parts of the cases, by number from 0; every case is in one of them."""

    number: int = 0
    shares: int = 1


EVERYTHING: Final = Share()


class RecordedFact(Struct, frozen=True, gc=False):
    """A fact with its place, as it is folded, when it was recorded (microseconds), and the bytes that were received."""

    kept: Kept
    recorded_at: int
    body: bytes = b""


class RecordedCase(Struct, frozen=True):
    """A case as far as it was recorded: its facts in the order of partitions and positions."""

    case_id: str
    facts: list[RecordedFact]

    @property
    def kept(self) -> list[Kept]:
        return [one.kept for one in self.facts]


async def cases_at(
    connection: Connection, point: Point, *, share: Share = EVERYTHING, chunk_events: int = CHUNK_EVENTS
) -> AsyncIterator[RecordedCase]:
    """Every case (of the share) of which something was recorded, by case id; raises `ArchiveUnreadable`.

    Facts come from the archived bytes, not from what the projector keeps of a case.
    """
    found: RecordedCase | None = None
    arguments = (*_arrays(point.below()), share.shares, share.number)
    async for row in connection.cursor(_BELOW, *arguments, prefetch=chunk_events):
        case_id = row["case_id"]
        if found is None or found.case_id != case_id:
            if found is not None:
                yield found
            found = RecordedCase(case_id, [])
        found.facts.append(recorded_fact(*row))
    if found is not None:
        yield found


async def facts_between(
    connection: Connection, partition: int, begin: int, end: int, *, limit: int = CHUNK_EVENTS
) -> list[tuple[str, RecordedFact]]:
    """The next facts of a partition from a position on and below another, each with its case's id.

    Raises `ArchiveUnreadable`.
    """
    rows = await connection.fetch(_BETWEEN, partition, begin, end, limit)
    return [(row["case_id"], recorded_fact(*row)) for row in rows]


async def case_at(connection: Connection, point: Point, case_id: str) -> RecordedCase | None:
    """One case as of a point, by the places that its row keeps; None where nothing was recorded by then."""
    stored = await case_facts(connection, case_id)
    places = [(kept.partition, kept.position) for kept in stored.kept] if stored is not None else []
    wanted = [place for place in places if place[1] < point.positions.get(place[0], 0)]
    rows = await connection.fetch(_AT, *_arrays(wanted))
    if len(rows) < len(wanted):
        missing = min(set(wanted) - {(row["partition"], row["position"]) for row in rows})
        raise ArchiveUnreadable(f"the event {missing[0]}:{missing[1]} of case {case_id} is not in the archive")
    return RecordedCase(case_id, [recorded_fact(*row) for row in rows]) if rows else None


def _arrays(places: Sequence[tuple[int, int]]) -> tuple[list[int], list[int]]:
    return [partition for partition, _ in places], [position for _, position in places]


def recorded_fact(
    case_id: str, partition: int, position: int, recorded_at: int, body: bytes, *promised: Any
) -> RecordedFact:
    """The fact of an archived event; one that was promised a due date is folded with it."""
    try:
        event = decode(body)
    except Refused as refusal:
        raise ArchiveUnreadable(f"the archived event {partition}:{position} cannot be read: {refusal}") from None
    if event.case_id != case_id:
        raise ArchiveUnreadable(f"the archived event {partition}:{position} is of case {event.case_id}, not {case_id}")
    if promised[0] is None:
        return RecordedFact(Kept(partition, position, event.fact), recorded_at, body)
    promise = Promise(*promised)
    return RecordedFact(Kept(partition, position, with_promise(event.fact, promise), promise), recorded_at, body)
