"""Why two figures differ: case by case from one point of the history to another, one kind of cause after the other.

For each case the facts that only one point knows are exchanged kind by kind, then the unit tree, then the instant at
which a period that is not over is cut. What each step changes belongs to its class, so the classes sum to the whole.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, Literal

from msgspec import Struct, structs

from events.facts import Fact, Reopened, Rescheduled, Retracted
from projections.effect import Kept, StoredCase
from projections.figures import Counts
from projections.reports import Grouping, UnitUnknown
from projections.standing import Rules
from services.history.archive import RecordedCase
from services.history.folding import fold_case
from services.history.points import Point
from services.publishing.freezing import Asked
from services.publishing.numbers import COUNTS, Counter

Class = Literal[
    "late_arrival",
    "correction",
    "unit_change",
    "calendar_change",
    "time_passed",
    "definition_change",
    "code_change",
    "unexplained",
]
CLASSES: Final[tuple[Class, ...]] = (
    "late_arrival",
    "correction",
    "unit_change",
    "calendar_change",
    "time_passed",
    "definition_change",
    "code_change",
    "unexplained",
)
_FACT_STEPS: Final[tuple[Class, ...]] = ("late_arrival", "calendar_change", "correction")
Vector = dict[tuple[str, str], int]
"""Figures by unit and measure, zeros left out."""


class Side(Struct, frozen=True):
    """One of the two states compared: a point and the rules known then."""

    point: Point
    rules: Rules

    def knows(self, kept: Kept) -> bool:
        return kept.position < self.point.positions.get(kept.partition, 0)


def class_of(fact: Fact) -> Class:
    """What a fact that came later is: taking back and re-opening correct, the rest is late."""
    body = fact.body
    if isinstance(body, Retracted | Reopened):
        return "correction"
    if isinstance(body, Rescheduled) and body.reason in ("calendar", "correction"):
        return "calendar_change" if body.reason == "calendar" else "correction"
    return "late_arrival"


class Change(Struct):
    """What changed of one figure, by class, and the cases in which it did."""

    classes: dict[Class, int]
    cases: set[str]

    @property
    def difference(self) -> int:
        return sum(self.classes.values())


class _State(Struct, frozen=True):
    """The rules under which a case is counted, and the units whose cases a question is about."""

    counter: Counter
    rules: Rules
    scope: frozenset[str]


class Differences:
    """From `a` to `b` for one question; cases are added one by one, in any order."""

    def __init__(self, asked: Asked, a: Side, b: Side) -> None:
        """Raises `PeriodNotBegun` for a period that had not begun at both points, and `UnitUnknown`."""
        self._asked = structs.replace(asked, question=structs.replace(asked.question, by=Grouping.UNIT))
        self._sides = a, b
        self._at_a = self._state(a.point, a.rules)
        self._under_new_units = self._state(a.point, b.rules)
        self._at_b = self._state(b.point, b.rules)
        cut = self._at_a.counter.is_cut or self._at_b.counter.is_cut
        self._cut_elsewhere = cut and a.point.recorded_at != b.point.recorded_at
        self.before: Final[Vector] = {}
        self.after: Final[Vector] = {}
        self._changes: dict[tuple[str | None, str], Change] = {}
        self._cases: dict[Class, set[str]] = {}

    def _state(self, point: Point, rules: Rules) -> _State:
        question = self._asked.question
        if question.unit is not None and question.unit not in rules.units:
            raise UnitUnknown(question.unit)
        codes = rules.units.codes() if question.unit is None else rules.units.subtree(question.unit)
        return _State(Counter(question, self._asked.kind, point, rules), rules, frozenset(codes))

    def add(self, recorded: RecordedCase) -> None:
        """Counts a case at both points; `recorded` has the facts of both."""
        states = list(self._states(recorded))
        _add(self.before, states[0][1])
        _add(self.after, states[-1][1])
        for (_, before), (step, after) in pairwise(states):
            for unit, measure in before.keys() | after.keys():
                n = after.get((unit, measure), 0) - before.get((unit, measure), 0)
                self.note(unit, measure, step, n, recorded.case_id)
                self.note(None, measure, step, n, recorded.case_id)

    def note(self, unit: str | None, measure: str, step: Class, n: int, case_id: str | None = None) -> None:
        """Adds a difference to a figure of a unit, or of all units together (None)."""
        if n == 0:
            return
        change = self._changes.setdefault((unit, measure), Change(dict.fromkeys(CLASSES, 0), set()))
        change.classes[step] += n
        if case_id is not None:
            change.cases.add(case_id)
            self._cases.setdefault(step, set()).add(case_id)

    def cases_by_class(self) -> dict[str, int]:
        """How many cases count otherwise, by why."""
        return {step: len(self._cases[step]) for step in CLASSES if step in self._cases}

    def _states(self, recorded: RecordedCase) -> Iterator[tuple[Class, Vector]]:
        """The case at `a`, after each step that may change it, and so at last at `b`."""
        a, b = self._sides
        known = [a.knows(one.kept) for one in recorded.facts]
        yield "unexplained", self._counted(recorded, known, self._at_a)
        for step in _FACT_STEPS:
            exchanged = [
                b.knows(one.kept) if class_of(one.kept.fact) == step else was
                for one, was in zip(recorded.facts, known, strict=True)
            ]
            if exchanged != known:
                known = exchanged
                yield step, self._counted(recorded, known, self._at_a)
        if a.point.units_version != b.point.units_version:
            yield "unit_change", self._counted(recorded, known, self._under_new_units)
        if self._cut_elsewhere:
            yield "time_passed", self._counted(recorded, known, self._at_b)

    def _counted(self, recorded: RecordedCase, known: Sequence[bool], state: _State) -> Vector:
        """What a case counts for in each unit, numerator and denominator of the definition among it."""
        facts = [one for one, is_known in zip(recorded.facts, known, strict=True) if is_known]
        if not facts:
            return {}
        found = fold_case(RecordedCase(recorded.case_id, facts), state.rules)
        stored = StoredCase(0, [one.kept for one in facts], found.counted)
        vector: Vector = {}
        for _, unit, counts in state.counter.counts(found, stored):
            if unit in state.scope:
                _add(vector, {(unit, name): n for name, n in self._measures(counts).items()})
        return vector

    def _measures(self, counts: Counts) -> dict[str, int]:
        definition = self._asked.question.definition
        found = structs.asdict(counts)
        found |= {"numerator": definition.numerator(counts), "denominator": definition.denominator(counts)}
        return {name: n for name, n in found.items() if n}

    def rows(self) -> list[dict[str, Any]]:
        """Every figure that changed, of each unit and of all of them together (`unit` None), which come last."""
        return [_row(*key, self._changes[key]) for key in sorted(self._changes, key=_place)]


def _place(key: tuple[str | None, str]) -> tuple[bool, str, int]:
    unit, measure = key
    return unit is None, unit or "", MEASURES.index(measure)


MEASURES: Final = ("numerator", "denominator", *COUNTS)


def _row(unit: str | None, measure: str, change: Change) -> dict[str, Any]:
    return {
        "unit": unit,
        "measure": measure,
        "difference": change.difference,
        "classes": dict(change.classes),
        "cases": sorted(change.cases),
    }


def _add(sums: Vector, more: Mapping[tuple[str, str], int]) -> None:
    for key, n in more.items():
        sums[key] = sums.get(key, 0) + n
