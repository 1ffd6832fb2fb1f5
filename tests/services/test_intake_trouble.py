"""Readiness sees a database that is read but refuses to be written to."""

import asyncio

import pytest

from projections.effect import Reading, Record, Verdict
from services.intake import Intake
from services.store import StoreRefused
from tests.fixtures.saying import received

FULL = "no space left on device"


class Door:
    """A door that refuses until it is opened."""

    def __init__(self) -> None:
        self.closed = True

    async def project(self, reading: Reading) -> list[Verdict]:
        if self.closed:
            raise StoreRefused(FULL)
        return [Verdict("accepted") for _ in reading.records]


async def test_what_kept_facts_from_being_recorded_is_known_until_one_is_recorded() -> None:
    door = Door()
    intake = Intake(door, batch_events_max=10, wait_seconds=1)
    work = asyncio.ensure_future(intake.run())
    try:
        assert intake.trouble() is None
        with pytest.raises(StoreRefused):
            await intake.submit([Record(received("c1", "2024-01-10"))])
        assert intake.trouble() == FULL
        door.closed = False
        await intake.submit([Record(received("c1", "2024-01-10"))])
        assert intake.trouble() is None
    finally:
        work.cancel()
