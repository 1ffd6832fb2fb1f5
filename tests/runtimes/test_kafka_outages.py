"""PostgreSQL or Kafka is away under load, or both: senders are told, memory stays, and all goes on by itself."""

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import asdict, dataclass, field

import httpx
import pytest

from tests.fixtures.kafka_facts import delivered_facts
from tests.fixtures.kafka_roles import RoleProcess
from tests.fixtures.kafka_stack import Stack
from tests.fixtures.lengths import either
from tests.fixtures.processes import eventually
from tests.runtimes.kafka_exactness import check_exact, check_metrics
from tests.runtimes.kafka_load import Load

pytestmark = pytest.mark.slow

SEED = 20_240_118
AWAY_SECONDS = either(8.0, 60.0)
EVENTS_A_SECOND = either(200, 400)
ENOUGH_FACTS = either(60_000, 250_000)
"""More than are sent."""
ANSWERED_WITHIN_SECONDS = 2.0
RECOVERED_WITHIN_SECONDS = 15.0
TOLD_WITHIN_SECONDS = 3.0
"""From then on every answer is a 503: what was on its way has been answered."""
STOPPED_WITHIN_SECONDS = 5.0
TAKEN_OVER_WITHIN_SECONDS = 10.0 + 5.0
"""A session and what the others need beside it."""
GROWTH_MEGABYTES_MAX = 50.0
WARM_UP_SECONDS = 3.0
WITHIN_SECONDS = 90

