"""The pen that writes one case down: facts in order, due day and planned end moving along."""

from random import Random
from typing import NamedTuple

from services.sample.arrivals import OFFICE_SLOTS, second_of_day
from services.sample.chance import event_id, skewed
from services.sample.filings import Filing
from services.sample.local_time import DAY_SECONDS, closing, stamp
from services.sample.office_calendar import working_day_after
from services.sample.offices import Office

_FORGOTTEN_FOR_LONG = 0.05


class Fact(NamedTuple):
    """One event before it is entered; `time` is in local seconds."""

    name: str
    time: int
    office: Office
    event_id: str
    data: dict[str, object]


class Course:
    """A case on its way: what was written so far, and the days (ordinals) it is due and planned to end."""

    __slots__ = ("due_day", "end_day", "facts", "filing", "first_day", "last", "late", "office", "rng")

    def __init__(self, filing: Filing, rng: Random) -> None:
        self.filing = filing
        self.rng = rng
        self.office = filing.office
        self.facts: list[Fact] = []
        self.last = filing.received
        self.first_day = filing.received // DAY_SECONDS
        self.due_day = working_day_after(self.first_day, filing.procedure.limit)
        self.late = rng.random() < filing.office.late_rate
        self.end_day = self._late_day() if self.late else self._day_in_time()

    def note(self, name: str, time: int, **data: object) -> str:
        """Writes a fact of the office that holds the case; returns its id."""
        fact = Fact(name, time, self.office, event_id(self.rng), data)
        self.facts.append(fact)
        self.last = max(self.last, time)
        return fact.event_id

    def note_due(self, time: int, reason: str, due_day: int) -> None:
        """Writes a new due date: 17:00 on that day."""
        self.note("rescheduled", time, due=self.slip(due_day), reason=reason)

    def slip(self, due_day: int) -> str:
        """The due instant as this office writes it."""
        return stamp(closing(due_day), utc=self.office.sends_utc)

    def hour_on(self, day: int) -> int:
        """An office hour of that day, after everything written so far (local seconds)."""
        time = day * DAY_SECONDS + second_of_day(self.rng, OFFICE_SLOTS)
        return time if time > self.last else self.last + 60 + int(self.rng.random() * 1200)

    def leave_time(self, days: int) -> None:
        """Puts the planned end off to this many working days after the filing, if it is earlier."""
        self.end_day = max(self.end_day, working_day_after(self.first_day, days))

    def some_day(self) -> int:
        """A working day after the filing and before the planned end (or the first one)."""
        span = self.end_day - self.first_day
        return min(working_day_after(self.first_day, 1 + skewed(self.rng, max(span // 2, 1))), self.end_day)

    def _late_day(self) -> int:
        spread = 90 if self.rng.random() < _FORGOTTEN_FOR_LONG else 22
        return working_day_after(self.due_day, 1 + skewed(self.rng, spread))

    def _day_in_time(self) -> int:
        limit, share = self.filing.procedure.limit, self.rng.random()
        days = limit - int(limit * share * share * 0.9)
        return working_day_after(self.first_day, max(days, 1))
