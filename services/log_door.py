"""What a record of the log must be before it is read at all: a key, a value, the content type, the key its case."""

from collections.abc import Iterable
from typing import Final

from events.errors import Refused
from events.facts import Event
from projections.batches import read
from projections.effect import Reading, Record
from services.log import LogRecord, refusal_of
from services.tracing import TRACE_MAX

CONTENT_TYPE: Final = b"application/cloudevents+json"


def at_the_log(fetched: Iterable[LogRecord]) -> Reading:
    """Decodes what the log has; a record that is not addressed as it should be is refused with what is wrong."""
    fetched = list(fetched)
    reading = read([Record(one.value or b"", _refusal(one), _trace(one)) for one in fetched])
    for place, (one, event) in enumerate(zip(fetched, reading.events, strict=True)):
        if type(event) is Event and one.key != event.case_id.encode():
            said = f"the key is {one.key!r}, the subject {event.case_id!r}: facts of a case must share a partition"
            reading.events[place] = Refused("key_not_subject", said)
    return reading


def _trace(one: LogRecord) -> str | None:
    return None if one.trace is None else one.trace[:TRACE_MAX].decode(errors="replace")


def _refusal(one: LogRecord) -> Refused | None:
    if one.refusal is not None and (refused := refusal_of(one.refusal)) is not None:
        return refused
    if one.value is None:
        return Refused("value_missing", "a record without a value (a tombstone); facts are retracted, never deleted")
    if one.content_type is not None and one.content_type != CONTENT_TYPE and not _same_type(one.content_type):
        return Refused("content_type", f"content-type is {one.content_type!r}, expected {CONTENT_TYPE.decode()}")
    if one.key is None:
        return Refused("key_missing", "a record without a key: the key is the case id")
    return None


def _same_type(found: bytes) -> bool:
    """Case and parameters (`; charset=utf-8`) make no other type."""
    return found.partition(b";")[0].strip().lower() == CONTENT_TYPE
