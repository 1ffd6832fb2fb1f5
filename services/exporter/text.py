"""Prometheus text (0.0.4) written from lines kept as bytes: only what changed is drawn anew."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


class Family(Struct, frozen=True):
    """A metric family: its name, type and what it means, with unit; `labels` are those of its samples."""

    name: str
    type: str
    help: str
    labels: tuple[str, ...] = ()

    def header(self) -> bytes:
        return f"# HELP {self.name} {self.help}\n# TYPE {self.name} {self.type}\n".encode()


def escaped(value: str) -> str:
    """A label value, as the text format wants it."""
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def line(family: str, labels: Mapping[str, object], value: float) -> bytes:
    """One sample."""
    inside = ",".join(f'{name}="{escaped(str(text))}"' for name, text in labels.items())
    return f"{family}{{{inside}}} {value}\n".encode() if inside else f"{family} {value}\n".encode()


class Page:
    """Blocks of lines by family and unit, joined when asked for and kept until something changes."""

    def __init__(self, families: Sequence[Family]) -> None:
        self._families = families
        self._blocks: dict[str, dict[str, bytes]] = {family.name: {} for family in families}
        self._joined: bytes | None = None

    def put(self, family: str, key: str, block: bytes) -> None:
        """Replaces the lines of a family that belong to `key`; an empty block takes them out."""
        blocks = self._blocks[family]
        if blocks.get(key, b"") == block:
            return
        if block:
            blocks[key] = block
        else:
            blocks.pop(key, None)
        self._joined = None

    def clear(self, family: str) -> None:
        """Takes out all lines of a family."""
        self._blocks[family] = {}
        self._joined = None

    def joined(self) -> bytes:
        """The whole page."""
        if self._joined is None:
            self._joined = self.joined_of(self._families)
        return self._joined

    def joined_of(self, families: Iterable[Family]) -> bytes:
        """Some families of the page."""
        parts: list[bytes] = []
        for family in families:
            parts.append(family.header())
            parts += self._blocks[family.name].values()
        return b"".join(parts)

    def series(self) -> int:
        """Number of samples on the page."""
        return sum(block.count(b"\n") for blocks in self._blocks.values() for block in blocks.values())
