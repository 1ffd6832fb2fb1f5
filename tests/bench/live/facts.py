"""The facts of the bench and how they lie in the topic."""

from collections.abc import Iterator
from itertools import islice
from zlib import crc32

import msgspec

from tests.bench.histories import events, many_units

UNITS = 4_000
PARTITIONS = 4
HEADERS = [("content-type", b"application/cloudevents+json")]
FACTS_A_CASE_MIN = 3.3

TREE = many_units(UNITS)


class _Addressed(msgspec.Struct):
    subject: str


_decode = msgspec.json.Decoder(_Addressed).decode


def make_facts(backlog: int, arrivals: int) -> tuple[list[bytes], Iterator[bytes]]:
    """So many to begin with, and at least so many that go on where those end: many cases are open there."""
    stream = events(round((backlog + arrivals) / FACTS_A_CASE_MIN), UNITS)
    return list(islice(stream, backlog)), stream


def key_of(body: bytes) -> bytes:
    """The case id."""
    return _decode(body).subject.encode()


def partition_of(key: bytes) -> int:
    """Any function of the key does; this one is cheap."""
    return crc32(key) % PARTITIONS
