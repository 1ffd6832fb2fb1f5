"""Where the log ends, looked up now and then: what the workers still have to read."""

import asyncio
from collections.abc import Mapping
from typing import Final

import structlog

from services.kafka.cluster import cluster
from services.kafka.connection import Connection
from services.kafka.errors import KafkaRefused, KafkaUnavailable

log = structlog.get_logger()

LOOK_SECONDS: Final = 2.0


class LogWatch:
    """`ends`: by partition, as of the last look. `trouble`: why there was none just now; None where all is well."""

    def __init__(self, connection: Connection, topic: str) -> None:
        self._connection = connection
        self._topic = topic
        self.ends: Mapping[int, int] = {}
        self.trouble: str | None = None

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                async with cluster(self._connection) as opened:
                    while True:
                        self.ends = {one: span.end for one, span in (await opened.spans(self._topic)).items()}
                        self.trouble = None
                        await asyncio.sleep(LOOK_SECONDS)
            except (KafkaUnavailable, KafkaRefused) as error:
                if self.trouble is None:
                    log.warning("kafka.waiting", error=str(error))
                self.trouble = str(error)
                await asyncio.sleep(LOOK_SECONDS)
