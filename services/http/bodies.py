"""Request bodies into records: one event, or a batch cut into the bytes of its events.

A batch is an array of events, each judged for itself. Where one of them is not JSON (NaN, say), the array as a whole
is none; it is then cut by its brackets and commas alone, so that the good events in it still count.
"""

import re
from collections.abc import Iterator
from typing import Final

import msgspec
from starlette.requests import Request

from events.errors import Refused
from events.strictness import EVENT_BYTES_MAX
from projections.effect import Record

SINGLE: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"
BATCH_EVENTS_MAX: Final = 1_000
BODY_BYTES_MAX: Final = 32 * 1_048_576

_batch_decoder: Final = msgspec.json.Decoder(list[msgspec.Raw])
_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.DOTALL)


class TooManyEvents(Exception):
    """A batch of more events than one request may carry."""


async def read_body(request: Request) -> tuple[bytes, bool]:
    """The body, and whether it is whole; no more than `BODY_BYTES_MAX` is read."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        chunks.append(chunk)
        if size > BODY_BYTES_MAX:
            return b"".join(chunks)[:EVENT_BYTES_MAX], False
    return b"".join(chunks), True


def records_of(content_type: str, body: bytes, *, whole: bool) -> list[Record]:
    """The records that a body brings, refused ones among them; raises `TooManyEvents`."""
    media_type = content_type.partition(";")[0].strip().lower()
    if not whole:
        detail = f"over {BODY_BYTES_MAX:,} bytes; only the first {len(body):,} are kept"
        return [Record(body, Refused("too_large", detail))]
    if media_type == SINGLE:
        return [Record(body)]
    if media_type == BATCH:
        return _batch(body)
    detail = f"content type {media_type or '(none)'!r}: use {SINGLE} or {BATCH}"
    return [Record(body, Refused("content_type", detail))]


def _batch(body: bytes) -> list[Record]:
    try:
        parts: list[bytes] = [bytes(part) for part in _batch_decoder.decode(body)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        cut = list(_cut(body))
        if not cut:
            return [Record(body, Refused("not_json", "the batch is not a JSON array of events"))]
        parts = cut
    if len(parts) > BATCH_EVENTS_MAX:
        raise TooManyEvents(f"{len(parts):,} events in one batch; at most {BATCH_EVENTS_MAX:,} are taken")
    return [Record(part) for part in parts]


def _cut(body: bytes) -> Iterator[bytes]:
    """The elements of an array, by brackets and commas outside strings; nothing where they do not match."""
    text = body.strip()
    if not (text.startswith(b"[") and text.endswith(b"]")):
        return
    elements: list[bytes] = []
    depth, begin = 0, 1
    for token in _TOKEN.finditer(text):
        mark = token.group()
        if mark in (b"[", b"{"):
            depth += 1
        elif mark in (b"]", b"}"):
            depth -= 1
        if (mark == b"," and depth == 1) or (mark == b"]" and depth == 0):
            elements.append(text[begin : token.start()].strip())
            begin = token.end()
        if depth == 0:
            break
    if depth == 0 and begin == len(text):
        yield from elements
