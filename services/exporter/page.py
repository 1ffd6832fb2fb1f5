"""A metrics page in memory: blocks of lines by family and unit, of which only what changed is drawn or packed anew.

The blocks of 16 units lie in a chunk. A snapshot of the page shares the chunks; what changes afterwards changes a copy,
so a snapshot can be joined and compressed by another thread while the page goes on.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Final

from services.exporter.formats import Format
from services.exporter.gzip_member import deflated, gzip_member
from services.exporter.text import Family

UNITS_PER_CHUNK: Final = 16
PIECE_BYTES: Final = 1 << 20


class Edition:
    """Whose changes a chunk may still take: each page, and each stretch between two snapshots of it, has its own."""


class Chunk:
    """Blocks of one family by key, in the order in which the keys came; settled once its `edition` is over."""

    def __init__(self, blocks: dict[str, bytes], edition: Edition) -> None:
        self.blocks = blocks
        self.edition = edition

    @cached_property
    def plain(self) -> bytes:
        return b"".join(self.blocks.values())

    @cached_property
    def packed(self) -> bytes:
        return deflated(self.plain)


class Snapshot:
    """A page as it was at one moment."""

    def __init__(self, families: Sequence[tuple[Family, tuple[Chunk, ...]]]) -> None:
        self.families = families

    def gzipped(self, form: Format, tail: bytes) -> bytes:
        """One gzip member; `tail` stands behind the last family."""
        return gzip_member(self._packed_parts(form, tail))

    def pieces(self, form: Format, tail: bytes) -> list[bytes]:
        """The page in pieces of about a mebibyte."""
        found: list[bytes] = []
        parts, size = [], 0
        for part in self._parts(form, tail):
            parts.append(part)
            size += len(part)
            if size >= PIECE_BYTES:
                found.append(b"".join(parts))
                parts, size = [], 0
        return [*found, b"".join(parts)]

    def joined(self, form: Format, tail: bytes = b"") -> bytes:
        """All of it."""
        return b"".join(self._parts(form, tail))

    def _parts(self, form: Format, tail: bytes) -> Iterator[bytes]:
        for family, chunks in self.families:
            yield form.header(family)
            for chunk in chunks:
                yield chunk.plain
        yield tail

    def _packed_parts(self, form: Format, tail: bytes) -> Iterator[tuple[bytes, bytes]]:
        for family, chunks in self.families:
            header = form.header(family)
            yield header, deflated(header)
            for chunk in chunks:
                yield chunk.plain, chunk.packed
        yield tail, deflated(tail)


class Page:
    """The page of now."""

    def __init__(self, families: Sequence[Family]) -> None:
        self._chunks: dict[str, list[Chunk]] = {family.name: [] for family in families}
        self._places: dict[str, dict[str, int]] = {family.name: {} for family in families}
        self._edition = Edition()

    def fork(self) -> "Page":
        """A page that says the same and goes its own way: another thread may change it while this one is read."""
        found = Page(())
        found._chunks = {family: list(chunks) for family, chunks in self._chunks.items()}
        found._places = {family: dict(places) for family, places in self._places.items()}
        self._edition = Edition()
        return found

    def put(self, family: str, key: str, block: bytes) -> None:
        """Replaces the lines of a family that belong to `key`; an empty block takes them out and keeps their place."""
        chunks, places = self._chunks[family], self._places[family]
        place = places.get(key)
        if place is None:
            if not chunks or len(chunks[-1].blocks) == UNITS_PER_CHUNK:
                chunks.append(Chunk({}, self._edition))
            place = places[key] = len(chunks) - 1
        elif chunks[place].blocks[key] == block:
            return
        chunk = chunks[place]
        if chunk.edition is not self._edition:  # a snapshot or another page may have it
            chunk = chunks[place] = Chunk(dict(chunk.blocks), self._edition)
        chunk.blocks[key] = block

    def put_all(self, family: str, blocks: Mapping[str, bytes]) -> None:
        """Makes these the only lines of a family."""
        for key in self._places[family].keys() - blocks.keys():
            self.put(family, key, b"")
        for key, block in blocks.items():
            self.put(family, key, block)

    def clear(self, family: str) -> None:
        """Takes out all lines of a family, and forgets their places."""
        self._chunks[family], self._places[family] = [], {}

    def snapshot(self, families: Iterable[Family]) -> Snapshot:
        """Some families as they are now."""
        self._edition = Edition()
        return Snapshot([(family, tuple(self._chunks[family.name])) for family in families])

    def series(self) -> int:
        """Number of samples."""
        chunks = chain.from_iterable(self._chunks.values())
        return sum(block.count(b"\n") for chunk in chunks for block in chunk.blocks.values())
