"""Intake: many senders at once, few transactions. What waits is written together; each sender gets its own answer."""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import structlog

from events.errors import Refused
from events.facts import DEADLINES_SOURCE, Event
from projections.batches import read
from projections.effect import Reading, Record, Verdict
from services.projector import Door
from services.store import StoreRefused, StoreUnavailable

log = structlog.get_logger()

WAITING_EVENTS_MAX: Final = 20_000
"""Events that may wait for a transaction; a sender beyond that is asked to come back."""

TROUBLE_SECONDS: Final = 10.0
"""A failure older than this says nothing of now: whoever sends next finds out."""


class Overloaded(Exception):
    """More events wait than are let in; come back in a second."""


class _Submission:
    """One sender's events and the future of its answers."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.answer: asyncio.Future[list[Verdict]] = asyncio.get_running_loop().create_future()


def at_the_door(records: Sequence[Record]) -> Reading:
    """Decodes what comes from outside; refuses facts in the name of the service itself."""
    reading = read(records)
    for place, event in enumerate(reading.events):
        if type(event) is Event and event.fact.source == DEADLINES_SOURCE:
            detail = f"{DEADLINES_SOURCE} is the service's own source: use another"
            reading.events[place] = Refused("source_not_allowed", detail)
    return reading


class Intake:
    """Collects submissions and hands them to the projector or the log, one batch at a time."""

    def __init__(self, door: Door, *, batch_events_max: int, wait_seconds: float) -> None:
        self._door = door
        self._batch_events_max = batch_events_max
        self._wait_seconds = wait_seconds
        self._waiting: deque[_Submission] = deque()
        self._waiting_events = 0
        self._arrived = asyncio.Event()
        self._failed: tuple[float, str] | None = None

    def trouble(self) -> str | None:
        """Why facts could not be recorded a moment ago; None where that went well, or nobody tried since."""
        if self._failed is None or asyncio.get_running_loop().time() - self._failed[0] > TROUBLE_SECONDS:
            return None
        return self._failed[1]

    async def submit(self, records: Sequence[Record]) -> list[Verdict]:
        """Answers when the records are durable, in their order.

        Raises `Overloaded`, or `StoreUnavailable` where the database gives no answer in time; the sender then sends
        again, which is harmless.
        """
        if self._waiting_events + len(records) > WAITING_EVENTS_MAX:
            raise Overloaded(f"{self._waiting_events} events are waiting")
        submission = _Submission(at_the_door(records))
        self._waiting.append(submission)
        self._waiting_events += len(records)
        self._arrived.set()
        try:
            return await asyncio.wait_for(submission.answer, self._wait_seconds)
        except TimeoutError:
            raise StoreUnavailable(f"no answer within {self._wait_seconds:g} s") from None

    async def run(self) -> None:
        """Writes what waits until cancelled; what was taken in by then is still written and answered."""
        try:
            while True:
                await self._arrived.wait()
                self._arrived.clear()
                while self._waiting:
                    await self._write_next()
        finally:
            while self._waiting:
                await self._write_next()

    async def _write_next(self) -> None:
        batch = self._take()
        if not batch:
            return
        reading = Reading(
            [record for one in batch for record in one.reading.records],
            [event for one in batch for event in one.reading.events],
        )
        try:
            verdicts = await self._door.project(reading)
        except (StoreUnavailable, StoreRefused) as error:
            log.warning("intake.not_written", events=len(reading.records), error=str(error))
            self._failed = asyncio.get_running_loop().time(), str(error)
            self._fail(batch, error)
        except BaseException as error:
            self._fail(batch, StoreUnavailable(f"stopped while writing: {error!r}"))
            raise
        else:
            self._failed = None
            self._answer(batch, verdicts)

    def _take(self) -> list[_Submission]:
        """The next submissions that fit one transaction; senders that gave up are left out."""
        taken: list[_Submission] = []
        events = 0
        while self._waiting and (not taken or events + len(self._waiting[0].reading.records) <= self._batch_events_max):
            one = self._waiting.popleft()
            self._waiting_events -= len(one.reading.records)
            if not one.answer.done():
                taken.append(one)
                events += len(one.reading.records)
        return taken

    @staticmethod
    def _answer(batch: Sequence[_Submission], verdicts: Sequence[Verdict]) -> None:
        begin = 0
        for one in batch:
            end = begin + len(one.reading.records)
            if not one.answer.done():
                one.answer.set_result(list(verdicts[begin:end]))
            begin = end

    @staticmethod
    def _fail(batch: Sequence[_Submission], error: Exception) -> None:
        for one in batch:
            with suppress(asyncio.InvalidStateError):
                one.answer.set_exception(error)
