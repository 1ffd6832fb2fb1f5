"""One topic of one Kafka, and the projector that says from where it is read and records what is read."""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass

from services.kafka.brokers import Brokers
from services.kafka.cluster import Cluster
from services.kafka.connection import Connection
from services.kafka.errors import KafkaUnavailable, TopicMissing
from services.log import LogProjector, Span

Work = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Parts:
    """What a worker runs: the projector, and beside it `background`, each of which works until it is cancelled.

    An error in any of them ends the worker.
    """

    projector: LogProjector
    background: Sequence[Work] = ()


OpenParts = Callable[[], AbstractAsyncContextManager[Parts]]
"""Opens the parts on the worker's event loop; left when nothing uses them any more."""


class Source:
    """What a worker reads; `projector` is there from the start of the worker on. Belongs to one event loop.

    Kafka numbers the records of a topic that was made anew from 0 again and serves them under the old name, so what
    was fetched counts only if the topic has the same id afterwards.
    """

    projector: LogProjector

    def __init__(self, connection: Connection, topic: str) -> None:
        self.connection = connection
        self.topic = topic
        self._cluster = Cluster(Brokers(connection), connection.address)
        self._topic_id: str | None = None

    async def positions(self, partitions: Collection[int]) -> Mapping[int, int]:
        """From where the projector wants these partitions read; those left out must not be."""
        spans, self._topic_id = await self._looked_up()
        return await self.projector.positions(self._topic_id, {one: spans[one] for one in partitions if one in spans})

    async def is_the_same(self) -> bool:
        """Whether the topic is still the one that positions were asked for."""
        found = (await self._cluster.describe([self.topic])).topics.get(self.topic)
        return found is not None and found.id == self._topic_id

    async def lose(self, partition: int) -> None:
        """Tells the projector that the log does not have a partition's next record, and what it does have."""
        spans, topic_id = await self._looked_up()
        if partition in spans:
            await self.projector.lost(topic_id, partition, spans[partition])

    async def _looked_up(self) -> tuple[Mapping[int, Span], str]:
        """What the topic has, and its id.

        The id is asked for last: if the topic is made anew meanwhile, it is the new one's, and everything is halted.
        """
        with _awaited():
            spans = await self._cluster.spans(self.topic)
            return spans, (await self._cluster.topic(self.topic)).id

    async def close(self) -> None:
        """Ends the connections to Kafka."""
        await self._cluster.brokers.close()


@contextmanager
def _awaited() -> Iterator[None]:
    """A topic that was there when the worker began, and is not just now, is waited for.

    A broker that was started again does not know its topics at once, and one may be about to be made anew.
    """
    try:
        yield
    except TopicMissing as error:
        raise KafkaUnavailable(str(error)) from error
