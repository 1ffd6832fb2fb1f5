"""Senders at a steady rate, who send again what was not acknowledged, and what they were told meanwhile."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import httpx

from services.http.bodies import BATCH
from tests.fixtures.kafka_roles import RoleProcess

EVENTS_A_BATCH = 20
AGAIN_AFTER_SECONDS = 0.2
ANSWER_SECONDS_MAX = 10.0


@dataclass
class Told:
    """Answers since the last look: how many of each status, the slowest, and the 503 that said no time."""

    statuses: Counter[int] = field(default_factory=Counter)
    slowest_seconds: float = 0.0
    without_retry_after: int = 0


class Load:
    """Sends facts, so many a second, until it is told to stop or has sent all."""

    def __init__(self, api: RoleProcess, facts: Sequence[bytes], *, events_a_second: int, senders: int = 4) -> None:
        self._api = api
        self._batches = _batches(facts)
        self._senders = senders
        self._pause_seconds = senders * EVENTS_A_BATCH / events_a_second
        self._stopping = False
        self.acknowledged: list[bytes] = []
        self.told = Told()

    async def run(self) -> None:
        """Returns when every batch that was begun is acknowledged."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._senders):
                group.create_task(self._send())

    def stop(self) -> None:
        self._stopping = True

    def look(self) -> Told:
        """What was told since the last look."""
        told, self.told = self.told, Told()
        return told

    async def _send(self) -> None:
        async with httpx.AsyncClient(timeout=ANSWER_SECONDS_MAX) as http:
            while not self._stopping and (batch := next(self._batches, None)) is not None:
                begun = time.monotonic()
                while not await self._acknowledged(http, batch):
                    await asyncio.sleep(AGAIN_AFTER_SECONDS)
                await asyncio.sleep(max(0.0, self._pause_seconds - (time.monotonic() - begun)))

    async def _acknowledged(self, http: httpx.AsyncClient, batch: Sequence[bytes]) -> bool:
        begun = time.monotonic()
        response = await http.post(
            f"{self._api.address}/events", content=b"[" + b",".join(batch) + b"]", headers={"content-type": BATCH}
        )
        told = self.told
        told.slowest_seconds = max(told.slowest_seconds, time.monotonic() - begun)
        told.statuses[response.status_code] += 1
        if response.status_code != httpx.codes.OK:
            told.without_retry_after += "retry-after" not in response.headers
            return False
        assert {one["status"] for one in response.json()} <= {"accepted", "duplicate"}
        self.acknowledged += batch
        return True


def _batches(facts: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for begin in range(0, len(facts), EVENTS_A_BATCH):
        yield facts[begin : begin + EVENTS_A_BATCH]
