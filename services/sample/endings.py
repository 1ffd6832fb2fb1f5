"""How a case is told to its end, with the rare and the messy ways among them."""

from collections.abc import Callable

from services.sample.chance import pick, skewed
from services.sample.course import Course, Fact
from services.sample.detours import is_every, wander
from services.sample.local_time import DAY_SECONDS
from services.sample.office_calendar import last_working_day, working_day_after
from services.sample.offices import Office

Telling = Callable[[Course, dict[str, Office]], None]

DUE_MISSING_EVERY, RECEIVED_AGAIN_EVERY = 353, 251
_NEVER_COLLECTED, _REFUSED, _LATE_AND_BACK_DATED = 0.02, 0.03, 0.1
_LAST_OFFICE_HOUR_SECONDS, _RETRACTED_WITHIN_SECONDS = 16 * 3600, 4 * 3600
_PAID = ("online", "counter", "no_fee", None, None)
_ELECTRONIC = (True, True, False, None)
_CLOSED = ("withdrawn", "withdrawn", "rejected", "stopped", "withdrawn", "rejected")


def tell(course: Course, offices: dict[str, Office]) -> list[Fact]:
    """The facts of the whole case in order of time, also those after the end of the history."""
    number = course.filing.number
    telling = next((told for told, spacing in _RARE if is_every(number, spacing)), _decided)
    telling(course, offices)
    return course.facts


def _decided(course: Course, offices: dict[str, Office]) -> None:
    _receive(course)
    wander(course, offices)
    _decide(course)
    hand_over(course)


def _closed(course: Course, offices: dict[str, Office]) -> None:
    _receive(course)
    wander(course, offices)
    course.note("closed", course.hour_on(course.end_day), reason=pick(course.rng, _CLOSED))


def _returned_only(course: Course, offices: dict[str, Office]) -> None:
    _receive(course)
    wander(course, offices)
    course.note("returned", course.hour_on(course.end_day), channel="desk")


def _forgotten(course: Course, offices: dict[str, Office]) -> None:
    _receive(course)
    wander(course, offices)


def _mistaken(course: Course, offices: dict[str, Office]) -> None:
    """A decision entered for the wrong case, taken back, and made later."""
    _receive(course)
    course.leave_time(3)
    wander(course, offices)
    slip = course.note("processed", course.hour_on(working_day_after(course.first_day, 1)), outcome="granted")
    source = {"source": course.office.source} if course.rng.random() < 0.5 else {}
    course.note("retracted", course.last + 60 + skewed(course.rng, _RETRACTED_WITHIN_SECONDS), id=slip, **source)
    course.end_day = max(course.end_day, working_day_after(course.last // DAY_SECONDS, 1))
    _decide(course)
    hand_over(course)


def _reopened(course: Course, offices: dict[str, Office]) -> None:
    """A result that was found to be wrong: decided again under a new due date."""
    _decided(course, offices)
    again = working_day_after(course.last // DAY_SECONDS, 1 + skewed(course.rng, 10))
    course.note("reopened", course.hour_on(again))
    course.due_day = working_day_after(again, course.filing.procedure.limit)
    course.note_due(course.last + 60, "correction", course.due_day)
    course.end_day = working_day_after(again, 1 + skewed(course.rng, course.filing.procedure.limit))
    _decide(course)
    hand_over(course)


def _ended_first(course: Course, _: dict[str, Office]) -> None:
    """A paper desk wrote the decision down before the filing."""
    before = course.filing.received - DAY_SECONDS - skewed(course.rng, 3 * DAY_SECONDS)
    course.note("processed", before, outcome="granted")
    _receive(course)
    hand_over(course)


def _refused_at_the_desk(course: Course, _: dict[str, Office]) -> None:
    course.note("closed", course.filing.received, reason="rejected")


_RARE: tuple[tuple[Telling, int], ...] = (
    (_closed, 61),
    (_returned_only, 199),
    (_reopened, 307),
    (_mistaken, 397),
    (_ended_first, 479),
    (_refused_at_the_desk, 503),
    (_forgotten, 1201),
)


def _receive(course: Course) -> None:
    data = received_data(course, with_due=not is_every(course.filing.number, DUE_MISSING_EVERY))
    course.note("received", course.filing.received, **data)
    if is_every(course.filing.number, RECEIVED_AGAIN_EVERY):
        course.note("received", course.filing.received + skewed(course.rng, 600), **data)


def received_data(course: Course, *, with_due: bool) -> dict[str, object]:
    """What the reception says, the due day as it stands now."""
    filing = course.filing
    known: dict[str, object] = {
        "unit": filing.office.unit.code,
        "procedure": filing.procedure.code,
        "channel": filing.channel,
    }
    if with_due:
        known["due"] = course.slip(course.due_day)
    if filing.receiving_unit:
        known["receiving_unit"] = filing.receiving_unit
    if filing.digitised:
        known["digitised"] = filing.digitised
    if filing.complaint:
        known["kind"] = "complaint"
    return known


def _decide(course: Course) -> None:
    known = decision_data(course)
    course.note("processed", _decision_time(course), **known)


def decision_data(course: Course) -> dict[str, object]:
    """What the decision says."""
    known: dict[str, object] = {"outcome": "refused" if course.rng.random() < _REFUSED else "granted"}
    electronic, paid = pick(course.rng, _ELECTRONIC), pick(course.rng, _PAID)
    if electronic is not None:
        known["electronic_result"] = electronic
    if paid:
        known["paid"] = paid
    return known


def _decision_time(course: Course) -> int:
    """Now and then the last office hour of the due day is written instead of a later one."""
    time = course.hour_on(course.end_day)
    due_day = last_working_day(course.due_day)
    back_dated = due_day * DAY_SECONDS + _LAST_OFFICE_HOUR_SECONDS + int(course.rng.random() * 3000)
    late = course.end_day > course.due_day and back_dated > course.last
    return back_dated if late and course.rng.random() < _LATE_AND_BACK_DATED else time


def hand_over(course: Course) -> None:
    """The result is given to the applicant, soon or after some days; now and then never."""
    if course.rng.random() < _NEVER_COLLECTED:
        return
    online = course.filing.channel == "online"
    if online and course.rng.random() < 0.6:
        course.note("returned", course.last + 20 + int(course.rng.random() * 600), channel="online")
        return
    day = last_working_day(course.last // DAY_SECONDS)
    waited = skewed(course.rng, 12)
    course.note("returned", course.hour_on(working_day_after(day, waited) if waited else day), channel="desk")
