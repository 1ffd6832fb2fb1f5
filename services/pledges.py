"""What the units of a ranking pledged, on the last day that it is of."""

from collections.abc import Mapping
from fractions import Fraction

from msgspec import Struct

from projections.ranking import PLEDGED
from projections.reports import Question
from services.answers import cut_of, shown_tree
from services.figures_source import FiguresView


class Pledged(Struct, frozen=True):
    """Targets by unit, None for that of the total, and the version (sha256) that they are of."""

    version: str
    of_rows: Mapping[str | None, Fraction]


async def pledged(view: FiguresView, question: Question) -> Pledged:
    """The targets of a question; none for a rate that nothing was pledged of.

    The total is measured by the target of its unit, and where all units are asked for, by that of their one root.
    """
    if question.definition.name != PLEDGED:
        return Pledged("", {})
    targets = await view.targets()
    last = cut_of(view, question.period).period.end - 1
    on_day: dict[str | None, Fraction] = dict(targets.on_day(last).items())
    roots = shown_tree(view, question.units).roots()
    top = question.unit or (roots[0] if len(roots) == 1 else None)
    if top in on_day:
        on_day[None] = on_day[top]
    return Pledged(targets.version, on_day)
