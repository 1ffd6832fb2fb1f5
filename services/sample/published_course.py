"""One case of the published year, told so that it meets its fate: settled in time, late, closed, or still open."""

from collections.abc import Mapping

from services.sample.chance import skewed
from services.sample.course import Course, Fact
from services.sample.detours import is_every
from services.sample.endings import decision_data, hand_over, received_data
from services.sample.local_time import DAY_SECONDS
from services.sample.office_calendar import working_day_after
from services.sample.offices import Office
from services.sample.published_counts import YEAR_BEGIN, YEAR_END, Fate

TRANSFERRED_EVERY, RETURNED_ONLY_EVERY, REOPENED_EVERY, MISTAKEN_EVERY = 97, 199, 307, 397
RECEIVED_AGAIN_EVERY, DUE_MISSING_EVERY = 251, 353
_NEVER_ENDED, _PAUSED_AT_THE_END, _APOLOGISED = 0.3, 0.15, 0.5
_STOPPING = ("supplement", "supplement", "verification")
_ROOM_DAYS = 4


def tell_fate(course: Course, fate: Fate, neighbour: Mapping[str, Office], *, due_always: bool) -> list[Fact]:
    """The facts of a case in order of time; `neighbour` by unit code is an office of the same level."""
    missing = fate is Fate.IN_TIME and not due_always and is_every(course.filing.number, DUE_MISSING_EVERY)
    _promise(course, fate)
    _receive(course, with_due=not missing)
    match fate:
        case Fate.IN_TIME | Fate.LATE:
            _work(course, fate, neighbour, can_pause=not missing)
            _settle(course)
        case Fate.CLOSED:
            _work(course, fate, neighbour, can_pause=True)
            course.note("closed", course.hour_on(course.end_day), reason="withdrawn")
        case Fate.OVERDUE | Fate.PENDING:
            _leave_open(course, fate)
    return course.facts


def _promise(course: Course, fate: Fate) -> None:
    """Sets the due day and the planned end; both lie in the year but for cases left open."""
    limit = course.filing.procedure.limit
    course.due_day = working_day_after(course.first_day, limit)
    match fate:
        case Fate.IN_TIME | Fate.CLOSED:
            share = course.rng.random()
            wanted = working_day_after(course.first_day, max(limit - int(limit * share * share * 0.9), 1))
            course.end_day = min(max(wanted, YEAR_BEGIN + skewed(course.rng, 15)), YEAR_END - 1)
            course.due_day = max(course.due_day, course.end_day)
            if course.due_day >= YEAR_END:
                course.due_day = course.end_day + int(course.rng.random() * (YEAR_END - course.end_day))
        case Fate.LATE | Fate.OVERDUE:
            latest = YEAR_END - _ROOM_DAYS - int(course.rng.random() * 10)
            course.due_day = min(max(course.due_day, YEAR_BEGIN + skewed(course.rng, 10)), latest)
            course.end_day = _late_day(course) if fate is Fate.LATE else YEAR_END + skewed(course.rng, 60)
        case Fate.PENDING:
            course.due_day = max(course.due_day, YEAR_END + skewed(course.rng, 20))
            course.end_day = YEAR_END + skewed(course.rng, 40)


def _late_day(course: Course) -> int:
    return min(course.due_day + 1 + skewed(course.rng, 30), YEAR_END - 1)


def _receive(course: Course, *, with_due: bool) -> None:
    data = received_data(course, with_due=with_due)
    course.note("received", course.filing.received, **data)
    if is_every(course.filing.number, RECEIVED_AGAIN_EVERY):
        course.note("received", course.filing.received + 1 + skewed(course.rng, 600), **data)


def _work(course: Course, fate: Fate, neighbour: Mapping[str, Office], *, can_pause: bool) -> None:
    if course.end_day <= course.first_day + 1:
        return
    if is_every(course.filing.number, TRANSFERRED_EVERY):
        _transfer(course, neighbour[course.office.unit.code])
    if can_pause and course.rng.random() < course.filing.office.pause_rate:
        _pause(course, fate)
    if fate is Fate.LATE and course.rng.random() < _APOLOGISED:
        course.note_due(course.hour_on(course.due_day), "apology", course.due_day + 3 + skewed(course.rng, 12))


def _transfer(course: Course, holder: Office) -> None:
    course.note("transferred", course.hour_on(course.first_day + 1), unit=holder.unit.code)
    course.office = holder


def _pause(course: Course, fate: Fate) -> None:
    """A wait that began on or before the due day; one that stops the clock moves it and must leave the fate alone."""
    first = course.first_day + 1
    last = min(first + 1 + skewed(course.rng, 14), course.end_day if fate is not Fate.LATE else course.due_day)
    if last <= first:
        return
    stops = course.rng.random() < 0.6
    if stops and course.due_day + last - first > YEAR_END - _ROOM_DAYS:
        return
    reason = _STOPPING[int(course.rng.random() * len(_STOPPING))] if stops else "payment"
    course.note("paused", course.hour_on(first), reason=reason)
    course.note("resumed", course.hour_on(last))
    if stops:
        # Days are counted where the two facts fell, which is where they were meant to fall.
        course.due_day += last - first
        if fate is Fate.LATE:
            course.end_day = min(max(course.end_day + last - first, course.due_day + 1), YEAR_END - 1)


def _settle(course: Course) -> None:
    number, room = course.filing.number, course.end_day > course.last // DAY_SECONDS + 1
    if is_every(number, RETURNED_ONLY_EVERY):
        course.note("returned", course.hour_on(course.end_day), channel="desk")
        return
    if room and is_every(number, REOPENED_EVERY):
        course.note("processed", course.hour_on(course.last // DAY_SECONDS), outcome="granted")
        course.note("reopened", course.last + 3600)
    if room and is_every(number, MISTAKEN_EVERY):
        slip = course.note("processed", course.hour_on(course.last // DAY_SECONDS), outcome="granted")
        course.note("retracted", course.last + 600, id=slip, source=course.office.source)
    course.note("processed", course.hour_on(course.end_day), **decision_data(course))
    hand_over(course)


def _leave_open(course: Course, fate: Fate) -> None:
    """Open at the end of the year; decided in the next one, or never."""
    if fate is Fate.PENDING and course.rng.random() < _PAUSED_AT_THE_END:
        course.note("paused", course.hour_on(min(course.first_day + 1, YEAR_END - 1)), reason="supplement")
        if course.rng.random() < _NEVER_ENDED:
            return
        course.note("resumed", course.hour_on(YEAR_END + skewed(course.rng, 10)))
    if course.rng.random() >= _NEVER_ENDED:
        course.note("processed", course.hour_on(max(course.end_day, YEAR_END + 1)), **decision_data(course))
        hand_over(course)
