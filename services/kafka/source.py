"""One topic of one Kafka, and the projector that says from where it is read and records what is read."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from services.kafka.cluster import cluster
from services.kafka.connection import Connection
from services.log import LogProjector

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


@dataclass
class Source:
    """What a worker reads; `projector` is there from the start of the worker on."""

    connection: Connection
    topic: str
    projector: LogProjector = field(init=False)

    async def positions(self, partitions: Collection[int]) -> Mapping[int, int]:
        """From where the projector wants these partitions read; those left out must not be.

        The id is asked for last: if the topic is made anew meanwhile, it is the new one's, and everything is halted.
        """
        async with cluster(self.connection) as opened:
            spans = await opened.spans(self.topic)
            topic_id = (await opened.topic(self.topic)).id
        return await self.projector.positions(topic_id, {one: spans[one] for one in partitions if one in spans})

    async def lose(self, partition: int) -> None:
        """Tells the projector that the log does not have a partition's next record, and what it does have."""
        async with cluster(self.connection) as opened:
            spans = await opened.spans(self.topic)
        if partition in spans:
            await self.projector.lost(partition, spans[partition])
