"""The rights of the roles, read from `acls.toml` and given to them at a Kafka that has an authorizer.

Rights are only added, and giving one twice changes nothing. One that is no longer in the file has to be taken away with
kafka-acls.sh.
"""

import asyncio
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from aiokafka.protocol.admin import CreateAclsRequest

from deploy.kafka.errors import BrokerUnavailable
from services.kafka.cluster import cluster
from services.kafka.connection import Connection, connection_of
from services.kafka.errors import KafkaRefused, KafkaUnavailable
from services.settings import Settings, SettingsRefused, load_settings

FILE: Final = Path(__file__).with_name("acls.toml")
TOPIC, GROUP, CLUSTER = 2, 3, 4
LITERAL, PREFIXED = 3, 4
THE_CLUSTER: Final = "kafka-cluster"
ANY_HOST: Final = "*"
ALLOW: Final = 3
OPERATIONS: Final = {
    "read": 3,
    "write": 4,
    "create": 5,
    "delete": 6,
    "alter": 7,
    "describe": 8,
    "describe_configs": 10,
    "alter_configs": 11,
    "idempotent_write": 12,
}
"""Kafka's numbers; so are those above."""


@dataclass(frozen=True)
class Right:
    """One user may do one thing to one topic, to all groups of a prefix, or to the cluster."""

    user: str
    operation: str
    resource: int
    name: str
    pattern: int = LITERAL


def rights(settings: Settings) -> list[Right]:
    """Those of `acls.toml`, for the topics that the settings name."""
    topics = {"case-events": settings.kafka_topic, "dead-letters": settings.kafka_dead_letters_topic}
    entries = tomllib.loads(FILE.read_text())["right"]
    return [
        Right(f"duecourse-{entry['role']}", operation, *_resource(entry, topics))
        for entry in entries
        for operation in entry["operations"]
    ]


def _resource(entry: Mapping[str, Any], topics: Mapping[str, str]) -> tuple[int, str, int]:
    if "topic" in entry:
        return TOPIC, topics[entry["topic"]], LITERAL
    if "group_prefix" in entry:
        return GROUP, entry["group_prefix"], PREFIXED
    return CLUSTER, THE_CLUSTER, LITERAL


async def apply_acls(connection: Connection, settings: Settings) -> int:
    """Gives all rights, as a user who may; how many. Raises `KafkaUnavailable`, `KafkaRefused`."""
    wanted = rights(settings)
    async with cluster(connection) as opened:
        for right in wanted:
            user, operation = f"User:{right.user}", OPERATIONS[right.operation]
            request = CreateAclsRequest(right.resource, right.name, right.pattern, user, ANY_HOST, operation, ALLOW)
            [(code, message)] = (await opened.brokers.ask(request)).creation_responses
            opened.brokers.require(code, f"the right of {right.user} to {right.operation} {right.name}", message)
    return len(wanted)


def apply_as_configured() -> int:
    """The same, at the Kafka and as the user that `DUECOURSE_KAFKA*` name; raises `BrokerUnavailable`."""
    try:
        settings = load_settings({})
        return asyncio.run(apply_acls(connection_of(settings), settings))
    except (SettingsRefused, KafkaUnavailable, KafkaRefused) as error:
        raise BrokerUnavailable(str(error)) from error
