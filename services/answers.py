"""A rate report answered from one state of the record, with everything that it depends on."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, structs

from events.facts import Kind
from events.fold import fold
from events.instants import iso
from projections.effect import StoredCase
from projections.entries import entries
from projections.figures import Ahead
from projections.periods import Period, PeriodNotBegun
from projections.rebasing import rebased, rebased_ahead, tree_of
from projections.reports import Question, Report, UnitsShown, bounds_of, report
from projections.standing import Rules
from projections.units import UnitTree
from services.figures_source import FiguresView
from services.store import Checkpoint
from services.version import VERSION


class Answered(Struct, frozen=True):
    """A report with what it depends on. Versions are sha256 (hexadecimal)."""

    report: Report
    kind: Kind
    time_zone: str
    recorded_at: int
    checkpoints: Sequence[Checkpoint]
    units_version: str
    calendar_version: str | None = None

    def head(self, name: str, definition: str, definition_version: str) -> dict[str, Any]:
        """What is said of any report before its rows (`interface.md`, Report JSON)."""
        question = self.report.question
        return {
            "report": name,
            "definition": definition,
            "policy": question.policy.value,
            "kind": self.kind,
            "time_zone": self.time_zone,
            "rollup": question.rollup.value,
            "by": question.by.value,
            "units": question.units.value,
            "from": question.period.from_date.isoformat(),
            "to": question.period.to_date.isoformat(),
            "as_of": {
                "recorded_at": iso(self.recorded_at),
                "positions": {str(one.partition): one.position for one in self.checkpoints},
            },
            "versions": {
                "definition": f"sha256:{definition_version}",
                "units": f"sha256:{self.units_version}",
                "calendar": self.calendar_version and f"sha256:{self.calendar_version}",
                "code": VERSION,
            },
        }

    def as_json(self) -> dict[str, Any]:
        """The shape of `interface.md`, Report JSON."""
        definition = self.report.question.definition
        return {
            **self.head(definition.report, definition.name, definition.version),
            "rows": [row.as_json() for row in self.report.rows],
            "total": self.report.total.as_json(),
        }


class Cut(Struct, frozen=True):
    """A period as far as it goes: `instant` is its end, `is_cut` whether that lies within its last day."""

    period: Period
    instant: int
    is_cut: bool


def cut_of(view: FiguresView, period: Period) -> Cut:
    """The period up to the as-of instant; raises `PeriodNotBegun` for one that begins after it."""
    days, now = view.rules.days, view.recorded_at
    if days.start_of(period.begin) > now:
        raise PeriodNotBegun(f"the period begins on {period.from_date}, which is yet to come")
    end = days.start_of(period.end)
    if end <= now:
        return Cut(period, end, is_cut=False)
    return Cut(Period(period.begin, days.day_of(now) + 1), now, is_cut=True)


def shown_tree(view: FiguresView, units: UnitsShown) -> UnitTree:
    """The units that rows are made of: those of the state, or today's."""
    if units is UnitsShown.AS_REPORTED:
        return view.rules.units
    return tree_of(view.units_today, view.rules.days.day_of(view.recorded_at))


def shown_unit(view: FiguresView, units: UnitsShown, unit: str | None) -> str | None:
    """The unit asked for; re-based, the one that stands for it today."""
    if unit is None or units is UnitsShown.AS_REPORTED:
        return unit
    return view.units_today.resolve(unit, view.rules.days.day_of(view.recorded_at))[0]


async def answer_from(view: FiguresView, question: Question, kind: Kind) -> Answered:
    """The report over the state of a view; raises `PeriodNotBegun` and `UnitUnknown`."""
    cut = cut_of(view, question.period)
    unit = shown_unit(view, question.units, question.unit)
    asked = structs.replace(question, period=cut.period, unit=unit)
    buckets = await view.buckets(bounds_of(asked), kind)
    ahead: Ahead | None = None
    if cut.is_cut:
        ahead = ahead_of(await view.cases_about(cut.instant, kind), view.rules, cut.instant)
    if question.units is UnitsShown.TODAY:
        today = view.rules.days.day_of(view.recorded_at)
        buckets = rebased(buckets, view.units_today, today)
        ahead = ahead and rebased_ahead(ahead, view.units_today, today)
    found = report(asked, buckets, shown_tree(view, question.units), ahead)
    found = structs.replace(found, question=structs.replace(question, unit=unit))
    checkpoints, days = await view.checkpoints(), view.rules.days
    return Answered(
        found, kind, days.time_zone, view.recorded_at, checkpoints, view.units_version, view.calendar_version
    )


def ahead_of(cases: Sequence[StoredCase], rules: Rules, instant: int) -> Ahead:
    """What the tallies of an instant's local day hold at or after the instant, by unit and measure."""
    day = rules.days.day_of(instant)
    found: dict[str, dict[int, int]] = {}
    for stored in cases:
        case = fold(kept.fact for kept in stored.kept)
        for at, unit, measure, n in entries(case, rules) if case is not None else ():
            if at >= instant and rules.days.day_of(at) == day:
                sums = found.setdefault(unit, {})
                sums[measure] = sums.get(measure, 0) + n
    return found
