"""The peer without Faust: aiokafka's own consumer in a loop, whole fetches into the same projector.

No group, no rebalances, no rewinding; it reads on until it is ended, like a worker.
"""

import argparse
import asyncio

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from services.cli.options import run_async
from services.composition import Database, database
from services.kafka.connection import connection_of
from services.kafka.reader import log_record
from services.kafka.topics import spans, topic_id
from services.log import LogBatch
from services.log_projector import StoreLogProjector
from services.settings import Settings, load_settings

FETCH_BYTES = 1 << 20
WAIT_MILLISECONDS = 200


async def run(settings: Settings) -> None:
    """Reads the topic that the settings name into their database."""
    async with database(settings, settings.database or "") as found:
        await _read(settings, found)


async def _read(settings: Settings, found: Database) -> None:
    connection, topic = connection_of(settings), settings.kafka_topic
    projector = StoreLogProjector(found.store, topic)
    known = await projector.positions(await topic_id(connection, topic), await spans(connection, topic))
    positions = dict(known)
    async with AIOKafkaConsumer(
        **connection.client_arguments(),
        enable_auto_commit=False,
        auto_offset_reset="none",
        isolation_level="read_committed",
        max_partition_fetch_bytes=FETCH_BYTES,
        fetch_max_wait_ms=WAIT_MILLISECONDS,
    ) as consumer:
        named = {TopicPartition(topic, partition): position for partition, position in positions.items()}
        consumer.assign(list(named))
        for partition, position in named.items():
            consumer.seek(partition, position)
        while True:
            taken = await consumer.getmany(timeout_ms=WAIT_MILLISECONDS)
            await asyncio.gather(*(_project(projector, positions, *one) for one in taken.items() if one[1]))


async def _project(
    projector: StoreLogProjector, positions: dict[int, int], named: TopicPartition, records: list[ConsumerRecord]
) -> None:
    start, after = positions[named.partition], records[-1].offset + 1
    await projector.project(LogBatch(named.partition, start, after, [log_record(one) for one in records]))
    positions[named.partition] = after


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kafka", required=True)
    parser.add_argument("--database", required=True)
    run_async(run(load_settings(vars(parser.parse_args()))))


if __name__ == "__main__":
    main()
