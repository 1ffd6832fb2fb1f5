"""Unit codes resolved to the unit valid on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One row of the units file. Valid on `valid_from <= day < valid_to`; None is without bound."""

    code: str
    name: str
    level: str
    parent: str
    valid_from: date | None
    valid_to: date | None
    successor: str


class Resolution(NamedTuple):
    """The unit a code stands for on a day, and whether the code itself was valid then."""

    unit: str
    valid: bool


class UnitDirectory:
    """Answers which unit a code means on a local day (`domain.md`: an alias resolves, `unit_not_valid`)."""

    def __init__(self, rows: Sequence[UnitRow]) -> None:
        self._rows: dict[str, list[UnitRow]] = {}
        for row in rows:
            self._rows.setdefault(row.code, []).append(row)
        self._resolved: dict[tuple[str, int], Resolution] = {}

    def resolve(self, code: str, day: int) -> Resolution:
        """The unit of `code` on `day` (a proleptic ordinal)."""
        known = self._resolved.get((code, day))
        if known is None:
            known = self._resolved[code, day] = self._resolve(code, date.fromordinal(day))
        return known

    def _resolve(self, code: str, day: date) -> Resolution:
        seen: set[str] = set()
        candidate = code
        while candidate and candidate not in seen:
            if self._valid(candidate, day):
                return Resolution(candidate, valid=candidate == code)
            seen.add(candidate)
            candidate = self._successor(candidate, day)
        return Resolution(code, valid=False)

    def _valid(self, code: str, day: date) -> bool:
        rows = self._rows.get(code)
        return rows is None or any(_begun(row, day) and not _over(row, day) for row in rows)

    def _successor(self, code: str, day: date) -> str:
        rows = sorted(self._rows[code], key=lambda row: row.valid_from or date.min)
        begun = [row for row in rows if _begun(row, day)]
        named = begun[-1].successor if begun else rows[0].successor
        codes = [code.strip() for code in named.split(";") if code.strip()]
        return codes[0] if len(codes) == 1 else ""  # a unit that was split has no one successor


def _begun(row: UnitRow, day: date) -> bool:
    return row.valid_from is None or row.valid_from <= day


def _over(row: UnitRow, day: date) -> bool:
    return row.valid_to is not None and row.valid_to <= day
