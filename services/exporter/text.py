"""Prometheus text, line by line: a family, its label values, a sample."""

from collections.abc import Mapping

from msgspec import Struct


class Family(Struct, frozen=True):
    """A metric family: its name, type and what it means, with unit; `labels` are those of its samples."""

    name: str
    type: str
    help: str
    labels: tuple[str, ...] = ()


def escaped(value: str) -> str:
    """A label value, as the text format wants it."""
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def line(family: str, labels: Mapping[str, object], value: float) -> bytes:
    """One sample."""
    inside = ",".join(f'{name}="{escaped(str(text))}"' for name, text in labels.items())
    return f"{family}{{{inside}}} {value}\n".encode() if inside else f"{family} {value}\n".encode()
