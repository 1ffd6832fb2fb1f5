"""The door of the log: what the workers are sure to refuse is refused at once, and never more than that."""

import asyncio
import time

from events.errors import Refused
from projections.batches import read
from projections.effect import Reading, Verdict
from projections.standing import Rules
from services.checked_door import LOOK_AGAIN_AFTER, LOOK_SECONDS_MAX, CheckedDoor, checked_door
from services.store import StoreUnavailable
from tests.fixtures.databases import FixedClock
from tests.fixtures.saying import received, records
from tests.projections.tallying import rules

NOW = 1_800_000_000_000_000


class Door:
    """A door that takes note of what is handed on."""

    def __init__(self) -> None:
        self.taken: list[Reading] = []

    async def project(self, reading: Reading) -> list[Verdict]:
        self.taken.append(reading)
        return [Verdict("refused" if isinstance(one, Refused) else "accepted") for one in reading.events]


class Database:
    """What is asked for the rules: away, or with a tree that can be changed."""

    def __init__(self) -> None:
        self.rules: Rules | None = rules()
        self.asked = 0

    async def ask(self) -> Rules:
        self.asked += 1
        if self.rules is None:
            raise StoreUnavailable("gone")
        return self.rules


async def answers(door: CheckedDoor, *units: str) -> list[str]:
    events = [received(f"case-{unit}", "2024-01-10", unit=unit) for unit in units]
    return [one.status for one in await door.project(read(records(*events)))]


async def test_an_unknown_unit_is_refused_at_once_and_handed_on_to_be_buried() -> None:
    door = Door()
    checked = CheckedDoor(door, Database().ask, FixedClock(NOW))
    assert await answers(checked, "A", "nowhere") == ["accepted", "refused"]
    [reading] = door.taken
    assert len(reading.records) == 2
    assert isinstance(reading.events[1], Refused)
    assert reading.events[1].reason == "unknown_unit"


async def test_a_unit_loaded_a_moment_ago_is_known() -> None:
    database = Database()
    checked = CheckedDoor(Door(), database.ask, FixedClock(NOW))
    known, database.rules = database.rules, rules(tree=type(rules().units)(()))
    assert await answers(checked, "A") == ["refused"]
    database.rules = known
    assert await answers(checked, "A") == ["accepted"]


async def test_while_the_database_is_away_everything_readable_is_handed_on() -> None:
    database = Database()
    database.rules = None
    assert await answers(CheckedDoor(Door(), database.ask, FixedClock(NOW)), "A", "nowhere") == ["accepted"] * 2


async def test_the_rules_are_asked_for_once_a_second_and_not_for_every_batch() -> None:
    database, clock = Database(), FixedClock(NOW)
    checked = CheckedDoor(Door(), database.ask, clock)
    for _ in range(3):
        await answers(checked, "A")
    assert database.asked == 1
    clock.now += LOOK_AGAIN_AFTER + 1
    await answers(checked, "A")
    assert database.asked == 2


async def test_a_frozen_database_costs_the_facts_that_were_there_one_short_wait_and_the_next_ones_none() -> None:
    database, clock, thawed = Database(), FixedClock(NOW), asyncio.Event()

    async def ask() -> Rules:
        await thawed.wait()
        return await database.ask()

    async with checked_door(Door(), ask, clock) as checked:
        waited = []
        for _ in range(4):
            begun = time.monotonic()
            assert await answers(checked, "A", "nowhere") == ["accepted"] * 2
            waited.append(time.monotonic() - begun)
            clock.now += LOOK_AGAIN_AFTER + 1
        assert waited[0] >= LOOK_SECONDS_MAX
        assert max(waited[1:]) < LOOK_SECONDS_MAX
        thawed.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert await answers(checked, "A", "nowhere") == ["accepted", "refused"]


async def test_a_door_that_closes_gives_up_the_look_that_is_under_way() -> None:
    async def ask() -> Rules:
        await asyncio.Event().wait()
        raise AssertionError("it never comes")

    async with checked_door(Door(), ask, FixedClock(NOW)) as checked:
        await answers(checked, "A")
    assert [task.get_name() for task in asyncio.all_tasks() if task.get_name() == "rules in force"] == []
