"""Scripted incidents: something goes wrong in the sample province, and is put right again.

`late-rise`: one district and its communes kept their decisions on paper for a week, and enter them with the day of
entry instead of that of the decision: all of them count as late. In the second half each is retracted and told again
with its own day. Other offices enter decisions made in time, so that the district stands out of a small sample, too.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Final, NamedTuple, Protocol

from services.sample.chance import event_id, pick, stream
from services.sample.envelope import event_bytes
from services.sample.filings import drawn_procedure, opaque_case_id
from services.sample.local_time import DAY_SECONDS, PROVINCE_TIME, closing_instant, local_seconds, stamp
from services.sample.office_calendar import is_working_day
from services.sample.offices import Office, province_offices
from services.sample.units import FIRST_DISTRICT, ROOT, province_units

DISTRICT: Final = f"{ROOT}.{FIRST_DISTRICT}"
LATE_CASES: Final = 60
"""Enough for the two-proportion rule beside some 400 cases a week of the district's own."""
CASES_ELSEWHERE: Final = 1_500
"""In each of the two weeks: the province as a whole rises by 4 points, too little for an alert of its own."""
LAST_WEEK: Final = range(5, 0, -1)
WEEK_BEFORE: Final = range(12, 7, -1)
"""Days before today, so far within the two windows that a midnight in between changes nothing."""
_RECEIVED_DAYS_BEFORE: Final = 5
_OPENS_SECONDS: Final = 8 * 3600
_OFFICE_SECONDS: Final = 8 * 3600
_TOLD_WITHIN: Final = 0.1


class Teller(Protocol):
    """Who has events to tell as time goes on: offices at work, an incident."""

    def events_until(self, now: datetime) -> list[bytes]:
        """What there is since the previous call, in order; `now` is aware."""
        ...


class Incident(StrEnum):
    """Those that there are."""

    LATE_RISE = "late-rise"


class _Decision(NamedTuple):
    """A case that was decided in time on day `decided`, and is entered as decided on day `entered` (ordinals)."""

    office: Office
    decided: int
    entered: int


class _Told(NamedTuple):
    """Events that come in together, so many seconds after the start."""

    after_seconds: float
    events: tuple[bytes, ...]


class LateRise:
    """The events of one incident that begins at `start` (aware) and lasts `length`; equal arguments give equal bytes.

    The first tenth brings what is wrong, the tenth after the middle puts it right. Another `start` gives other cases.
    """

    def __init__(self, *, seed: int, start: datetime, length: timedelta) -> None:
        self._start = start
        self._length = length
        self._told = sorted(_script(seed, start, length.total_seconds()), key=lambda told: told.after_seconds)
        self._place = 0

    @property
    def announcement(self) -> str:
        """What is going to happen, for people."""
        name = next(unit.name for unit in province_units() if unit.code == DISTRICT)
        middle = (self._start + self._length / 2).astimezone(PROVINCE_TIME)
        return (
            f"incident {Incident.LATE_RISE}: {name} ({DISTRICT}) and its communes enter {LATE_CASES} decisions with a"
            f" wrong day, so they count as late; from {middle.isoformat(timespec='seconds')} on they are put right"
        )

    def events_until(self, now: datetime) -> list[bytes]:
        """What came in since the previous call, in order."""
        elapsed = (now - self._start).total_seconds()
        begin = self._place
        while self._place < len(self._told) and self._told[self._place].after_seconds <= elapsed:
            self._place += 1
        return [event for told in self._told[begin : self._place] for event in told.events]


def _script(seed: int, start: datetime, length_seconds: float) -> Iterator[_Told]:
    rng = stream(seed, "incident", start.isoformat())
    begun = local_seconds(start)
    decisions = sorted(_decisions(rng, seed, begun // DAY_SECONDS), key=lambda _: rng.random())
    for number, decision in enumerate(decisions):
        case = _case(rng, decision, f"{begun % DAY_SECONDS:05d}-i{number:04d}")
        after = length_seconds * _TOLD_WITHIN * number / len(decisions)
        yield _Told(after, _entry(rng, case))
        if case.mistaken:
            later = length_seconds / 2 + after
            yield _Told(later, _correction(rng, case, begun + int(later)))


def _decisions(rng: Random, seed: int, today: int) -> Iterator[_Decision]:
    """The district's: as many right ones in the week before as wrong ones in the last. The others': right ones."""
    offices = province_offices(seed)
    district = [office for office in offices if DISTRICT in (office.unit.code, office.unit.parent)]
    elsewhere = [office for office in offices if office not in district]
    week_before, last_week = _worked(today, WEEK_BEFORE), _worked(today, LAST_WEEK)
    for _ in range(LATE_CASES):
        yield _right(rng, district, week_before)
        yield _Decision(pick(rng, district), pick(rng, week_before), pick(rng, last_week))
    for _ in range(CASES_ELSEWHERE):
        yield _right(rng, elsewhere, week_before)
        yield _right(rng, elsewhere, last_week)


def _right(rng: Random, offices: Sequence[Office], days: Sequence[int]) -> _Decision:
    day = pick(rng, days)
    return _Decision(pick(rng, offices), day, day)


def _worked(today: int, days_ago: Iterable[int]) -> list[int]:
    """The working days among them; all of them where there is none, as in the new year's week."""
    days = [today - ago for ago in days_ago]
    return [day for day in days if is_working_day(day)] or days


class _Case(NamedTuple):
    """A case with the decision about it, times in local seconds."""

    office: Office
    case_id: str
    decision_id: str
    received: int
    due: datetime
    decided: int
    entered: int

    @property
    def mistaken(self) -> bool:
        return self.entered != self.decided


def _case(rng: Random, decision: _Decision, serial: str) -> _Case:
    office, day = decision.office, decision.decided - _RECEIVED_DAYS_BEFORE
    hour = _OPENS_SECONDS + int(rng.random() * _OFFICE_SECONDS)
    return _Case(
        office=office,
        case_id=opaque_case_id(office.desk, day, serial),
        decision_id=event_id(rng),
        received=day * DAY_SECONDS + hour,
        due=closing_instant(decision.decided + 1),
        decided=decision.decided * DAY_SECONDS + hour,
        entered=decision.entered * DAY_SECONDS + hour,
    )


def _entry(rng: Random, case: _Case) -> tuple[bytes, ...]:
    """The filing, and the decision as it was entered."""
    filed = {
        "unit": case.office.unit.code,
        "procedure": drawn_procedure(rng, case.office).code,
        "channel": "desk",
        "due": case.due.isoformat(),
    }
    received = _event("received", case, case.received, event_id(rng), filed)
    return received, _event("processed", case, case.entered, case.decision_id, {"outcome": "granted"})


def _correction(rng: Random, case: _Case, now: int) -> tuple[bytes, ...]:
    """The decision is taken back, and told with its own day."""
    retracted = _event("retracted", case, now, event_id(rng), {"id": case.decision_id})
    return retracted, _event("processed", case, case.decided, event_id(rng), {"outcome": "granted"})


def _event(name: str, case: _Case, time: int, own_id: str, data: Mapping[str, str]) -> bytes:
    office = case.office
    return event_bytes(
        name=name,
        event_id=own_id,
        source=office.source,
        case_id=case.case_id,
        time=stamp(time, utc=office.sends_utc),
        data=data,
    )
