"""Records that are gone, a topic made anew, a database put back: loud or exact, never silent."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

import httpx
import pytest

from services.log import Span
from tests.fixtures.databases import fetch
from tests.fixtures.kafka_facts import delivered_facts, identity
from tests.fixtures.kafka_records import Raw, fact, read, write, write_in_transactions
from tests.fixtures.kafka_roles import RoleProcess
from tests.fixtures.kafka_stack import Stack, database_name
from tests.fixtures.scraping import samples
from tests.runtimes.kafka_exactness import check_archive, check_exact
from tests.runtimes.kafka_publishing import publish

pytestmark = pytest.mark.slow

SEED = 20_240_117
FACTS = 3_000
LOST = 1
"""The partition that loses records."""
LOST_RECORDS = 50
WITHIN_SECONDS = 90
POLL_SECONDS = 0.2


def facts() -> tuple[Sequence[bytes], Sequence[bytes], Sequence[bytes]]:
    """In three parts."""
    found = delivered_facts(FACTS, SEED)
    third = len(found) // 3
    return found[:third], found[third : 2 * third], found[2 * third :]


async def read_by_a_worker(stack: Stack) -> None:
    """All that is in the log; then the worker is stopped."""
    worker = stack.start("worker")
    await stack.settled(WITHIN_SECONDS, by=worker)
    assert worker.stop() == 0, worker.words()


async def halted(stack: Stack) -> dict[int, str]:
    return {one: row["halted"] for one, row in (await stack.checkpoints()).items() if row["halted"]}


async def until_halted(stack: Stack, partitions: set[int]) -> dict[int, str]:
    async with asyncio.timeout(WITHIN_SECONDS):
        while (found := await halted(stack)).keys() != partitions:
            await asyncio.sleep(POLL_SECONDS)
    return found


async def shown(exporter: RoleProcess, metric: str, expected: Mapping[int, float]) -> None:
    """Waits until a metric says this by partition."""
    found: dict[int, float] = {}
    try:
        async with asyncio.timeout(WITHIN_SECONDS):
            while found != expected:
                page = (await exporter.get("/metrics")).text
                found = {int(dict(labels)["partition"]): n for labels, n in samples(page, metric).items()}
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        raise AssertionError(f"{metric} is {found}, not {expected}") from None


async def ready(exporter: RoleProcess, status: int) -> httpx.Response:
    """Waits until it says that it is, or is not."""
    async with asyncio.timeout(WITHIN_SECONDS):
        while (response := await exporter.get("/health/ready")).status_code != status:
            await asyncio.sleep(POLL_SECONDS)
    return response


def reset(stack: Stack, partition: int, position: int, reason: str) -> None:
    stack.done(
        "checkpoints", "reset", "--partition", str(partition), "--to-position", str(position), "--reason", reason
    )


async def test_records_deleted_unread_halt_their_partition_until_somebody_takes_note(
    stack: Stack, tell: Callable[[str], None]
) -> None:
    first, second, third = facts()
    await publish(stack, first)
    await read_by_a_worker(stack)
    position = (await stack.checkpoints())[LOST]["position"]
    await publish(stack, second)
    lost = await read(stack.connection, stack.topic_name, {LOST: Span(position, position + LOST_RECORDS)})
    await stack.topic.delete_before({LOST: position + LOST_RECORDS})

    workers = [stack.start("worker") for _ in range(2)]
    exporter = stack.listening("exporter")
    begun = time.monotonic()
    [why] = (await until_halted(stack, {LOST})).values()
    tell(f"halted after {time.monotonic() - begun:.1f} s: {why}")
    assert f"records {position} to {position + LOST_RECORDS - 1} are no longer in the log" in why
    await publish(stack, third)
    await stack.settled(WITHIN_SECONDS, but=frozenset({LOST}))
    await exporter.ready()
    await shown(exporter, "duecourse_projection_halted", {one: float(one == LOST) for one in range(3)})
    answer = await ready(exporter, httpx.codes.SERVICE_UNAVAILABLE)
    assert f"partition {LOST} is halted" in answer.json()["detail"]
    assert "retry-after" in answer.headers
    [named] = [one for one in json.loads(stack.done("checkpoints", "show", "--json")) if one["halted"]]
    assert (named["partition"], named["position"], named["halted"]) == (LOST, position, why)
    assert [worker.stop() for worker in workers] == [0, 0]

    reset(stack, LOST, position + LOST_RECORDS, "deleted by mistake, asked for again")
    [row] = await stack.fetch("select * from checkpoint_resets")
    assert (row["partition"], row["from_position"], row["to_position"]) == (LOST, position, position + LOST_RECORDS)
    assert row["reason"] == "deleted by mistake, asked for again"
    assert row["done_by"]
    await read_by_a_worker(stack)
    await shown(exporter, "duecourse_projection_halted", dict.fromkeys(range(3), 0.0))
    await shown(exporter, "duecourse_projection_lag_events", dict.fromkeys(range(3), 0.0))
    await ready(exporter, httpx.codes.OK)
    everything = [*first, *second, *third]
    sent, gone = Counter(map(identity, everything)), Counter(identity(body) for body in lost.values() if body)
    assert sum(gone.values()) == LOST_RECORDS
    await check_archive(stack, [one for one in everything if sent[identity(one)] > gone[identity(one)]])
    assert "\n0 differences" in stack.done("verify")
    await publish(stack, everything)  # asked for again
    await read_by_a_worker(stack)
    await check_archive(stack, everything)
    assert "\n0 differences" in stack.done("verify")


async def test_a_partition_read_again_from_its_beginning_counts_nothing_twice(stack: Stack) -> None:
    first, _, _ = facts()
    await publish(stack, first)
    await write(stack.connection, stack.topic_name, [Raw(b"no fact", b"key", partition=LOST) for _ in range(10)])
    await read_by_a_worker(stack)
    before = await stack.fetch("select partition, position, reason from dead_letters order by 1, 2")
    assert len(before) == 10
    reset(stack, LOST, 0, "to be sure")
    await read_by_a_worker(stack)
    await check_archive(stack, first)
    assert await stack.fetch("select partition, position, reason from dead_letters order by 1, 2") == before
    assert "\n0 differences" in stack.done("verify")


@pytest.mark.parametrize("length", ["shorter", "longer"])
async def test_a_topic_made_anew_is_not_read_before_somebody_says_so_and_then_exactly(
    stack: Stack, length: str, tell: Callable[[str], None]
) -> None:
    first, second, third = facts()
    await publish(stack, first)
    await read_by_a_worker(stack)
    before = await stack.checkpoints()
    await stack.topic.make_anew()
    await publish(stack, second[:100] if length == "shorter" else [*second, *third])

    worker = stack.start("worker")
    why = await until_halted(stack, {0, 1, 2})
    tell(f"{length}: {why[0]}")
    assert all("made anew" in one for one in why.values())
    assert worker.stop() == 0
    after = await stack.checkpoints()
    assert {one: row["position"] for one, row in after.items()} == {one: row["position"] for one, row in before.items()}
    await check_archive(stack, first)

    for partition in range(3):
        reset(stack, partition, 0, "the topic was made anew")
    await publish(stack, [*first, *second, *third])
    await read_by_a_worker(stack)
    await check_archive(stack, [*first, *second, *third])
    assert "\n0 differences" in stack.done("verify")


async def test_a_topic_made_anew_under_running_workers_is_not_taken_for_the_old_one(stack: Stack) -> None:
    first, second, third = facts()
    await publish(stack, first)
    workers = [stack.start("worker") for _ in range(2)]
    await stack.settled(WITHIN_SECONDS)
    await stack.topic.make_anew()
    await publish(stack, [*second, *third])
    assert all("made anew" in one for one in (await until_halted(stack, {0, 1, 2})).values())
    await check_archive(stack, first)
    assert all(worker.stop() == 0 for worker in workers if worker.runs)


class Backup:
    """A copy of the stack's database at one moment, and the way back to it."""

    def __init__(self, stack: Stack) -> None:
        self._server = urlsplit(stack.database)._replace(path="/postgres").geturl()
        self._name = database_name(stack.database)

    async def take(self) -> None:
        await self._alone(f'create database "{self._name}_backup" template "{self._name}"')

    async def restore(self) -> None:
        """What was written since is gone; who was connected connects again."""
        await self._alone(f'alter database "{self._name}" rename to "{self._name}_lost"', open_again=False)
        await fetch(self._server, f'alter database "{self._name}_backup" rename to "{self._name}"')

    async def _alone(self, statement: str, *, open_again: bool = True) -> None:
        await fetch(self._server, f'alter database "{self._name}" allow_connections false')
        await fetch(
            self._server, "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", self._name
        )
        async with asyncio.timeout(WITHIN_SECONDS):
            while await fetch(self._server, "select from pg_stat_activity where datname = $1", self._name):
                await asyncio.sleep(POLL_SECONDS)
        await fetch(self._server, statement)
        if open_again:
            await fetch(self._server, f'alter database "{self._name}" allow_connections true')


