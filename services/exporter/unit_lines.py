"""The lines of one unit, family by family: templates that only lack the unit and its integers."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from msgspec import Struct

from services.exporter.text import escaped
from services.exporter.unit_samples import SAMPLES

_UNIT: Final = b"\x00"
"""Stands for the unit in a shape; no label of ours has it."""


class _Shape(Struct, frozen=True):
    """A family's lines, whose integers are `values[begin:end]` in the order of `SAMPLES`."""

    family: str
    begin: int
    end: int
    lines: bytes


def _shapes() -> Iterator[_Shape]:
    begin = 0
    for family, samples in groupby(SAMPLES, key=lambda sample: sample[0]):
        lines = [f'{family}{{unit="{_UNIT.decode()}",{labels}}} %d\n' for _, labels in samples]
        yield _Shape(family, begin, begin + len(lines), "".join(lines).encode())
        begin += len(lines)


_SHAPES: Final = tuple(_shapes())


class UnitLines:
    """Draws one unit."""

    def __init__(self, code: str) -> None:
        unit = escaped(code).replace("%", "%%").encode()
        self._templates = [(one, one.lines.replace(_UNIT, unit)) for one in _SHAPES]

    def drawn(self, values: Sequence[int]) -> Iterator[tuple[str, bytes]]:
        """Each family with its lines; the integers of `SAMPLES` in their order."""
        for shape, template in self._templates:
            yield shape.family, template % tuple(values[shape.begin : shape.end])
