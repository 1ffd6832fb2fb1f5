"""What told cases are counted as, with measures by name and days as `MM-DD` of 2024 (UTC+7)."""

from collections.abc import Iterable

from events.case import Case
from projections.buckets import Buckets
from projections.contribution import contribution
from projections.counted import Contribution
from projections.entries import entries
from projections.figures import Counts, figures
from projections.measures import MEASURES, Policy, expanded
from projections.periods import Period
from projections.standing import Rules
from projections.tallies import tallied
from projections.units import Unit, UnitTree
from projections.zone import LocalDays, date_of
from tests.events.telling import at

HANOI = LocalDays("Asia/Ho_Chi_Minh")
TREE = UnitTree(
    (Unit("P", "Province", "province"), *(Unit(code, f"Unit {code}", "department", "P") for code in ("A", "B", "C")))
)
DATE, INSTANT = Policy.DATE, Policy.INSTANT


def rules(policy: Policy = DATE, tree: UnitTree = TREE) -> Rules:
    return Rules(HANOI, policy, tree)


def day(text: str) -> int:
    """The local day of a short date."""
    return HANOI.day_of(at(text))


def cells(counted: Contribution) -> dict[str, dict[tuple[str, str], int]]:
    """`{measure: {(MM-DD, unit): n}}`."""
    found: dict[str, dict[tuple[str, str], int]] = {}
    for (number, unit, _), change in tallied([counted]).cells.items():
        for measure, n in expanded(change).items():
            if n:
                found.setdefault(MEASURES[measure], {})[f"{date_of(number):%m-%d}", unit] = n
    return found


def measured(case: Case, measure: str, policy: Policy = DATE, tree: UnitTree = TREE) -> dict[tuple[str, str], int]:
    """The cells of one measure: `{(MM-DD, unit): n}`."""
    return cells(contribution(case, rules(policy, tree))).get(measure, {})


def buckets_of(cases: Iterable[Case], periods: Iterable[Period], policy: Policy = DATE) -> Buckets:
    """The tallies of cases between the bounds of periods."""
    buckets = Buckets([bound for period in periods for bound in (period.begin, period.end)])
    for (number, unit, _), vector in tallied(contribution(case, rules(policy)) for case in cases).cells.items():
        buckets.add(number, unit, vector)
    return buckets


def counts(
    cases: Iterable[Case], begin: str, end: str, *, unit: str = "A", policy: Policy = DATE, asked: Policy | None = None
) -> Counts:
    """The figures of a unit over `[begin, end)`; `asked` is the policy of the figures, if not the database's."""
    period = Period(day(begin), day(end))
    return figures(buckets_of(cases, [period], policy), unit, period, asked or policy)


def ahead_of(cases: Iterable[Case], instant: int, policy: Policy = DATE) -> dict[str, dict[int, int]]:
    """What the tallies of an instant's day hold at or after the instant."""
    found: dict[str, dict[int, int]] = {}
    for case in cases:
        for moment, unit, measure, n in entries(case, rules(policy)):
            if moment >= instant and HANOI.day_of(moment) == HANOI.day_of(instant):
                sums = found.setdefault(unit, {})
                sums[measure] = sums.get(measure, 0) + n
    return found