async def test_a_database_put_back_to_an_older_state_is_brought_up_to_date_from_the_log(
    stack: Stack, tell: Callable[[str], None]
) -> None:
    first, second, third = facts()
    workers = [stack.start("worker") for _ in range(2)]
    exporter = stack.listening("exporter")
    await publish(stack, first)
    await stack.settled(WITHIN_SECONDS)
    backup = Backup(stack)
    await backup.take()
    await publish(stack, second)
    await stack.settled(WITHIN_SECONDS)
    await backup.restore()
    begun = time.monotonic()
    await publish(stack, third)
    await stack.settled(WITHIN_SECONDS)
    rewinds = sum(row["rewinds"] for row in (await stack.checkpoints()).values())
    tell(f"up to date {time.monotonic() - begun:.1f} s after the restore, {rewinds} rewinds")
    assert rewinds >= 1
    await exporter.ready()
    await shown(exporter, "duecourse_projection_lag_events", dict.fromkeys(range(3), 0.0))
    await ready(exporter, httpx.codes.OK)
    assert [worker.stop() for worker in workers] == [0, 0]
    await check_exact(stack, [*first, *second, *third])


async def test_a_database_put_back_while_nothing_arrives_is_brought_up_to_date_too(
    stack: Stack, tell: Callable[[str], None]
) -> None:
    first, second, _ = facts()
    worker = stack.start("worker")
    await publish(stack, first)
    await stack.settled(WITHIN_SECONDS)
    backup = Backup(stack)
    await backup.take()
    await publish(stack, second)
    await stack.settled(WITHIN_SECONDS)
    await backup.restore()
    begun = time.monotonic()
    await stack.settled(WITHIN_SECONDS)
    tell(f"up to date {time.monotonic() - begun:.1f} s after the restore")
    assert worker.stop() == 0
    await check_exact(stack, [*first, *second])


