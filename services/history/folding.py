"""Folding the archive from nothing, with the projector's own fold and contribution (`domain.md`, Fold rules).

The tallies that come of it depend on the facts and the rules alone: not on the order of partitions, the size of a
chunk, or what the projector wrote.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from events.case import Case
from events.facts import Fact, Kind
from events.fold import fold_known
from projections.buckets import Buckets
from projections.contribution import contribution
from projections.counted import NOTHING, Contribution
from projections.effect import StoredCase
from projections.standing import Rules
from projections.tallies import TallyChanges
from services.history.archive import CHUNK_EVENTS, RecordedCase, cases_at
from services.history.points import Point, rules_at
from services.postgres.connection import Connection
from services.postgres.store import PostgresStore


class FoldedCase(Struct, frozen=True):
    """A case with what it is counted as; `case` is None where every fact was retracted."""

    case_id: str
    case: Case | None
    counted: Contribution


def fold_case(recorded: RecordedCase, rules: Rules) -> FoldedCase:
    """The fold of a case's archived facts. Under one id the fact that was archived first counts."""
    known: dict[tuple[str, str], Fact] = {}
    for one in recorded.facts:
        known.setdefault((one.kept.fact.source, one.kept.fact.id), one.kept.fact)
    case = fold_known(known)
    return FoldedCase(recorded.case_id, case, contribution(case, rules))


class Folded:
    """The tallies as of a point.

    `last_time`: when the newest fact happened (microseconds). `of_the_day`: the cases of which something may lie ahead
    of the point on its local day.
    """

    def __init__(self, point: Point, rules: Rules) -> None:
        self.point: Final = point
        self.rules: Final = rules
        self.tallies: Final = TallyChanges()
        self.events = 0
        self.cases = 0
        self.last_time: int | None = None
        self.of_the_day: Final = list[StoredCase]()
        self._day = rules.days.day_of(point.recorded_at)

    def add(self, recorded: RecordedCase) -> tuple[FoldedCase, StoredCase]:
        """Folds and counts a case; each case once."""
        found = fold_case(recorded, self.rules)
        self.events += len(recorded.facts)
        self.cases += 1
        self.last_time = max(self.last_time or 0, *(one.kept.fact.time for one in recorded.facts))
        self.tallies.replace(NOTHING, found.counted)
        stored = StoredCase(0, recorded.kept, found.counted)
        if self._may_lie_ahead(recorded, found.counted):
            self.of_the_day.append(stored)
        return found, stored

    def _may_lie_ahead(self, recorded: RecordedCase, counted: Contribution) -> bool:
        """Whether something of it may lie at or after the point; what two facts of one day undo leaves no cell."""
        instant = self.point.recorded_at
        return any(one.kept.fact.time >= instant for one in recorded.facts) or any(
            cell[0] == self._day for cell in counted.cells
        )

    def buckets(self, bounds: Sequence[int], kind: Kind) -> Buckets:
        """The tallies summed between bounds (local days)."""
        found = Buckets(bounds)
        for (day, unit, own_kind), change in self.tallies.cells.items():
            if own_kind == kind:
                found.add(day, unit, change)
        return found

    def problems(self, kind: Kind) -> dict[tuple[str, str], int]:
        """Cases by (unit, data-quality problem), without zeros."""
        found: dict[tuple[str, str], int] = {}
        for (_, unit, own_kind, problem), n in self.tallies.problems.items():
            if own_kind == kind:
                found[unit, problem] = found.get((unit, problem), 0) + n
        return {key: n for key, n in found.items() if n}


def folded(recorded: Iterable[RecordedCase], point: Point, rules: Rules) -> Folded:
    """The tallies of cases that are at hand, in any order."""
    found = Folded(point, rules)
    for one in recorded:
        found.add(one)
    return found


async def fold_archive(
    connection: Connection, store: PostgresStore, point: Point, *, chunk_events: int = CHUNK_EVENTS
) -> Folded:
    """The tallies of the archive as of a point; raises `ArchiveUnreadable`."""
    found = Folded(point, await rules_at(connection, store, point))
    async for recorded in cases_at(connection, point, chunk_events=chunk_events):
        found.add(recorded)
    return found
