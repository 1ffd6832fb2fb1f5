"""Reports: reads what a question needs from one state of the record and answers it."""

from datetime import date

from events.facts import Kind
from projections.attribution import Attribution
from projections.definitions import Definition
from projections.measures import Policy
from projections.periods import Period, PeriodRefused, parse_period, reporting_year
from projections.reports import Grouping, Question, Rollup, UnitsShown
from services.answers import Answered, ahead_of
from services.figures_source import FiguresSource
from services.procedure_groups import answer_by_any
from services.report_documents import Asked, Document, draw_up

__all__ = ["Answered", "Reporting", "ahead_of", "asked_period", "question_of"]


class Reporting:
    """Answers questions of one source of figures."""

    def __init__(self, source: FiguresSource) -> None:
        self._source = source

    @property
    def source(self) -> FiguresSource:
        return self._source

    @property
    def policy(self) -> Policy:
        """The label policy of the database."""
        return self._source.policy

    def today(self) -> int:
        """The local day of the as-of instant."""
        return self._source.days.day_of(self._source.now())

    async def answer(self, question: Question, kind: Kind = "procedure") -> Answered:
        """The report; a period that is not over ends at the as-of instant, one that has not begun is refused."""
        async with self._source.view() as view:
            return await answer_by_any(view, question, kind)

    async def document(self, asked: Asked) -> Document:
        """Any report by its name, laid out; raises `ReportUnknown` and what `answer` raises."""
        async with self._source.view() as view:
            return await draw_up(view, asked)


def asked_period(today: int, *, period: str | None, begin: date | None, end: date | None) -> Period:
    """The period that options name: by name, by dates (the end exclusive), or the reporting year so far."""
    if period is not None:
        if begin is not None or end is not None:
            raise PeriodRefused("give a period or dates, not both")
        return parse_period(period)
    year = reporting_year(today)
    first = year.begin if begin is None else begin.toordinal()
    last = today + 1 if end is None else end.toordinal()
    if last <= first:
        raise PeriodRefused(f"the period is empty: it ends on {date.fromordinal(last)}, which is not after its begin")
    return Period(first, last)


def question_of(
    definition: Definition,
    period: Period,
    policy: Policy,
    by: Grouping,
    rollup: Rollup,
    unit: str | None,
    units: UnitsShown = UnitsShown.AS_REPORTED,
    attribution: Attribution = Attribution.LAST,
) -> Question:
    """What is asked, from the options of command line or HTTP."""
    return Question(definition, period, policy, by, rollup, unit, units, attribution)
