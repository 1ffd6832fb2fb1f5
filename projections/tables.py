"""What a report shows, before anybody decides how: headings in both languages, cells with their exact values."""

from enum import StrEnum
from fractions import Fraction

from msgspec import Struct


class Text(Struct, frozen=True):
    """The same words in English and Vietnamese."""

    en: str
    vi: str


class Sort(StrEnum):
    """What a column holds, and so how it is printed."""

    TEXT = "text"
    INTEGER = "integer"
    PERCENT = "percent"  # a rate as an exact fraction, 1 is 100 %
    POINTS = "points"  # a difference of two rates as an exact fraction, 0.01 is one percentage point
    DAYS = "days"  # exact fraction of days


Cell = str | int | Fraction | Text | None
"""None is *not available*: printed as such, never as 0."""


class Column(Struct, frozen=True):
    """`key` is its name for machines (JSON, CSV header)."""

    key: str
    heading: Text
    sort: Sort = Sort.INTEGER


class Note(Struct, frozen=True):
    """A line of the foot: definition, policy, period, as-of, hashes."""

    label: Text
    value: Text


class Table(Struct, frozen=True):
    """A report laid out. `total` has a cell for each column, like every row; None where there is no total."""

    name: str
    title: Text
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None
    notes: tuple[Note, ...] = ()
