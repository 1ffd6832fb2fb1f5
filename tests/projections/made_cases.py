"""Many made cases with everything that moves a figure, the same ones every time."""

import random
from collections.abc import Sequence
from itertools import count

from events.case import Case
from events.facts import Body, Closed, Fact, Paused, Processed, Received, Reopened, Rescheduled, Resumed, Transferred
from events.fold import fold
from events.instants import DAY
from tests.projections.tallying import HANOI, day

UNITS = "ABC"
HOURS = (0, 1, 8 * 3600 * 1_000_000, 17 * 3600 * 1_000_000, DAY - 1)
"""Clock times at which facts meet the edges of days and of due dates, in microseconds after midnight."""


def made_cases(number: int, begin: str, days: int, *, seed: int = 1) -> list[Case]:
    """Cases whose facts lie in some days from `begin` on; about half of them are over in the end."""
    draw = random.Random(seed)
    first = day(begin)
    return [_case(draw, range(first, first + days)) for _ in range(number)]


def _instant(draw: random.Random, days: Sequence[int]) -> int:
    return HANOI.start_of(draw.choice(days)) + draw.choice(HOURS)


def _case(draw: random.Random, days: Sequence[int]) -> Case:
    times = sorted(_instant(draw, days) for _ in range(draw.randint(2, 8)))
    due = draw.choice([None, *(_instant(draw, days) for _ in range(5))])
    bodies: list[Body] = [Received(draw.choice(UNITS), due, channel=draw.choice(["online", "desk"]))]
    bodies += [_turn(draw, days) for _ in times[1:]]
    numbers = count()
    case = fold(Fact("/desk", str(next(numbers)), time, body) for time, body in zip(times, bodies, strict=True))
    assert case is not None
    return case


def _turn(draw: random.Random, days: Sequence[int]) -> Body:
    turns: list[Body] = [Transferred(draw.choice(UNITS)), Transferred(draw.choice(UNITS)), Processed(), Processed()]
    turns += [Paused("supplement"), Paused("supplement"), Resumed(), Resumed(), Reopened(), Closed("withdrawn")]
    turns += [Rescheduled(_instant(draw, days), "correction")]
    return draw.choice(turns)
