"""More partitions while facts flow: a case then lies on two of them, and two workers change it at once."""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Callable

import pytest

from tests.fixtures.kafka_facts import delivered_facts
from tests.fixtures.kafka_stack import Stack
from tests.fixtures.lengths import either
from tests.fixtures.processes import eventually
from tests.runtimes.kafka_exactness import check_exact, check_metrics
from tests.runtimes.kafka_publishing import Publishing

pytestmark = pytest.mark.slow

SEED = 20_240_120
FACTS = either(12_000, 100_000)
PARTITIONS = 7
WITHIN_SECONDS = 90
SHARED_CASES_MIN = FACTS // 20
SEEN_WITHIN_SECONDS = 15.0 + 10.0
"""Ten seconds until a worker asks for the partitions again, and a rebalance; the first time some more."""


async def test_partitions_added_while_facts_flow_are_read_and_figures_stay_exact(
    stack: Stack, tell: Callable[[str], None]
) -> None:
    facts = delivered_facts(FACTS, SEED)
    before = Publishing(stack, facts[0::2])  # knows three partitions until its end
    workers = [stack.start("worker") for _ in range(2)]
    exporter = stack.listening("exporter")
    async with asyncio.TaskGroup() as group:
        group.create_task(before.run())
        before.allowed = len(facts) // 6
        await eventually(lambda: before.published == before.allowed, WITHIN_SECONDS)
        await stack.settled(WITHIN_SECONDS)
        stack.partitions = PARTITIONS
        applied = json.loads(stack.done("topics", "apply", "--json"))
        assert [(one["before"], one["after"]) for one in applied["changes"]] == [("3", str(PARTITIONS))]
        begun = time.monotonic()
        after = Publishing(stack, facts[1::2])
        group.create_task(after.run())
        before.allowed = after.allowed = len(facts)
    await stack.settled(WITHIN_SECONDS)
    lasted = time.monotonic() - begun
    shared = await _cases_on_several_partitions(stack)
    retries = sum(row["retries"] for row in (await stack.checkpoints()).values())
    tell(f"all read {lasted:.1f} s after the topic grew; {shared:,} cases on several partitions, {retries} conflicts")
    assert lasted <= SEEN_WITHIN_SECONDS
    assert shared > SHARED_CASES_MIN
    assert [worker.stop() for worker in workers] == [0, 0]
    await check_exact(stack, facts)
    await check_metrics(stack, exporter)


async def _cases_on_several_partitions(stack: Stack) -> int:
    found: dict[str, set[int]] = defaultdict(set)
    for row in await stack.fetch("select distinct case_id, partition from archive"):
        found[row["case_id"]].add(row["partition"])
    return sum(len(partitions) > 1 for partitions in found.values())
