"""When facts are entered: soon, late, in a batch on Friday, or twice."""

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from services.sample.chance import skewed, stream
from services.sample.course import Course, Fact
from services.sample.endings import tell
from services.sample.filings import Filing, filings
from services.sample.local_time import DAY_SECONDS
from services.sample.office_calendar import working_day_after
from services.sample.offices import province_offices

_LATE_SHARE, _LATE_SHARE_ON_PAPER, _REPEATED_SHARE = 0.025, 0.25, 0.02
_FRIDAY, _BATCH_OPENS_SECONDS = 5, 16 * 3600


class Delivery(NamedTuple):
    """One fact of a case and when it reaches the log (local seconds, never before its own time)."""

    entered: int
    fact: Fact


class Entered(NamedTuple):
    """A case and the deliveries of it up to the end of the history, in the order they were written."""

    filing: Filing
    deliveries: list[Delivery]


def entered_days(*, seed: int, cases: int, horizon: int) -> Iterator[tuple[int, list[Entered]]]:
    """Each day (ordinal) with the cases filed on it; none of their deliveries is before that day."""
    # The end is part of the seed: another history under the same event ids would be refused as reuse.
    rng = stream(seed, "history", cases, horizon)
    offices = {office.unit.code: office for office in province_offices(seed)}
    for day, filed in filings(seed=seed, cases=cases, horizon=horizon, rng=rng):
        yield (
            day,
            [Entered(one, deliveries_of(one, tell(Course(one, rng), offices), rng, horizon)) for one in filed],
        )


def deliveries_of(filing: Filing, facts: list[Fact], rng: Random, horizon: int) -> list[Delivery]:
    """When each fact of a case is entered, some twice; what would be entered after the horizon is left out."""
    deliveries = []
    for fact in facts:
        entered = max(fact.time, filing.received) + _delay(fact, rng)
        deliveries.append(Delivery(entered, fact))
        if rng.random() < _REPEATED_SHARE:
            deliveries.append(Delivery(entered + 1 + skewed(rng, 5 * DAY_SECONDS), fact))
    return [delivery for delivery in deliveries if delivery.entered <= horizon]


def _delay(fact: Fact, rng: Random) -> int:
    """Seconds from the fact to its entry."""
    paper = fact.office.keeps_paper
    if rng.random() >= (_LATE_SHARE_ON_PAPER if paper else _LATE_SHARE):
        return skewed(rng, 120)
    return _until_friday(fact.time, rng) if paper else _some_days(fact.time, rng)


def _some_days(time: int, rng: Random) -> int:
    day = time // DAY_SECONDS
    return (working_day_after(day, 1 + skewed(rng, 12)) - day) * DAY_SECONDS


def _until_friday(time: int, rng: Random) -> int:
    day, second = divmod(time, DAY_SECONDS)
    # At least a day ahead: what is done on a Friday waits for the next one.
    days = (_FRIDAY - day % 7 - 1) % 7 + 1
    return days * DAY_SECONDS + _BATCH_OPENS_SECONDS + int(rng.random() * 2400) - second