Absence = Callable[[Stack], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def database_stopped(stack: Stack) -> AsyncIterator[None]:
    await asyncio.to_thread(stack.stop_database)
    yield
    await asyncio.to_thread(stack.start_database)


@asynccontextmanager
async def database_frozen(stack: Stack) -> AsyncIterator[None]:
    with stack.frozen_database():
        yield


@asynccontextmanager
async def broker_killed(stack: Stack) -> AsyncIterator[None]:
    await asyncio.to_thread(stack.broker.kill)
    yield
    await asyncio.to_thread(stack.broker.start)


@asynccontextmanager
async def broker_stopped(stack: Stack) -> AsyncIterator[None]:
    """In order, as for maintenance."""
    await asyncio.to_thread(stack.broker.stop)
    yield
    await asyncio.to_thread(stack.broker.start)


@asynccontextmanager
async def broker_frozen(stack: Stack) -> AsyncIterator[None]:
    with stack.frozen_broker():
        yield


@asynccontextmanager
async def both_killed(stack: Stack) -> AsyncIterator[None]:
    """As where they share a host."""
    await asyncio.to_thread(stack.kill_database)
    await asyncio.to_thread(stack.broker.kill)
    yield
    await asyncio.gather(asyncio.to_thread(stack.broker.start), asyncio.to_thread(stack.start_database))


KAFKA_STAYS = (database_stopped, database_frozen)
ABSENCES = (*KAFKA_STAYS, broker_killed, broker_stopped, broker_frozen, both_killed)


@dataclass
class Seen:
    """Of one absence. Seconds are counted from the return, megabytes are what the processes grew by."""

    absence: str
    answers: dict[str, int] = field(default_factory=dict)
    slowest_answer_seconds: float = 0.0
    taken_again_after_seconds: float = 0.0
    caught_up_after_seconds: float = 0.0
    ready_after_seconds: float = 0.0
    grown_megabytes: dict[str, int] = field(default_factory=dict)


async def test_whatever_is_away_for_a_while_senders_are_told_and_all_goes_on_by_itself(
    stack: Stack, tell: Callable[[str], None]
) -> None:
    workers = [stack.start("worker") for _ in range(2)]
    api, exporter = stack.listening("api"), stack.listening("exporter")
    await asyncio.gather(*[one.ready() for one in (*workers, api, exporter)])
    load = Load(api, delivered_facts(ENOUGH_FACTS, SEED), events_a_second=EVENTS_A_SECOND)
    everybody = (*workers, api, exporter)
    async with asyncio.TaskGroup() as group:
        sending = group.create_task(load.run())
        await eventually(lambda: len(load.acknowledged) > WARM_UP_SECONDS * EVENTS_A_SECOND, WITHIN_SECONDS)
        await stack.settled(WITHIN_SECONDS)
        for absence in ABSENCES:
            seen = await _live_through(absence, stack, load, everybody)
            tell(json.dumps(asdict(seen)))
            _check(seen, kafka_stays=absence in KAFKA_STAYS)
            assert [one.name for one in everybody if not one.runs] == []
        stopped = await _stop_one(workers.pop())
        taken_over = await _kill_one(stack, workers.pop())
        tell(f"SIGTERM: ended in order after {stopped:.2f} s; SIGKILL: all partitions read on after {taken_over:.1f} s")
        load.stop()
        await sending
    await stack.settled(WITHIN_SECONDS)
    assert stopped <= STOPPED_WITHIN_SECONDS
    assert taken_over <= TAKEN_OVER_WITHIN_SECONDS
    await check_exact(stack, load.acknowledged)
    await check_metrics(stack, exporter)


async def _live_through(absence: Absence, stack: Stack, load: Load, everybody: tuple[RoleProcess, ...]) -> Seen:
    seen = Seen(absence.__name__)
    before = {one.name: one.resident_megabytes for one in everybody}
    load.look()
    async with absence(stack):
        await asyncio.sleep(TOLD_WITHIN_SECONDS)
        first = load.look()
        await asyncio.sleep(AWAY_SECONDS - TOLD_WITHIN_SECONDS)
        told = load.look()
    back = time.monotonic()
    seen.answers = {str(int(status)): n for status, n in sorted(told.statuses.items())}
    seen.slowest_answer_seconds = round(max(first.slowest_seconds, told.slowest_seconds), 2)
    assert first.without_retry_after + told.without_retry_after == 0
    ends = {one: span.end for one, span in (await stack.spans()).items()}
    async with asyncio.TaskGroup() as group:
        taken = group.create_task(_until_taken(load))
        caught_up = group.create_task(stack.reached(ends, WITHIN_SECONDS))
        ready = group.create_task(_until_ready(everybody[2:]))
        for task, name in ((taken, "taken_again"), (caught_up, "caught_up"), (ready, "ready")):
            task.add_done_callback(lambda _, name=name: _note(seen, name, back))
    seen.grown_megabytes = {one.name: round(one.resident_megabytes - before[one.name]) for one in everybody}
    return seen


def _note(seen: Seen, name: str, back: float) -> None:
    setattr(seen, f"{name}_after_seconds", round(time.monotonic() - back, 2))


async def _until_taken(load: Load) -> None:
    before = len(load.acknowledged)
    await eventually(lambda: len(load.acknowledged) > before, WITHIN_SECONDS)


async def _until_ready(roles: tuple[RoleProcess, ...]) -> None:
    async with asyncio.timeout(WITHIN_SECONDS):
        for role in roles:
            while (await role.get("/health/ready")).status_code != httpx.codes.OK:
                await asyncio.sleep(0.1)


def _check(seen: Seen, *, kafka_stays: bool) -> None:
    """Senders need Kafka, and nothing else."""
    assert seen.answers.keys() == {"200"} if kafka_stays else {"503"}, seen
    assert seen.slowest_answer_seconds <= ANSWERED_WITHIN_SECONDS, seen
    assert seen.taken_again_after_seconds <= RECOVERED_WITHIN_SECONDS, seen
    assert seen.caught_up_after_seconds <= RECOVERED_WITHIN_SECONDS, seen
    assert seen.ready_after_seconds <= RECOVERED_WITHIN_SECONDS, seen
    assert max(seen.grown_megabytes.values()) < GROWTH_MEGABYTES_MAX, seen


async def _stop_one(worker: RoleProcess) -> float:
    """Under load; gives the seconds."""
    begun = time.monotonic()
    os.kill(worker.pid, signal.SIGTERM)
    await eventually(lambda: not worker.runs, 2 * STOPPED_WITHIN_SECONDS)
    assert worker.process.returncode == 0, worker.words()
    assert "Traceback" not in worker.words()
    return time.monotonic() - begun


async def _kill_one(stack: Stack, worker: RoleProcess) -> float:
    """A worker that holds partitions beside another one; gives the seconds until everything was read on."""
    other = stack.start("worker")
    await eventually(lambda: bool(other.partitions), WITHIN_SECONDS)
    await eventually(lambda: worker.partitions.isdisjoint(other.partitions), WITHIN_SECONDS)
    begun = time.monotonic()
    worker.kill()
    await asyncio.sleep(0.5)
    await stack.settled(WITHIN_SECONDS)
    return time.monotonic() - begun
