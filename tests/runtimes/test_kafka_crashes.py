"""`kill -9` of workers, broker and PostgreSQL at random moments while facts flow: figures of a day without any."""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from tests.fixtures.kafka_facts import delivered_facts
from tests.fixtures.kafka_stack import AWAY, Stack
from tests.fixtures.lengths import either
from tests.fixtures.processes import eventually
from tests.runtimes.kafka_crew import Crew
from tests.runtimes.kafka_exactness import check_exact, check_metrics
from tests.runtimes.kafka_publishing import Publishing

pytestmark = pytest.mark.slow

SEED = 20_240_115
FACTS = either(20_000, 200_000)
KILLS = either(20, 200)
PLAN = ("worker", "database", "broker", "database", "all workers", "database", "worker", "database", "broker")
"""Over and over; `all workers` are three kills."""
KILLS_A_PLAN = len(PLAN) + 2
BEFORE_FACTS = FACTS // 10
"""In the log before the first worker reads."""
DELAY_SECONDS_MAX = 0.02
LOOK_SECONDS = 0.01
SESSION_SECONDS = 10.0
LOCK_SECONDS = 10.0
"""Who falls asleep in the middle of writing keeps its lock for so long (`test_kafka_stopped_workers`)."""
TAKEN_OVER_WITHIN_SECONDS = SESSION_SECONDS + LOCK_SECONDS + 5.0
GOES_ON_WITHIN_SECONDS = 90
SETTLED_WITHIN_SECONDS = 90


@dataclass
class Crash:
    """One run: the stack, its workers, the facts that flow, and what was done to it when."""

    stack: Stack
    crew: Crew
    publishing: Publishing
    rng: random.Random
    read: int = 0
    kills: int = 0
    done: list[str] = field(default_factory=list)

    async def watch(self) -> None:
        """Keeps `read` up to date; what the database does not answer is asked again."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                rows = await self.stack.fetch("select sum(read)::bigint as read from checkpoints")
                self.read = rows[0]["read"] or 0
            except AWAY:
                continue

    async def flow(self, facts: int) -> None:
        """Lets so many more flow; returns when some of them were read and the rest is under way."""
        moment = self.read + round(facts * self.rng.uniform(0.01, 0.35))
        self.publishing.allowed = max(self.publishing.allowed, self.read + facts)
        await eventually(lambda: self.read >= moment, GOES_ON_WITHIN_SECONDS)
        await asyncio.sleep(self.rng.uniform(0, DELAY_SECONDS_MAX))

    async def disturb(self, kind: str) -> None:
        """One kill, or three; what died is begun anew."""
        begun = time.monotonic()
        under_way = self.publishing.published - self.read
        match kind:
            case "worker":
                self.crew.kill(self.crew.any())
            case "all workers":
                for worker in list(self.crew.workers):
                    self.crew.kill(worker)
                self.kills += 2
            case "database":
                await asyncio.to_thread(self.stack.kill_database)
                await asyncio.to_thread(self.stack.start_database)
            case "broker":
                await asyncio.to_thread(self.stack.broker.kill)
                await asyncio.to_thread(self.stack.broker.start)
        self.kills += 1
        self.crew.fill_up()
        self.done.append(f"{kind} at {self.read:,} (+{under_way:,}) {time.monotonic() - begun:.1f} s")

    async def sleep_through_a_session(self, facts: int) -> float:
        """A worker stops in the middle of work, for longer than its session; gives how long the others needed."""
        sleeper = await self.crew.one_that_reads()
        await self.flow(facts)
        sleeper.freeze()
        begun = time.monotonic()
        await eventually(lambda: self.publishing.published >= self.publishing.allowed, GOES_ON_WITHIN_SECONDS)
        await self.stack.settled(3 * TAKEN_OVER_WITHIN_SECONDS)
        taken_over = time.monotonic() - begun
        await asyncio.sleep(max(0.0, 1.2 * SESSION_SECONDS - taken_over))
        sleeper.wake()
        self.done.append(f"asleep at {self.read:,} for {time.monotonic() - begun:.1f} s")
        return taken_over


async def test_whatever_is_killed_figures_are_those_of_a_run_that_nobody_disturbed(
    stack: Stack, tell: Callable[[str], None]
) -> None:
    rng = random.Random(SEED)
    facts = delivered_facts(FACTS, SEED)
    crash = Crash(stack, Crew(stack, rng), Publishing(stack, facts), rng)
    exporter = stack.listening("exporter")
    begun = time.monotonic()
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(crash.watch())
        publishing = group.create_task(crash.publishing.run())
        taken_over = await _killed_again_and_again(crash)
        crash.publishing.allowed = len(facts)
        await publishing
        await stack.settled(SETTLED_WITHIN_SECONDS)
        watching.cancel()
    lasted = time.monotonic() - begun
    await crash.crew.all_leave()
    rows = (await stack.checkpoints()).values()
    retries, rewinds = (sum(row[name] for row in rows) for name in ("retries", "rewinds"))
    tell(
        f"seed {SEED}, {len(facts):,} records, {crash.kills} kills in {lasted:.0f} s, after a worker fell asleep the "
        f"others had all within {taken_over:.1f} s, ends in order took {max(crash.crew.stops):.1f} s at most, "
        f"{crash.publishing.tries_failed} tries to publish failed, {crash.crew.not_started} workers ended at their "
        f"start for want of a broker or a database, {retries} batches tried again, {rewinds} rewinds\n"
        + "\n".join(f"  {one}" for one in crash.done)
    )
    assert crash.kills >= KILLS
    assert crash.crew.gave_up == []
    assert taken_over <= TAKEN_OVER_WITHIN_SECONDS
    assert max(crash.crew.stops) <= 5
    await check_exact(stack, facts)
    await check_metrics(stack, exporter)


async def _killed_again_and_again(crash: Crash) -> float:
    """The plan over and over, workers coming and going between; one of them falls asleep in the middle of it all."""
    crash.publishing.allowed = BEFORE_FACTS
    await eventually(lambda: crash.publishing.published >= BEFORE_FACTS, GOES_ON_WITHIN_SECONDS)
    crash.crew.fill_up()
    kinds = _kinds()
    share = (FACTS - BEFORE_FACTS) // (len(kinds) + 2)
    taken_over = 0.0
    for number, kind in enumerate(kinds):
        await crash.flow(share)
        await crash.disturb(kind)
        if number == len(kinds) // 2:
            taken_over = await crash.sleep_through_a_session(share)
        if number % 5 == 4:
            await crash.crew.leave(crash.crew.any())
            crash.crew.join()
    return taken_over


def _kinds() -> Sequence[str]:
    rounds = -(-KILLS // KILLS_A_PLAN)
    return PLAN * rounds