async def test_transactions_count_where_they_were_committed_and_their_markers_are_no_holes(stack: Stack) -> None:
    first, second, third = facts()
    workers = [stack.start("worker") for _ in range(2)]
    plan = [(first[:300], True), (second[:200], False), (first[300:], True), (third, False)]
    await write_in_transactions(
        stack.connection, stack.topic_name, [([fact(one) for one in part], commits) for part, commits in plan]
    )
    await stack.settled(WITHIN_SECONDS)  # the last records of every partition are markers
    assert await halted(stack) == {}
    await check_archive(stack, first)
    assert [worker.stop() for worker in workers] == [0, 0]

    ends = {one: span.end for one, span in (await stack.spans()).items()}
    await stack.topic.delete_before(ends)  # as retention does, markers and all
    await publish(stack, second)
    await read_by_a_worker(stack)
    assert await halted(stack) == {}
    await check_archive(stack, [*first, *second])
    rows = await stack.checkpoints()
    assert all(row["read"] == row["applied"] + row["duplicate"] + row["dead"] for row in rows.values())
    assert sum(row["rewinds"] for row in rows.values()) == 0
    assert "\n0 differences" in stack.done("verify")


@pytest.mark.parametrize(
    "setting",
    [("cleanup.policy", "compact"), ("cleanup.policy", "compact,delete"), ("message.timestamp.type", "CreateTime")],
    ids="=".join,
)
async def test_a_worker_refuses_a_topic_that_would_make_figures_wrong(stack: Stack, setting: tuple[str, str]) -> None:
    from services.kafka.cluster import cluster

    await write(stack.connection, stack.topic_name, [fact(one) for one in facts()[0][:10]])
    async with cluster(stack.connection) as opened:
        await opened.alter(stack.topic_name, dict([setting]))
    ended = await asyncio.to_thread(stack.run, "worker")
    assert ended.status != 0
    assert f"{setting[0]} is {setting[1]}" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert await stack.checkpoints() == {}
