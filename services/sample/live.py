"""An office that also works by night, so that the figures of a demonstration move."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import accumulate
from typing import NamedTuple

from services.sample.chance import event_id, pick, skewed, stream, taken
from services.sample.envelope import event_bytes
from services.sample.filings import drawn_procedure, opaque_case_id
from services.sample.history import OpenCase
from services.sample.local_time import DAY_SECONDS, closing_instant, local_seconds, precise_stamp
from services.sample.office_calendar import working_day_after
from services.sample.offices import province_offices

EVENTS_PER_CALL_MAX = 2_000
DECIDED_CASES_MAX = 5_000
_BACKLOG_MIN = 200
_PAID = ("online", "counter", "no_fee")
_PAUSE_REASONS = ("supplement", "supplement", "verification", "payment")
_RESCHEDULE_REASONS = ("supplement", "apology", "correction")
# Per thousand events; what cannot be done, as nothing is open or paused or decided, becomes a filing or a decision.
_SHARES = {
    "received": 292,
    "processed": 280,
    "returned": 270,
    "paused": 60,
    "resumed": 64,
    "rescheduled": 16,
    "transferred": 6,
    "closed": 8,
    "reopened": 2,
    "retracted": 2,
}
_ACTIONS = tuple(_SHARES)
_ACTION_WEIGHTS = tuple(accumulate(_SHARES.values()))


class _Decided(NamedTuple):
    case: OpenCase
    decision_id: str


class LiveOffice:
    """Simulated events after `start` (aware): about `events_per_second` at any hour, at most 2,000 a call.

    `open_cases` are worked on among the cases that come in. Equal arguments and an equal sequence of calls give
    equal bytes; another `start` gives other cases and event ids, so a restart repeats nothing.
    """

    def __init__(
        self,
        *,
        seed: int,
        start: datetime,
        events_per_second: float = 5,
        open_cases: Sequence[OpenCase] = (),
    ) -> None:
        self._serial_prefix = f"{local_seconds(start) % DAY_SECONDS:05d}"
        self._start = self._previous = start.astimezone(UTC)
        self._rate = events_per_second
        self._rng = stream(seed, "live", self._start.isoformat())
        self._offices = {office.unit.code: office for office in province_offices(seed)}
        self._units = tuple(self._offices)
        self._sizes = list(accumulate(office.weight for office in self._offices.values()))
        self._open = [case for case in open_cases if not case.paused]
        self._paused = [case for case in open_cases if case.paused]
        self._decided: list[_Decided] = []
        self._backlog = max(len(self._open), _BACKLOG_MIN)
        self._filed = self._told = 0

    def events_until(self, now: datetime) -> list[bytes]:
        """What happened since the previous call (or `start`), in order; times are in (previous call, now].

        Where more than 2,000 are due, as after a machine has slept, the rest never happened.
        """
        previous = self._previous
        if now <= previous:
            return []
        due = int((now - self._start).total_seconds() * self._rate)
        count = min(due - self._told, EVENTS_PER_CALL_MAX)
        self._previous, self._told = now.astimezone(UTC), due
        return [self._next(previous + (now - previous) * place // count) for place in range(1, count + 1)]

    def _next(self, time: datetime) -> bytes:
        action = self._rng.choices(_ACTIONS, cum_weights=_ACTION_WEIGHTS)[0]
        match action:
            case "resumed" if self._paused:
                return self._resume(time)
            case "returned" | "reopened" | "retracted" if self._decided:
                return self._follow_up(action, time)
            case "paused" | "rescheduled" | "transferred" | "closed" if self._open:
                return self._touch(action, time)
            case _:
                return self._receive_or_decide(time, receive=action == "received")

    def _receive_or_decide(self, time: datetime, *, receive: bool) -> bytes:
        """Keeps the backlog within a fifth of what it was at the start."""
        size = len(self._open) + len(self._paused)
        if not self._open or size * 5 < self._backlog * 4 or (receive and size * 5 < self._backlog * 6):
            return self._receive(time)
        return self._decide(time)

    def _receive(self, time: datetime) -> bytes:
        unit = self._rng.choices(self._units, cum_weights=self._sizes)[0]
        office = self._offices[unit]
        procedure = drawn_procedure(self._rng, office)
        day = local_seconds(time) // DAY_SECONDS
        due = closing_instant(working_day_after(day, procedure.limit))
        case = OpenCase(opaque_case_id(office.desk, day, self._serial()), unit, due)
        self._open.append(case)
        data = {
            "unit": unit,
            "procedure": procedure.code,
            "channel": "online" if self._rng.random() < office.online_share else "desk",
            "due": due.isoformat(),
            "digitised": pick(self._rng, ("yes", "yes", "no")),
        }
        return self._event("received", case, time, data)

    def _serial(self) -> str:
        """The second at which this office started keeps its cases apart from those of the history."""
        self._filed += 1
        return f"{self._serial_prefix}-{self._filed:04d}"

    def _decide(self, time: datetime) -> bytes:
        case, decision_id = taken(self._rng, self._open), event_id(self._rng)
        self._decided.append(_Decided(case, decision_id))
        # The results nobody collects: the oldest are forgotten.
        del self._decided[:-DECIDED_CASES_MAX]
        data = {"outcome": pick(self._rng, ("granted",) * 30 + ("refused",)), "paid": pick(self._rng, _PAID)}
        return self._event("processed", case, time, data, decision_id)

    def _resume(self, time: datetime) -> bytes:
        case = replace(taken(self._rng, self._paused), paused=False)
        self._open.append(case)
        return self._event("resumed", case, time, {})

    def _follow_up(self, action: str, time: datetime) -> bytes:
        """The hand-over; or the decision did not last, and the case is open again."""
        if action == "returned":
            case = taken(self._rng, self._decided).case
            return self._event(action, case, time, {"channel": pick(self._rng, ("desk", "online"))})
        case, decision_id = self._decided.pop()
        self._open.append(case)
        return self._event(action, case, time, {"id": decision_id} if action == "retracted" else {})

    def _touch(self, action: str, time: datetime) -> bytes:
        case = taken(self._rng, self._open)
        match action:
            case "paused":
                self._paused.append(replace(case, paused=True))
                return self._event(action, case, time, {"reason": pick(self._rng, _PAUSE_REASONS)})
            case "closed":
                return self._event(action, case, time, {"reason": pick(self._rng, ("withdrawn", "rejected"))})
            case "transferred":
                holder = self._offices[case.unit].neighbour
                self._open.append(replace(case, unit=holder))
                return self._event(action, case, time, {"unit": holder})
            case _:
                return self._reschedule(case, time)

    def _reschedule(self, case: OpenCase, time: datetime) -> bytes:
        from_day = max(local_seconds(time), local_seconds(case.due) if case.due else 0) // DAY_SECONDS
        due = closing_instant(working_day_after(from_day, 2 + skewed(self._rng, 8)))
        reason = pick(self._rng, _RESCHEDULE_REASONS)
        self._open.append(case if reason == "apology" else replace(case, due=due))
        return self._event("rescheduled", case, time, {"due": due.isoformat(), "reason": reason})

    def _event(self, name: str, case: OpenCase, time: datetime, data: dict[str, str], known_id: str = "") -> bytes:
        office = self._offices[case.unit]
        return event_bytes(
            name=name,
            event_id=known_id or event_id(self._rng),
            source=office.source,
            case_id=case.case_id,
            time=precise_stamp(time, utc=office.sends_utc),
            data=data,
        )
