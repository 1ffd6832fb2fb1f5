"""The same cases counted by the product and by the second implementation, in one form that can be compared."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from histories import History, written
from msgspec import structs
from worlds import World

from events.facts import KINDS
from events.fold import fold
from projections.buckets import Buckets
from projections.contribution import contribution
from projections.figures import Counts, figures
from projections.measures import MEASURES, POLICIES, expanded
from projections.periods import Period
from projections.tallies import CellKey, ProblemKey, TallyChanges, tallied
from services.verifier import ArchivedEvent, Recount

Tallies = dict[tuple[date, str, str], dict[str, int]]
Problems = dict[tuple[date, str, str, str], int]
Figures = dict[tuple[int, str, str, str], dict[str, int]]


def counted(cases: Iterable[History], world: World) -> TallyChanges:
    """The product's tallies of whole cases."""
    return tallied(contribution(fold(history), world.rules) for history in cases)


def recounted(cases: Iterable[History], world: World, periods: Sequence[Period] = ()) -> Recount:
    """The second implementation's, from the bytes alone."""
    recount = _recount(world, periods)
    for number, history in enumerate(cases):
        case_id = f"case-{number}"
        recount.add_case(
            case_id,
            [ArchivedEvent(0, place, written(case_id, fact, place % 3)) for place, fact in enumerate(history)],
        )
    return recount


def recounted_archive(archive: Mapping[str, Sequence[ArchivedEvent]], world: World) -> Recount:
    """The second implementation's, from the archived events of each case."""
    recount = _recount(world, ())
    for case_id, events in archive.items():
        recount.add_case(case_id, events)
    return recount


def _recount(world: World, periods: Sequence[Period]) -> Recount:
    dates = [(period.from_date, period.to_date) for period in periods]
    return Recount(world.verifier_rules, world.verifier_units, dates)


def named_tallies(cells: Mapping[CellKey, Mapping[int, int]]) -> Tallies:
    """Stored cells with all their measures by name, zeros left out."""
    named = {
        (date.fromordinal(day), unit, kind): _without_zeros(
            {MEASURES[measure]: n for measure, n in expanded(cell).items()}
        )
        for (day, unit, kind), cell in cells.items()
    }
    return {key: measures for key, measures in named.items() if measures}


def named_problems(problems: Mapping[ProblemKey, int]) -> Problems:
    """Problems by date, zeros left out."""
    return {(date.fromordinal(day), unit, kind, name): n for (day, unit, kind, name), n in problems.items() if n}


def bucketed(tallies: TallyChanges, kind: str, bounds: Sequence[int]) -> Buckets:
    """The tallies of one kind of case, summed between days."""
    buckets = Buckets(bounds)
    for (day, unit, cell_kind), cell in tallies.cells.items():
        if cell_kind == kind:
            buckets.add(day, unit, cell)
    return buckets


def named_figures(tallies: TallyChanges, periods: Sequence[Period]) -> Figures:
    """The product's figures of every period, unit, kind and policy, zeros left out."""
    bounds = [bound for period in periods for bound in (period.begin, period.end)]
    found: Figures = {}
    for kind in KINDS:
        buckets = bucketed(tallies, kind, bounds)
        for place, period in enumerate(periods):
            for unit in buckets.units:
                for policy in POLICIES:
                    row = _named(figures(buckets, unit, period, policy))
                    if row:
                        found[place, unit, kind, policy.value] = row
    return found


def _named(counts: Counts) -> dict[str, int]:
    return _without_zeros(structs.asdict(counts))


def _without_zeros(counts: dict[str, int]) -> dict[str, int]:
    return {name: n for name, n in counts.items() if n}
