"""The Faust app of a worker: one topic, one ordinary agent, whole fetches.

Nothing happens at import: `make_app` makes an app, and the app opens its parts (database, projector) when it starts.
"""

from typing import Any, Final, cast

import faust
from faust.app import BootStrategy
from faust.types import StreamT
from mode import CrashingSupervisor

from services.kafka.connection import Connection
from services.kafka.feeder import Feeder
from services.kafka.reader import Fetched
from services.kafka.source import OpenParts, Source
from services.kafka.transport import Consumer, Transport

SETTINGS: Final[dict[str, Any]] = {
    "env": {},  # else a variable such as BROKER_URL or PROCESSING_GUARANTEE overrules what stands here
    "consumer_auto_offset_reset": "none",  # records deleted unread are a loss to be told, not to be jumped over
    "consumer_max_fetch_size": 4 << 20,  # of one partition: some 10,000 facts of a backlog in one transaction
    "consumer_metadata_max_age_ms": 10_000,  # a topic made anew or made wider is seen within this
    "broker_max_poll_records": None,  # the whole fetch
    "broker_session_timeout": 10,  # a dead worker's partitions go to others after so many seconds
    "broker_heartbeat_interval": 3,
    "stream_buffer_maxsize": 1,  # fetches read ahead
    "stream_wait_empty": False,  # a rebalance need not wait for the agent: the checkpoint is locked and compared
    "stream_recovery_delay": 0,  # no tables to recover
    "table_standby_replicas": 0,  # none, and so no assignor that would look after them
    "topic_disable_leader": True,  # no topic of Faust's own
    "topic_allow_declare": False,  # topics are made by whoever runs Kafka
    "web_enabled": False,
}


class OnlyReading(BootStrategy):
    """No web server, whatever Faust's command line says, and no producer: a worker writes to its database."""

    enable_web = False
    enable_kafka_producer = False


class AsFetched(faust.Schema[Any, Any]):
    """Hands messages over as they are: what a record says is for the projector to read."""

    def loads_key(self, app: Any, message: Any, **_: Any) -> Any:
        return message.key

    def loads_value(self, app: Any, message: Any, **_: Any) -> Any:
        return message.value


class WorkerApp(faust.App):
    """Opens what it works with before it reads, and closes it when nothing uses it any more."""

    BootStrategy = OnlyReading
    source: Source
    open_parts: OpenParts
    feeder: Feeder

    async def on_first_start(self) -> None:
        """Nothing: Faust would make folders for its tables where the worker happens to stand."""

    async def on_start(self) -> None:
        await super().on_start()
        parts = await self.add_async_context(self.open_parts())
        self.source.projector = parts.projector
        self.feeder = Feeder(parts.projector, cast(Consumer, self.consumer))
        for work in parts.background:
            self.add_future(work())

    async def on_shutdown(self) -> None:
        await super().on_shutdown()
        await self.source.close()


def make_app(connection: Connection, topic: str, group: str, open_parts: OpenParts) -> WorkerApp:
    """An app that reads `topic` as a member of `group`; nothing is connected or opened before it starts."""
    app = WorkerApp(group, broker=[f"kafka://{server}" for server in connection.servers], **SETTINGS)
    app.source = Source(connection, topic)
    app.open_parts = open_parts
    app.transport = Transport(app.source, app)  # before the first agent, which asks for it
    facts = app.topic(topic, acks=False, schema=AsFetched())  # without acknowledgements: the checkpoint is the measure

    @app.agent(facts, concurrency=1, supervisor_strategy=CrashingSupervisor)
    async def project(stream: StreamT[Fetched]) -> None:
        async for fetched in stream:
            await app.feeder.feed(fetched)

    return app
