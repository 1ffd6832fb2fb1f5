"""Columns of a batch as parameters of a statement.

A column travels as the text of an array (`'{1,2,NULL}'`): the driver checks every element of a binary array for being
an array itself, which costs more than all else that it does for a batch.
"""

from collections.abc import Iterable, Sequence
from typing import Final

_AS_TEXT: Final = ("integer", "bigint", "text", "boolean")


def array(place: int, kind: str) -> str:
    """The parameter at `place` of a statement as an array of `kind`."""
    return f"${place}::text::{kind}[]" if kind in _AS_TEXT else f"${place}::{kind}[]"


def integers(column: Iterable[int]) -> str:
    """The text of an array of integers."""
    return "{" + ",".join(map(str, column)) + "}"


def optional_integers(column: Iterable[int | None]) -> str:
    """The text of an array of integers and nulls."""
    return "{" + ",".join(["NULL" if n is None else str(n) for n in column]) + "}"


def booleans(column: Iterable[bool]) -> str:
    """The text of an array of booleans."""
    return "{" + ",".join(["t" if one else "f" for one in column]) + "}"


def texts(column: Sequence[str]) -> str:
    """The text of an array of texts."""
    together = "".join(column)
    if '"' in together or "\\" in together:
        column = [one.replace("\\", "\\\\").replace('"', '\\"') for one in column]
    return '{"' + '","'.join(column) + '"}' if column else "{}"
