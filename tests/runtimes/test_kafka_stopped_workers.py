"""A worker that is stopped (a frozen container, a paused machine) in the middle of a transaction holds up nobody."""

import asyncio
import random
import time
from collections.abc import Callable

import pytest

from tests.fixtures.kafka_facts import delivered_facts
from tests.fixtures.kafka_roles import RoleProcess
from tests.fixtures.kafka_stack import Stack
from tests.runtimes.kafka_exactness import check_exact
from tests.runtimes.kafka_publishing import Publishing, publish

pytestmark = pytest.mark.slow

SEED = 20_240_121
FACTS = 30_000
SLICE_FACTS = 5_000
TRIES_MAX = 600
LOOK_SECONDS = 0.02
STAYS_SECONDS = 0.2
SESSION_SECONDS = 10.0
LOCK_SECONDS = 10.0
TAKEN_OVER_WITHIN_SECONDS = SESSION_SECONDS + LOCK_SECONDS + 5.0
WITHIN_SECONDS = 90
OPEN = (
    "select state, wait_event, query from pg_stat_activity "
    "where datname = current_database() and application_name = 'duecourse' and xact_start is not null"
)
STATES = {"between two statements": "idle in transaction", "in the middle of writing": "active"}


@pytest.mark.parametrize("moment", STATES)
async def test_a_worker_stopped_in_a_transaction_is_replaced_and_what_it_had_begun_is_refused_when_it_wakes(
    stack: Stack, moment: str, tell: Callable[[str], None]
) -> None:
    facts = delivered_facts(FACTS, SEED)
    sleeper = stack.start("worker")
    publishing = Publishing(stack, facts)
    async with asyncio.TaskGroup() as group:
        group.create_task(publishing.run())
        tries = await _stopped_while(stack, sleeper, publishing, STATES[moment])
        publishing.allowed = len(facts)
    begun = time.monotonic()
    other = stack.start("worker")
    try:
        await stack.settled(WITHIN_SECONDS, by=other)
        taken_over = time.monotonic() - begun
    finally:
        sleeper.wake()
    tell(f"stopped {moment} at try {tries}; the other one had read everything after {taken_over:.1f} s")
    await publish(stack, facts[:1_000])  # repeats, for the one that woke
    await stack.settled(WITHIN_SECONDS)
    assert taken_over <= TAKEN_OVER_WITHIN_SECONDS
    assert [sleeper.stop(), other.stop()] == [0, 0]
    await check_exact(stack, facts)


async def _stopped_while(stack: Stack, worker: RoleProcess, publishing: Publishing, state: str) -> int:
    """Stops a worker again and again, until it holds a transaction in this state; gives the number of tries."""
    rng = random.Random(SEED)
    publishing.allowed = SLICE_FACTS
    await stack.reached({0: 1}, WITHIN_SECONDS, by=worker)
    for number in range(TRIES_MAX):
        publishing.allowed = min(publishing.allowed + SLICE_FACTS // 50, FACTS * 9 // 10)
        await asyncio.sleep(rng.uniform(0, LOOK_SECONDS))
        worker.freeze()
        if await _waits_for_its_client(stack, state):
            return number
        worker.wake()
    raise AssertionError(f"never found it with a transaction that is {state}")


async def _waits_for_its_client(stack: Stack, state: str) -> bool:
    """Now, and a moment later."""
    for pause in (LOOK_SECONDS, STAYS_SECONDS):
        await asyncio.sleep(pause)
        rows = await stack.fetch(OPEN)
        if not any(row["state"] == state and row["wait_event"] in ("ClientRead", "ClientWrite") for row in rows):
            return False
    return True
