"""What reports read case by case, for no tally holds it: ages of the backlog, lengths of time."""

from collections.abc import Mapping

from events.facts import Kind
from events.fold import fold
from projections.durations import Duration, length_of
from projections.pending_cases import BacklogBands, pending_at
from projections.rebasing import UnitsShown
from projections.reports import Question
from services.answers import cut_of
from services.figures_source import FiguresView


async def backlog_bands(view: FiguresView, question: Question, kind: Kind) -> BacklogBands:
    """The backlog at the end of the period, or at the as-of instant where that comes first."""
    instant = cut_of(view, question.period).instant
    bands = BacklogBands()
    async for _, stored in view.cases_alive(instant, instant, kind):
        case = fold(kept.fact for kept in stored.kept)
        one = None if case is None else pending_at(case, view.rules, question.policy, instant)
        if one is not None:
            bands.add(one.held_by(_shown(view, question, one.unit)))
    return bands


async def lengths_by_unit(
    view: FiguresView, duration: Duration, question: Question, kind: Kind
) -> Mapping[str, list[int]]:
    """Microseconds of each case settled in the period, by its last holder."""
    begin = view.rules.days.start_of(question.period.begin)
    end = cut_of(view, question.period).instant
    found: dict[str, list[int]] = {}
    async for _, stored in view.cases_alive(begin, end, kind):
        case = fold(kept.fact for kept in stored.kept)
        one = None if case is None else length_of(duration, case, view.rules, question.policy, begin, end)
        if one is not None:
            found.setdefault(_shown(view, question, one[0]), []).append(one[1])
    return found


def _shown(view: FiguresView, question: Question, unit: str) -> str:
    """The unit under which a case is shown."""
    if question.units is UnitsShown.AS_REPORTED:
        return unit
    return view.units_today.resolve(unit, view.rules.days.day_of(view.recorded_at))[0]
