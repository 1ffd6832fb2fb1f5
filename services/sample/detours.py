"""What happens to a case between filing and decision: pauses, new due dates, transfers."""

from services.sample.chance import skewed
from services.sample.course import Course
from services.sample.office_calendar import last_working_day, working_day_after
from services.sample.offices import Office

# Rarities come at a fixed spacing of case numbers, so that each is seen in a small sample too.
TRANSFERRED_EVERY, CORRECTED_EVERY, CALENDAR_EVERY = 97, 349, 431
_PAUSE_REASONS = ("payment",) * 10 + ("supplement",) * 6 + ("verification",) * 4
_RESCHEDULED_AFTER_SUPPLEMENT, _APOLOGISED = 0.3, 0.5


def is_every(number: int, spacing: int) -> bool:
    """Whether the case with this number is one of the rare ones, one in `spacing`."""
    return number % spacing == spacing // 3


def wander(course: Course, offices: dict[str, Office]) -> None:
    """Writes what happens before the decision, if anything, and moves the due day and the planned end."""
    number = course.filing.number
    if is_every(number, TRANSFERRED_EVERY):
        _transfer(course, offices)
    if is_every(number, CORRECTED_EVERY):
        _reschedule(course, "correction")
    if is_every(number, CALENDAR_EVERY):
        _reschedule(course, "calendar")
    if course.rng.random() < course.filing.office.pause_rate:
        _pause(course)
    if course.late and course.rng.random() < _APOLOGISED:
        _apologise(course)


def _transfer(course: Course, offices: dict[str, Office]) -> None:
    course.leave_time(2)
    holder = offices[course.office.neighbour]
    course.note("transferred", course.hour_on(working_day_after(course.first_day, 1)), unit=holder.unit.code)
    course.office = holder


def _reschedule(course: Course, reason: str) -> None:
    course.leave_time(2)
    course.due_day = working_day_after(course.due_day, 1 + skewed(course.rng, 3))
    course.note_due(course.hour_on(working_day_after(course.first_day, 1)), reason, course.due_day)


def _pause(course: Course) -> None:
    course.leave_time(2)
    reason = _PAUSE_REASONS[int(course.rng.random() * len(_PAUSE_REASONS))]
    first = course.some_day()
    course.note("paused", course.hour_on(first), reason=reason)
    if reason == "payment":
        # The clock runs on, so the fee is paid before the planned end.
        last = min(working_day_after(first, 1 + skewed(course.rng, 4)), course.end_day)
        course.note("resumed", course.hour_on(last))
        return
    last = working_day_after(first, 1 + skewed(course.rng, 14))
    _shift(course, last - first)
    course.note("resumed", course.hour_on(last))
    if reason == "supplement" and course.rng.random() < _RESCHEDULED_AFTER_SUPPLEMENT:
        course.due_day = working_day_after(course.due_day, 2 + skewed(course.rng, 4))
        course.note_due(course.last + 60, "supplement", course.due_day)


def _shift(course: Course, days: int) -> None:
    """A pause that stops the clock moves the due day by its length in calendar days; the work waits too."""
    course.due_day += days
    course.end_day = last_working_day(course.end_day + days)


def _apologise(course: Course) -> None:
    """Asks for patience on the due day, or at the last fact where that is later; the label stays."""
    day = max(last_working_day(course.due_day), working_day_after(course.first_day, 1))
    if day < course.end_day:
        new_due = working_day_after(course.due_day, 3 + skewed(course.rng, 8))
        course.note_due(course.hour_on(day), "apology", new_due)
