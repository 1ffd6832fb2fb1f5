"""A Kafka cluster: what topics it has, how they are set, what they hold; and how they are made and changed."""

import asyncio
import base64
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final

from aiokafka.protocol.admin import CreatePartitionsRequest, CreateTopicsRequest, DescribeConfigsRequest
from aiokafka.protocol.offset import OffsetRequest, OffsetResetStrategy
from msgspec import Struct

from services.kafka.brokers import Brokers
from services.kafka.connection import Connection
from services.kafka.errors import KafkaUnavailable, TopicMissing
from services.kafka.requests import TOPIC_RESOURCE, AlterTopicRequest, MetadataRequest
from services.log import Span

CHANGE_MILLISECONDS: Final = 10_000
LED_WITHIN_SECONDS: Final = 10.0
LOOK_SECONDS: Final = 0.05
UNKNOWN_TOPIC: Final = 3
TOPIC_EXISTS: Final = 36


class Topic(Struct, frozen=True):
    """A topic as the cluster has it. `id`: Kafka's, as its tools print it. `leaders`: by partition, -1 for none."""

    name: str
    id: str
    leaders: Mapping[int, int]
    replicas: int


class Description(Struct, frozen=True):
    """How many brokers there are, and those of the topics asked for that exist."""

    brokers: int
    topics: Mapping[str, Topic]


@asynccontextmanager
async def cluster(connection: Connection) -> AsyncIterator["Cluster"]:
    """Connects at the first question. Errors of every question: `KafkaUnavailable`, `KafkaRefused`."""
    brokers = Brokers(connection)
    try:
        yield Cluster(brokers, connection.address)
    finally:
        await brokers.close()


class Cluster:
    """One task at a time may ask; after an error it may be asked again."""

    def __init__(self, brokers: Brokers, address: str) -> None:
        self.brokers = brokers
        self._address = address

    async def describe(self, topics: Collection[str]) -> Description:
        """The brokers, and what there is of these topics."""
        answer = await self.brokers.ask(MetadataRequest(list(topics)))
        self.brokers.known = {node: (host, port) for node, host, port, *_ in answer.brokers}
        found = {}
        for code, name, uuid, _, partitions, *_ in answer.topics:
            if code != UNKNOWN_TOPIC:
                self.brokers.require(code, f"the description of topic {name}")
                leaders = {number: leader for _, number, leader, *_ in partitions}
                replicas = min((len(one[4]) for one in partitions), default=0)
                found[name] = Topic(name, _text(uuid), leaders, replicas)
        return Description(len(answer.brokers), found)

    async def topic(self, name: str) -> Topic:
        """One that must exist."""
        found = (await self.describe([name])).topics
        if name not in found:
            raise TopicMissing(f"Kafka at {self._address} has no topic {name}: run `duecourse topics apply`")
        return found[name]

    async def topic_settings(self, name: str) -> dict[str, str]:
        """Every setting of a topic, defaults too."""
        answer = await self.brokers.ask(DescribeConfigsRequest([(TOPIC_RESOURCE, name, None)]))
        [(code, message, _, _, entries)] = answer.resources
        self.brokers.require(code, f"the settings of topic {name}", message)
        return {entry[0]: entry[1] or "" for entry in entries}

    async def spans(self, topic: str) -> dict[int, Span]:
        """What the log holds of each partition; the end lies behind undecided transactions too."""
        leaders = (await self.topic(topic)).leaders
        begins = await self._offsets(topic, leaders, OffsetResetStrategy.EARLIEST)
        ends = await self._offsets(topic, leaders, OffsetResetStrategy.LATEST)
        return {partition: Span(begins[partition], ends[partition]) for partition in sorted(leaders)}

    async def _offsets(self, topic: str, leaders: Mapping[int, int], which: int) -> dict[int, int]:
        found = {}
        for leader in sorted(set(leaders.values())):
            led = [(partition, which) for partition, its_leader in leaders.items() if its_leader == leader]
            answer = await self.brokers.ask(OffsetRequest(-1, 0, [(topic, led)]), node=leader)
            [(_, partitions)] = answer.topics
            for partition, code, _, offset in partitions:
                if code == UNKNOWN_TOPIC:  # it leads by the metadata: a broker that was started again is not ready yet
                    raise KafkaUnavailable(f"Kafka at {self._address} does not have topic {topic} yet: try again")
                self.brokers.require(code, f"the offsets of topic {topic}, partition {partition}")
                found[partition] = offset
        return found

    async def create(self, topic: str, *, partitions: int, replicas: int, settings: Mapping[str, str]) -> None:
        """Makes a topic and waits until it can be written to. One that was made at the same time is left as it is."""
        wanted = [(topic, partitions, replicas, (), list(settings.items()))]
        answer = await self.brokers.ask(CreateTopicsRequest(wanted, CHANGE_MILLISECONDS, False))
        [(_, code, message)] = answer.topic_errors
        if code != TOPIC_EXISTS:
            self.brokers.require(code, f"to make topic {topic}", message)
        await self._led(topic, partitions)

    async def grow(self, topic: str, partitions: int) -> None:
        """Gives a topic so many partitions, more than it has, and waits until they can be written to."""
        request = CreatePartitionsRequest([(topic, (partitions, None))], CHANGE_MILLISECONDS, False)
        answer = await self.brokers.ask(request)
        [(_, code, message)] = answer.topic_errors
        self.brokers.require(code, f"more partitions for topic {topic}", message)
        await self._led(topic, partitions)

    async def alter(self, topic: str, settings: Mapping[str, str]) -> None:
        """Gives a topic these settings; its other ones stay."""
        answer = await self.brokers.ask(AlterTopicRequest(topic, settings))
        [(code, message, _, _)] = answer.responses
        self.brokers.require(code, f"other settings for topic {topic}", message)

    async def _led(self, topic: str, partitions: int) -> None:
        """Until the leaders know that they lead, which is a little later than that the cluster says so."""
        try:
            async with asyncio.timeout(LED_WITHIN_SECONDS):
                while not await self._answers_for(topic, partitions):
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            raise KafkaUnavailable(
                f"topic {topic} at {self._address} has partitions without a leader: look at its brokers"
            ) from None

    async def _answers_for(self, topic: str, partitions: int) -> bool:
        with suppress(KafkaUnavailable):
            exists = topic in (await self.describe([topic])).topics
            return exists and len(await self.spans(topic)) >= partitions
        return False


def _text(uuid: bytes) -> str:
    return base64.urlsafe_b64encode(uuid).rstrip(b"=").decode()
