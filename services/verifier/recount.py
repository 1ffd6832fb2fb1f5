"""The whole recount, case by case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.verifier.deadline import POLICIES
from services.verifier.figures import Period, count
from services.verifier.history import clear
from services.verifier.judgement import PLAIN_KIND, JudgedCase, UnreceivedCase, judge
from services.verifier.local_time import LocalTime
from services.verifier.reading import ArchivedEvent, UnreadableEventError
from services.verifier.tallying import tally
from services.verifier.unit_directory import UnitDirectory, UnitRow

NO_UNIT = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings of a database: reporting time zone, and the policy its deadlines service works under."""

    time_zone: str
    policy: str

    def __post_init__(self) -> None:
        if self.policy not in POLICIES:
            raise ValueError(f"unknown policy {self.policy!r}: one of {', '.join(POLICIES)}")


class Recount:
    """Accumulates the recount of all cases. Zero counts are left out everywhere.

    - `tallies`: (local day, unit, kind) -> {measure: count}
    - `problems`: (local day, unit, kind, problem) -> cases
    - `figures`: (index into `periods`, unit, kind, policy) -> {figure: cases}; periods are `[a, b)` at local
      midnights, each counted by itself and not from the tallies
    """

    def __init__(self, rules: Rules, units: Sequence[UnitRow], periods: Sequence[tuple[date, date]] = ()) -> None:
        self.tallies: dict[tuple[date, str, str], dict[str, int]] = {}
        self.problems: dict[tuple[date, str, str, str], int] = {}
        self.figures: dict[tuple[int, str, str, str], dict[str, int]] = {}
        self._rules = rules
        self._units = UnitDirectory(units)
        self._local = LocalTime(rules.time_zone)
        self._rows: dict[tuple[int, str, str], dict[str, int]] = {}  # the rows of tallies, by ordinal day
        midnight = self._local.midnight
        self._periods = [Period(midnight(a.toordinal()), midnight(b.toordinal())) for a, b in periods]

    def add_case(self, case_id: str, events: Sequence[ArchivedEvent]) -> None:
        """Adds one case by all its archived events, in any order; each case once.

        Raises UnreadableEventError, naming the case and the place in the archive.
        """
        try:
            walk = clear(events)
        except UnreadableEventError as error:
            raise UnreadableEventError(f"case {case_id}: {error}") from error
        if not walk:
            return
        case = judge(walk, overdue_policy=self._rules.policy, units=self._units, local=self._local)
        if isinstance(case, JudgedCase):
            self._add_received(case)
        else:
            self._add_unreceived(case)

    def _add_received(self, case: JudgedCase) -> None:
        for day, unit, measure, amount in tally(case, self._local):
            self._add_tally((day, unit, case.kind), measure, amount)
        day = self._local.day_of(case.received_at)
        self._add_problems(day, case.holders.last, case.kind, case.problems)
        for index, period in enumerate(self._periods):
            for deadline in case.deadlines:
                for unit, figure in count(case, deadline, period, self._local):
                    row = self.figures.setdefault((index, unit, case.kind, deadline.policy), {})
                    row[figure] = row.get(figure, 0) + 1

    def _add_unreceived(self, case: UnreceivedCase) -> None:
        if case.refused_at is not None:
            day = self._local.day_of(case.refused_at)
            self._add_tally((day, NO_UNIT, PLAIN_KIND), "refused_at_desk", 1)
        self._add_problems(self._local.day_of(case.first_at), NO_UNIT, PLAIN_KIND, case.problems)

    def _add_problems(self, day: int, unit: str, kind: str, problems: frozenset[str]) -> None:
        for problem in problems:
            key = (date.fromordinal(day), unit, kind, problem)
            self.problems[key] = self.problems.get(key, 0) + 1

    def _add_tally(self, key: tuple[int, str, str], measure: str, amount: int) -> None:
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = self.tallies[_dated(key)] = {}
        total = row.get(measure, 0) + amount
        if total:
            row[measure] = total
            return
        del row[measure]
        if not row:
            del self._rows[key], self.tallies[_dated(key)]


def _dated(key: tuple[int, str, str]) -> tuple[date, str, str]:
    day, unit, kind = key
    return date.fromordinal(day), unit, kind
