"""The rows of a report by procedure group, read case by case."""

from collections.abc import Callable, Sequence

from msgspec import structs

from events.facts import Kind
from events.fold import fold
from projections.effect import StoredCase
from projections.groups import scope_of
from projections.procedure_groups import GroupSums, group_of
from projections.procedures import ProcedureRegistry
from projections.rebasing import UnitsShown
from projections.reports import Grouping, Question, Row, bounds_of, with_rows
from services.answers import Answered, Cut, ahead_of, answer_from, cut_of, shown_tree
from services.figures_source import FiguresView


async def answer_by_any(view: FiguresView, question: Question, kind: Kind) -> Answered:
    """`answer_from`, with the rows of a report by procedure group; its total is that of the report by unit."""
    answered = await answer_from(view, question, kind)
    if question.by is not Grouping.GROUP:
        return answered
    version, registry = await view.procedures() or ("", None)
    rows = await _rows(view, answered.report.question, kind, registry)
    versions = {"procedures": version} if version else {}
    return structs.replace(answered, report=with_rows(answered.report, rows), other_versions=versions)


async def _rows(view: FiguresView, question: Question, kind: Kind, registry: ProcedureRegistry | None) -> Sequence[Row]:
    cut, days = cut_of(view, question.period), view.rules.days
    asked = structs.replace(question, period=cut.period)
    sums, in_scope = GroupSums(bounds_of(asked)), _scope(view, asked)
    begin, end = days.start_of(cut.period.begin), days.start_of(cut.period.end)
    async for _, stored in view.cases_counted(begin, end, kind):
        sums.add(_group(view, stored, registry), (cell for cell in stored.counted.cells if in_scope(cell[1])))
    if cut.is_cut:
        await _leave_out_ahead(view, cut, kind, registry, sums, in_scope)
    return sums.rows(asked)


async def _leave_out_ahead(
    view: FiguresView,
    cut: Cut,
    kind: Kind,
    registry: ProcedureRegistry | None,
    sums: GroupSums,
    in_scope: Callable[[str], bool],
) -> None:
    for stored in await view.cases_about(cut.instant, kind):
        for unit, ahead in ahead_of([stored], view.rules, cut.instant).items():
            if in_scope(unit):
                sums.leave_out(_group(view, stored, registry), cut.period.end - 1, ahead)


def _group(view: FiguresView, stored: StoredCase, registry: ProcedureRegistry | None) -> str | None:
    case = fold(kept.fact for kept in stored.kept)
    return None if case is None else group_of(case, registry, view.rules.days)


def _scope(view: FiguresView, question: Question) -> Callable[[str], bool]:
    """Whether what a unit did belongs to the report: to the subtree asked for, of the units that are shown."""
    shown = frozenset(scope_of(shown_tree(view, question.units), question.unit).units)
    if question.units is UnitsShown.AS_REPORTED:
        return shown.__contains__
    today = view.rules.days.day_of(view.recorded_at)
    return lambda unit: view.units_today.resolve(unit, today)[0] in shown
