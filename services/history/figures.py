"""Reports from tallies folded up to a point, without reading anything again."""

from msgspec import structs

from events.facts import Kind
from events.instants import iso
from projections.figures import Ahead
from projections.periods import Period, PeriodNotBegun
from projections.reports import Question, Report, bounds_of, report
from projections.zone import LocalDays
from services.answers import ahead_of
from services.history.folding import Folded


def report_at(folded: Folded, question: Question, kind: Kind = "procedure") -> Report:
    """The report as it would have been printed at the point; raises `PeriodNotBegun` and `UnitUnknown`."""
    period, cut = cut_at(folded.rules.days, folded.point.recorded_at, question.period)
    asked = structs.replace(question, period=period)
    ahead = ahead_at(folded, kind) if cut else None
    found = report(asked, folded.buckets(bounds_of(asked), kind), folded.rules.units, ahead)
    return structs.replace(found, question=question)


def cut_at(days: LocalDays, instant: int, period: Period) -> tuple[Period, bool]:
    """The period up to the instant's local day, and whether that day is cut there, as the period was not over."""
    if days.start_of(period.begin) > instant:
        raise PeriodNotBegun(f"the period begins on {period.from_date}, which at {iso(instant)} was yet to come")
    if days.start_of(period.end) <= instant:
        return period, False
    return Period(period.begin, days.day_of(instant) + 1), True


def ahead_at(folded: Folded, kind: Kind) -> Ahead:
    """What the tallies of the point's local day hold at or after it."""
    cases = [one for one in folded.of_the_day if one.counted.kind == kind]
    return ahead_of(cases, folded.rules, folded.point.recorded_at)
