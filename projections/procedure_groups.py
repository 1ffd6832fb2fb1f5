"""Rows by the group of procedures: cases counted one by one, for tallies know no procedures.

A row sums what its cases are tallied as, so every identity that holds for units holds for it, and the rows together are
the report by unit.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import structs

from events.case import Case
from projections.buckets import Buckets
from projections.counted import Cell
from projections.figures import figures
from projections.groups import Group
from projections.procedures import ProcedureRegistry
from projections.reports import Question, Row, row_of
from projections.tables import Text
from projections.zone import LocalDays

NO_GROUP: Final = Text("no group registered", "chưa có nhóm, lĩnh vực")
UNREGISTERED: Final = Text("procedure not registered", "thủ tục chưa đăng ký")
_WHOLE: Final = ""
"""The one key under which the sums of a group lie: all units of the report together."""


def group_of(case: Case, registry: ProcedureRegistry | None, days: LocalDays) -> str | None:
    """The group of a case's procedure when it was received, or in its newest row where none was in force then.

    Empty where its procedure is in no group; None where there is none in the registry.
    """
    if registry is None or case.received is None or case.received_at is None or case.received.procedure is None:
        return None
    code = case.received.procedure
    found = registry.find(code, days.day_of(case.received_at)) or registry.latest(code)
    return None if found is None else found.group


class GroupSums:
    """Sums by group between a few days (`projections.buckets`); None stands for procedures that nobody registered."""

    def __init__(self, bounds: Sequence[int]) -> None:
        self._bounds: Final = tuple(bounds)
        self._sums: dict[str | None, Buckets] = {}

    def add(self, group: str | None, cells: Iterable[Cell]) -> None:
        """Adds what a case is tallied as."""
        sums = self._of(group)
        for day, _, measure, n in cells:
            sums.add(day, _WHOLE, {measure: n})

    def leave_out(self, group: str | None, day: int, sums: Mapping[int, int]) -> None:
        """Takes back what of it lies at or after the instant at which a day is cut, by measure."""
        for measure, n in sums.items():
            self._of(group).count(day, _WHOLE, measure, -n)

    def _of(self, group: str | None) -> Buckets:
        return self._sums.setdefault(group, Buckets(self._bounds))

    def rows(self, question: Question) -> list[Row]:
        """The rows that are not empty, by name; cases without a group, and without a known procedure, last."""
        found = []
        for group in sorted(self._sums, key=lambda one: (one is None, one == "", one or "")):
            counts = figures(self._sums[group], _WHOLE, question.period, question.policy)
            if counts.any:
                words = UNREGISTERED if group is None else None if group else NO_GROUP
                name = words.en if words is not None else group or ""
                row = row_of(question.definition, Group(None, name, "", ()), counts)
                found.append(structs.replace(row, words=words))
        return found
