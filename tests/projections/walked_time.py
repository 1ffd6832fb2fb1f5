"""The due instant found by walking: minute by minute, or date by date, with `zoneinfo` and plain sets of dates.

Shares no code with `projections/`. Exact where clocks change outside the office hours, on whole minutes.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
TICK = timedelta(microseconds=1)
NEXT = timedelta(days=1)


@dataclass(frozen=True)
class Office:
    """When people work: weekdays from 0, hours in minutes after midnight, dates off and dates worked all the same."""

    zone: ZoneInfo
    week: frozenset[int]
    hours: tuple[tuple[int, int], ...]
    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()

    def works(self, day: date) -> bool:
        return day in self.worked or (day.weekday() in self.week and day not in self.off)

    def wall(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone).replace(tzinfo=None)

    def is_open(self, moment: datetime) -> bool:
        wall = self.wall(moment)
        minute = wall.hour * 60 + wall.minute
        return self.works(wall.date()) and any(opens <= minute < closes for opens, closes in self.hours)

    def takes_in(self, moment: datetime, cutoff: int | None) -> bool:
        """Whether what is received now counts as received today."""
        wall = self.wall(moment)
        close = min(self.hours[-1][1], 1440 if cutoff is None else cutoff)
        since_midnight = wall - datetime.combine(wall.date(), datetime.min.time())
        return self.works(wall.date()) and since_midnight <= timedelta(minutes=close)


def start(received: datetime, office: Office, cutoff: int | None) -> datetime:
    """The first moment from reception on that is taken in: reception itself or a local midnight."""
    moment = received
    while not office.takes_in(moment, cutoff):
        moment = next_minute(moment)
    return moment


def next_minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0) + MINUTE


def end_of_day(moment: datetime, office: Office) -> datetime:
    day = office.wall(moment).date()
    while office.wall(moment).date() == day:
        moment = next_minute(moment)
    return moment - TICK


def walk_days(received: datetime, amount: int, office: Office, cutoff: int | None, *, working: bool) -> datetime:
    """The last microsecond of the day on which the last of `amount` days is over."""
    moment = start(received, office, cutoff)
    left = amount
    while left or not office.works(office.wall(moment).date()):
        moment = end_of_day(moment, office) + TICK
        if left and (not working or office.works(office.wall(moment).date())):
            left -= 1
    return end_of_day(moment, office)


def walk_hours(received: datetime, hours: int, office: Office, cutoff: int | None) -> datetime:
    """The moment at which the offices have been open for so many hours; `received` is a whole minute."""
    moment = start(received, office, cutoff)
    left = hours * 60
    while left:
        left -= office.is_open(moment)
        moment += MINUTE
    return moment


def walk_dates(received: datetime, amount: int, office: Office, cutoff: int | None) -> date:
    """The due date of working days, date by date."""
    day = office.wall(received).date()
    if not office.takes_in(received, cutoff):
        day += NEXT
        while not office.works(day):
            day += NEXT
    for _ in range(amount):
        day += NEXT
        while not office.works(day):
            day += NEXT
    return day


def utc(instant: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant)


def microseconds(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // TICK
