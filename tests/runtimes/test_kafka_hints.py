"""What Kafka was told of positions is a hint for lag tools: a worker reads on from its checkpoint, whatever it says."""

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from tests.fixtures.kafka_facts import delivered_facts
from tests.fixtures.kafka_stack import Stack
from tests.runtimes.kafka_exactness import check_archive, check_counts
from tests.runtimes.kafka_publishing import publish

pytestmark = pytest.mark.slow

SEED = 20_240_122
FACTS = 1_000
WITHIN_SECONDS = 30


@pytest.mark.parametrize("hint", ["ahead", "behind"])
async def test_a_hint_that_is_wrong_moves_no_worker(stack: Stack, hint: str) -> None:
    facts = delivered_facts(FACTS, SEED)
    await publish(stack, facts[: FACTS // 2])
    first = stack.start("worker")
    await stack.settled(WITHIN_SECONDS, by=first)
    assert first.stop() == 0
    given = {one: row["position"] for one, row in (await stack.checkpoints()).items()}
    await publish(stack, facts[FACTS // 2 :])
    positions = {one: span.end if hint == "ahead" else 0 for one, span in (await stack.spans()).items()}
    await _tell(stack, positions)
    second = stack.start("worker")
    await stack.settled(WITHIN_SECONDS, by=second)
    assert second.stop() == 0
    assert second.given == given
    assert sum(row["rewinds"] for row in (await stack.checkpoints()).values()) == 0
    await check_counts(stack, dead=0)
    await check_archive(stack, facts)


async def _tell(stack: Stack, positions: dict[int, int]) -> None:
    group = stack.settings["DUECOURSE_KAFKA_GROUP"]
    arguments = stack.connection.client_arguments()
    async with AIOKafkaConsumer(**arguments, group_id=group, enable_auto_commit=False) as consumer:
        named = {TopicPartition(stack.topic_name, one): position for one, position in positions.items()}
        consumer.assign(list(named))
        await consumer.commit(named)
