"""A reporting year whose counts are those that were published, exactly, as events in the order they were entered."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import accumulate
from random import Random
from typing import Final

from services.sample.arrivals import OFFICE_SLOTS, Day, cases_of_days, days_before, second_of_day
from services.sample.chance import pick, stream
from services.sample.course import Course
from services.sample.deliveries import Entered, deliveries_of
from services.sample.detours import is_every
from services.sample.filings import Filing, drawn_procedure, opaque_case_id
from services.sample.history import encoded
from services.sample.local_time import DAY_SECONDS
from services.sample.offices import province_offices
from services.sample.published_counts import YEAR_BEGIN, YEAR_END, Fate, Span, Volume, plan_of
from services.sample.published_course import tell_fate

HORIZON: Final = (YEAR_END + 400) * DAY_SECONDS
"""Nothing is entered so late."""
_DAYS: Final = {
    Span.BEFORE: (YEAR_BEGIN - 45, YEAR_BEGIN),
    Span.MAIN: (YEAR_BEGIN, YEAR_END - 30),
    Span.LAST: (YEAR_END - 30, YEAR_END),
}
REFUSED_EVERY, COMPLAINT_EVERY = 503, 211
"""Beside the cases that count there is one refused at the desk, or one complaint, in so many."""
_CHANNELS = ("desk",) * 11 + ("online",) * 7 + ("post",)
_DIGITISED = ("yes", "yes", "yes", "no", "exempt", None, None)


def published_events(volumes: Sequence[Volume], *, seed: int) -> Iterator[bytes]:
    """CloudEvents (structured JSON, UTF-8); equal arguments give equal bytes. Memory holds some weeks of cases.

    Raises `VolumeImpossible`.
    """
    waiting: defaultdict[int, list[tuple[int, int, bytes]]] = defaultdict(list)
    written = 0
    for day, cases in _days_of_cases(volumes, seed):
        for case in cases:
            for entered, fact in case.deliveries:
                waiting[entered // DAY_SECONDS].append((entered, written, encoded(case, fact)))
                written += 1
        # Cases filed later are entered later, so this day is complete.
        yield from (event for _, _, event in sorted(waiting.pop(day, ())))
    for day in sorted(waiting):
        yield from (event for _, _, event in sorted(waiting.pop(day)))


def _days_of_cases(volumes: Sequence[Volume], seed: int) -> Iterator[tuple[int, list[Entered]]]:
    rng = stream(seed, "published", *volumes)
    desks = [_Desk(volume, seed) for volume in volumes]
    every_day = days_before(YEAR_END * DAY_SECONDS)
    number = 0
    for span, (begin, end) in _DAYS.items():
        days = [day for day in every_day if begin <= day.ordinal < end]
        shares = [list(desk.shares(span, days, rng)) for desk in desks]
        for place, day in enumerate(days):
            filed = [one for desk, share in zip(desks, shares, strict=True) for one in desk.filed(span, share[place])]
            yield day.ordinal, list(_cases(filed, day, number, rng))
            number += len(filed)


class _Desk:
    """The offices of one level, with an urn of fates for each span: drawn empty, the counts are exact."""

    def __init__(self, volume: Volume, seed: int) -> None:
        self.volume = volume
        self.offices = [office for office in province_offices(seed) if office.unit.level == volume.level]
        self.sizes = list(accumulate(office.weight for office in self.offices))
        after = [*self.offices[1:], self.offices[0]]
        self.neighbour = {here.unit.code: there for here, there in zip(self.offices, after, strict=True)}
        self._urns = {span: dict(fates) for span, fates in plan_of(volume).items()}

    def shares(self, span: Span, days: Sequence[Day], rng: Random) -> Iterator[int]:
        """Number of cases on each of the days."""
        return (count for _, count in cases_of_days(list(days), sum(self._urns[span].values()), rng))

    def filed(self, span: Span, count: int) -> Iterator["tuple[_Desk, Span]"]:
        return ((self, span) for _ in range(count))

    def fate(self, span: Span, rng: Random) -> Fate:
        """Draws one; as likely as there are left of it."""
        urn = self._urns[span]
        place = int(rng.random() * sum(urn.values()))
        for fate, left in urn.items():
            if place < left:
                urn[fate] -= 1
                return fate
            place -= left
        raise AssertionError("the urn is empty")


def _cases(filed: Sequence[tuple[_Desk, Span]], day: Day, number: int, rng: Random) -> Iterator[Entered]:
    for place, (desk, span) in enumerate(filed):
        filing = _filing(desk, day, number + place, f"{place + 1:04d}", rng)
        course = Course(filing, rng)
        facts = tell_fate(course, desk.fate(span, rng), desk.neighbour, due_always=desk.volume.due_always)
        yield Entered(filing, deliveries_of(filing, facts, rng, HORIZON))
        if is_every(number + place, REFUSED_EVERY):
            yield _refused(desk, day, f"{place + 1:04d}R", rng)
        if is_every(number + place, COMPLAINT_EVERY):
            yield _complaint(desk, day, f"{place + 1:04d}P", rng)


def _filing(desk: _Desk, day: Day, number: int, serial: str, rng: Random, *, complaint: bool = False) -> Filing:
    office = rng.choices(desk.offices, cum_weights=desk.sizes)[0]
    return Filing(
        number=number,
        case_id=opaque_case_id(office.desk, day.ordinal, serial),
        office=office,
        procedure=drawn_procedure(rng, office),
        # In office hours also on days off: there is room for an end on the same day.
        received=day.ordinal * DAY_SECONDS + second_of_day(rng, OFFICE_SLOTS),
        channel=pick(rng, _CHANNELS),
        receiving_unit="",
        digitised=pick(rng, _DIGITISED),
        complaint=complaint,
    )


def _refused(desk: _Desk, day: Day, serial: str, rng: Random) -> Entered:
    filing = _filing(desk, day, 0, serial, rng)
    course = Course(filing, rng)
    course.note("closed", filing.received, reason="rejected")
    return Entered(filing, deliveries_of(filing, course.facts, rng, HORIZON))


def _complaint(desk: _Desk, day: Day, serial: str, rng: Random) -> Entered:
    filing = _filing(desk, day, 0, serial, rng, complaint=True)
    facts = tell_fate(Course(filing, rng), Fate.PENDING, desk.neighbour, due_always=True)
    return Entered(filing, deliveries_of(filing, facts, rng, HORIZON))
