"""The registry of procedures: what may be asked for, within which limit, under which codes old and new."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final

from msgspec import Struct

from events.facts import Kind
from projections.time_limits import TimeLimit
from projections.units import BEGINNING, FOREVER
from projections.validity import overlap, valid_on
from projections.zone import date_of


class Procedure(Struct, frozen=True):
    """A procedure as it is from `valid_from` until before `valid_to` (ordinals).

    `limit` is None where the law sets none: such cases have no due date of their own. `cutoff` is in minutes after
    local midnight. `former_codes` are those of the generation before, which stand for this procedure.
    """

    code: str
    name: str
    group: str = ""
    limit: TimeLimit | None = None
    cutoff: int | None = None
    kind: Kind = "procedure"
    former_codes: tuple[str, ...] = ()
    valid_from: int = BEGINNING
    valid_to: int = FOREVER


class ProcedureRegistry:
    """All procedures of one version of the reference data; the order of rows does not matter."""

    def __init__(self, procedures: Iterable[Procedure]) -> None:
        self.procedures: Final = tuple(sorted(procedures, key=lambda one: (one.code, one.valid_from)))
        self._by_code: dict[str, list[Procedure]] = defaultdict(list)
        self._heirs: dict[str, str] = {}
        for one in self.procedures:
            self._by_code[one.code].append(one)
            self._heirs.update(dict.fromkeys(one.former_codes, one.code))

    def __contains__(self, code: str) -> bool:
        return code in self._by_code or code in self._heirs

    def find(self, code: str, day: int) -> Procedure | None:
        """The procedure that a code, old or new, stands for on a day; None where none was in force then."""
        rows = (one for step in self._generations(code) for one in self._by_code.get(step, ()))
        return next((one for one in rows if valid_on(one, day)), None)

    def latest(self, code: str) -> Procedure | None:
        """The row that is valid longest of the newest code that a code stands for: its name and group today."""
        rows = [one for step in self._generations(code) for one in self._by_code.get(step, ())]
        return max(rows, key=lambda one: one.valid_to, default=None)

    def _generations(self, code: str) -> Iterator[str]:
        """A code, the one that replaced it, and so on."""
        seen: set[str] = set()
        heir: str | None = code
        while heir is not None and heir not in seen:
            seen.add(heir)
            yield heir
            heir = self._heirs.get(heir)

    @cached_property
    def version(self) -> str:
        """sha256 of the content, whatever the order of rows."""
        rows = sorted(_content(one) for one in self.procedures)
        text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def _content(one: Procedure) -> list[str]:
    limit = f"{one.limit.amount} {one.limit.unit.value}" if one.limit is not None else ""
    cutoff = "" if one.cutoff is None else str(one.cutoff)
    begin = "" if one.valid_from == BEGINNING else str(date_of(one.valid_from))
    end = "" if one.valid_to == FOREVER else str(date_of(one.valid_to))
    return [one.code, begin, end, one.name, one.group, limit, cutoff, one.kind, *sorted(one.former_codes)]


def registry_errors(procedures: Sequence[Procedure]) -> Iterator[tuple[int, str]]:
    """What is wrong with rows that come together: index and a sentence that says what to do."""
    by_code: dict[str, list[Procedure]] = defaultdict(list)
    heirs: dict[str, str] = {}
    for index, one in enumerate(procedures):
        if one.valid_from >= one.valid_to:
            yield index, f"{one.code!r}: valid_to is not after valid_from: correct the dates"
        if any(overlap(one, other) for other in by_code[one.code]):
            yield index, f"{one.code!r} stands twice with validity dates that overlap: end the one before the other"
        for former in one.former_codes:
            if former == one.code:
                yield index, f"{one.code!r} is its own former code: leave former_code empty"
            elif heirs.setdefault(former, one.code) != one.code:
                yield index, f"former code {former!r} stands for {heirs[former]!r} and {one.code!r}: keep one"
        by_code[one.code].append(one)
