"""How often the alerts on the late share fire without cause: units of one true share, simulated for a year.

An alert counts when it begins: a day on which the rule holds after one on which it did not.
"""

from collections import deque
from collections.abc import Callable, Iterator
from math import sqrt
from random import Random
from typing import Final

from msgspec import Struct

from services.monitoring.shares import rise_score, wilson_lower_bound
from services.monitoring.thresholds import (
    LEVEL_SETTLED_MIN,
    RISING_POINTS_MIN,
    RISING_SETTLED_MIN,
    RISING_Z,
)

DAYS: Final = 365
WARM_UP_DAYS: Final = 30
WORKING_DAYS: Final = 5
MEDIAN_CASES: Final = 13
"""Settled a week by the unit in the middle; the largest has a hundred times as many."""
SPREAD: Final = 1.3
CLUSTER_SHARE: Final = 0.1
"""Clustered: one day in ten has three times the late cases, the others so many fewer that the year's share holds."""
CLUSTER_TIMES: Final = 3.0


UNITS: Final = 4_000
SEED: Final = 1
_HEAD: Final = """# False alarms

Alerts that begin without cause, per 1,000 units and week: {units:,} units for {days} days, half of them with fewer than
{median} cases settled a week, all with the true late share that stands above the column (seed {seed}). Guarded rules
stand beside the plain ones that they replace; clustered: one day in ten has three times the late cases.
Written by `python -m services.monitoring false-alarms`, which takes minutes.
"""


class Sums(Struct, frozen=True):
    """Late and settled cases of the last 30 days, of the last 7, and of the 7 before them."""

    k30: int
    n30: int
    k7: int
    n7: int
    k0: int
    n0: int


Rule = Callable[[Sums, float], bool]


def late_high(sums: Sums, objective: float) -> bool:
    """Wilson's lower bound of the 30 days' share is above the objective."""
    return sums.n30 >= LEVEL_SETTLED_MIN and wilson_lower_bound(sums.k30, sums.n30) > objective


def late_rising(sums: Sums, _: float) -> bool:
    """This week's share is above last week's: by points, and by more than chance explains."""
    k1, n1, k0, n0 = sums.k7, sums.n7, sums.k0, sums.n0
    late = k1 + k0
    if min(n1, n0) < RISING_SETTLED_MIN or late in (0, n1 + n0):
        return False
    score = rise_score(k1, n1, k0, n0)
    return score > float(RISING_Z) and k1 / n1 - k0 / n0 > float(RISING_POINTS_MIN)


def plain_share(sums: Sums, objective: float) -> bool:
    """What the guarded rule is compared with: the share itself is above the objective."""
    return sums.n30 > 0 and sums.k30 / sums.n30 > objective


def plain_rise(sums: Sums, _: float) -> bool:
    """What the guarded rule is compared with: five points more than the week before."""
    return min(sums.n7, sums.n0) > 0 and sums.k7 / sums.n7 - sums.k0 / sums.n0 > float(RISING_POINTS_MIN)


RULES: Final[dict[str, Rule]] = {
    "share above the objective": plain_share,
    "DuecourseLateHigh": late_high,
    "five points in a week": plain_rise,
    "DuecourseLateRising": late_rising,
}


class Course(Struct, frozen=True):
    """How units behave: their true late share, and whether late cases come in clusters."""

    name: str
    share: float
    clustered: bool = False


def courses(objective: float) -> tuple[Course, ...]:
    """Better than the objective, the same in clusters, exactly on it."""
    better = round(objective * 0.6, 4)
    return (
        Course(f"{better:.1%}", better),
        Course(f"{better:.1%}, clustered", better, clustered=True),
        Course(f"{objective:.1%} = objective", objective),
    )


def false_alarms(course: Course, objective: float, *, units: int, seed: int) -> dict[str, float]:
    """Alarms per 1,000 units and week, by rule; the same for the same seed."""
    rng = Random(f"{seed} {course.name}")  # noqa: S311 - chance to count with, no secret
    begun = dict.fromkeys(RULES, 0)
    for _ in range(units):
        weekly = MEDIAN_CASES * rng.lognormvariate(0, SPREAD)
        fired = dict.fromkeys(RULES, -DAYS)
        for day, sums in _year(rng, course, weekly):
            for name, rule in RULES.items():
                if rule(sums, objective):
                    begun[name] += day - fired[name] > 1
                    fired[name] = day
    weeks = (DAYS - WARM_UP_DAYS) / 7
    return {name: 1_000 * count / units / weeks for name, count in begun.items()}


def false_alarms_page(objective: float, *, units: int = UNITS, seed: int = SEED) -> str:
    """Markdown: a row for each rule, a column for each course."""
    found = {course.name: false_alarms(course, objective, units=units, seed=seed) for course in courses(objective)}
    rows = [f"| {name} | {' | '.join(f'{counted[name]:.2f}' for counted in found.values())} |" for name in RULES]
    head = [f"| rule | {' | '.join(found)} |", f"|---|{'---|' * len(found)}"]
    return "\n".join((_HEAD.format(units=units, seed=seed, median=MEDIAN_CASES, days=DAYS), *head, *rows)) + "\n"


def _year(rng: Random, course: Course, weekly: float) -> Iterator[tuple[int, Sums]]:
    days: deque[tuple[int, int]] = deque(maxlen=30)
    for day in range(DAYS):
        days.append(_day(rng, course, weekly / WORKING_DAYS) if day % 7 < WORKING_DAYS else (0, 0))
        if day >= WARM_UP_DAYS:
            found = list(days)
            yield day, Sums(*_sum(found), *_sum(found[-7:]), *_sum(found[-14:-7]))


def _sum(days: list[tuple[int, int]]) -> tuple[int, int]:
    return sum(late for late, _ in days), sum(settled for _, settled in days)


def _day(rng: Random, course: Course, expected: float) -> tuple[int, int]:
    settled = max(0, round(rng.gauss(expected, sqrt(expected)))) if expected > 20 else _poisson(rng, expected)
    share = course.share
    if course.clustered:
        calm = (1 - CLUSTER_SHARE * CLUSTER_TIMES) / (1 - CLUSTER_SHARE)
        share *= CLUSTER_TIMES if rng.random() < CLUSTER_SHARE else calm
    return sum(rng.random() < share for _ in range(settled)), settled


def _poisson(rng: Random, expected: float) -> int:
    """Arrivals of a day, drawn as waiting times."""
    count, waited = 0, rng.expovariate(1) if expected else 1.0
    while waited < expected:
        count += 1
        waited += rng.expovariate(1)
    return count
