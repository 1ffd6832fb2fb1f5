"""W3C Trace Context: the trace that a fact came with, so that a slow figure leads to the request behind it."""

import re
from collections.abc import Iterable
from typing import Final

import structlog

from projections.effect import Record

log = structlog.get_logger()

HEADER: Final = "traceparent"
TRACE_MAX: Final = 128
"""Characters of the header that are kept; a valid one has 55 in the present version."""

_TRACEPARENT: Final = re.compile("(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(-.*)?")
_SAMPLED: Final = 1


def sampled_trace(traceparent: str) -> str | None:
    """The trace id, 32 hex digits; None where its sender does not keep the trace, or the header is none."""
    found = _TRACEPARENT.fullmatch(traceparent)
    return found[1] if found is not None and int(found[2], 16) & _SAMPLED else None


def followed_trace(records: Iterable[Record], partition: int, position: int) -> str | None:
    """One trace for all the figures that a batch changes, told in the log: the last one that its sender keeps."""
    found = None
    for record in records:
        if record.trace is not None:
            found = sampled_trace(record.trace) or found
    if found is not None:
        log.info("batch.traced", trace_id=found, partition=partition, position=position)
    return found
