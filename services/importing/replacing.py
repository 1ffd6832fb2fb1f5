"""`--replace`: what the file no longer says is retracted; what it says again after a retraction gets a new id.

A retraction cannot be retracted, so an event that comes back after it was taken out is a new fact: its id is derived
from the old one, again and again if need be, always the same way. So importing a file twice changes nothing.
"""

import json
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec

from events.codec import encode
from events.facts import Event, Fact, Retracted
from projections.effect import Record, StoredCase

_AGAIN: Final = UUID("0d6b6a0e-6f1f-5c1e-8a57-2f0a2f6f0f11")
_RETRACTION: Final = UUID("c2a3d2e5-9b55-5f0e-b7f9-5f2b5a3f7a10")


def replacement(
    case_id: str, source: str, said: Mapping[str, bytes], stored: StoredCase | None, now: int
) -> list[Record]:
    """The records that make a stored case say what the file says: events by their id, and retractions.

    `said` are the file's events of the case, by id. `now` is the time of the retractions.
    """
    own = {kept.fact.id: kept.fact for kept in stored.kept if kept.fact.source == source} if stored else {}
    retracted = {
        fact.body.id
        for fact in own.values()
        if isinstance(fact.body, Retracted) and (fact.body.source or source) == source
    }
    records: list[Record] = []
    wanted: set[str] = set()
    for event_id, body in said.items():
        standing = _standing_id(event_id, retracted)
        wanted.add(standing)
        if standing not in own:
            records.append(Record(body if standing == event_id else _with_id(body, standing)))
    for fact in own.values():
        if not isinstance(fact.body, Retracted) and fact.id not in wanted and fact.id not in retracted:
            records.append(_retraction(case_id, fact, now))
    return records


def _standing_id(event_id: str, retracted: set[str]) -> str:
    while event_id in retracted:
        event_id = str(uuid5(_AGAIN, event_id))
    return event_id


def _with_id(body: bytes, event_id: str) -> bytes:
    message: dict[str, Any] = json.loads(body)
    return msgspec.json.encode(message | {"id": event_id})


def _retraction(case_id: str, fact: Fact, now: int) -> Record:
    retraction_id = str(uuid5(_RETRACTION, f"{case_id}\n{fact.source}\n{fact.id}"))
    return Record(encode(Event(case_id, Fact(fact.source, retraction_id, now, Retracted(fact.id)))))
