"""What the topics must be: compared with what they are, made, and corrected where that is possible.

Two differences are fatal, for figures would be wrong: compaction, which deletes the facts of a case but its last, and
time stamps of the sender in place of the broker's, which is when a fact was recorded.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from services.kafka.cluster import Cluster, Topic, cluster
from services.kafka.connection import Connection
from services.log import Span
from services.settings import Settings

REPLICAS_WANTED: Final = 3
MESSAGE_BYTES_MAX: Final = 2 << 20
"""Of a record: facts of up to 1 MiB with their headers, and somewhat larger ones, so that they become dead letters."""
DEAD_LETTER_BYTES_MAX: Final = 3 << 20
"""A record with the reasons for its burial."""

APPLY: Final = "run `duecourse topics apply`"
AFTERWARDS: Final = {
    "cleanup.policy": f"{APPLY}; what was compacted is gone: send it again",
    "message.timestamp.type": f"{APPLY}; records written before keep the sender's time",
    "partitions": f"{APPLY}; it never takes partitions away",
    "replicas": "move the partitions with kafka-reassign-partitions.sh",
}


class WantedTopic(Struct, frozen=True):
    """One topic. `facts`: figures are made of it."""

    name: str
    partitions: int
    message_bytes_max: int
    facts: bool

    def settings(self, replicas: int) -> dict[str, str]:
        """Kafka's settings; of the replicas, all but one must have a record before it counts as written."""
        return {
            "cleanup.policy": "delete",
            "max.message.bytes": str(self.message_bytes_max),
            "message.timestamp.type": "LogAppendTime",
            "min.insync.replicas": str(max(1, replicas - 1)),
            "retention.bytes": "-1",
            "retention.ms": "-1",
            "unclean.leader.election.enable": "false",
        }


class Finding(Struct, frozen=True):
    """A difference. `fatal`: with this, nothing can be read or figures would be wrong."""

    topic: str
    setting: str
    found: str
    wanted: str
    fatal: bool
    advice: str


class Change(Struct, frozen=True):
    """What was made or corrected; `before` is empty for a topic that is new."""

    topic: str
    setting: str
    before: str
    after: str


class Applied(Struct, frozen=True):
    """What was changed, and what is left for somebody to do."""

    changes: Sequence[Change]
    left: Sequence[Finding]


def wanted_topics(settings: Settings) -> tuple[WantedTopic, WantedTopic]:
    """The topic of the facts and that of the dead letters."""
    return (
        WantedTopic(settings.kafka_topic, settings.kafka_partitions, MESSAGE_BYTES_MAX, facts=True),
        WantedTopic(settings.kafka_dead_letters_topic, 1, DEAD_LETTER_BYTES_MAX, facts=False),
    )


async def check(connection: Connection, wanted: Sequence[WantedTopic]) -> list[Finding]:
    """How the topics differ from what they must be. Raises `KafkaUnavailable`, `KafkaRefused`."""
    async with cluster(connection) as opened:
        return await _differences(opened, wanted)


async def apply(connection: Connection, wanted: Sequence[WantedTopic]) -> Applied:
    """Makes topics, corrects settings, adds partitions; never deletes a topic or a partition. May be repeated.

    Raises `KafkaUnavailable`, `KafkaRefused`; what was done until then stays done.
    """
    async with cluster(connection) as opened:
        changes = []
        for one in wanted:
            changes += await _applied(opened, one)
        return Applied(changes, await _differences(opened, wanted))


async def topic_id(connection: Connection, topic: str) -> str:
    """Kafka's id of a topic, as its tools print it: another one after it was deleted and made anew."""
    async with cluster(connection) as opened:
        return (await opened.topic(topic)).id


async def spans(connection: Connection, topic: str) -> dict[int, Span]:
    """What the log holds, by partition. Who asks often keeps a `Cluster` open instead."""
    async with cluster(connection) as opened:
        return await opened.spans(topic)


async def _applied(opened: Cluster, wanted: WantedTopic) -> list[Change]:
    description = await opened.describe([wanted.name])
    replicas = min(REPLICAS_WANTED, description.brokers)
    if wanted.name not in description.topics:
        settings = wanted.settings(replicas)
        await opened.create(wanted.name, partitions=wanted.partitions, replicas=replicas, settings=settings)
        made = {"partitions": str(wanted.partitions), "replicas": str(replicas)} | settings
        return [Change(wanted.name, setting, "", value) for setting, value in made.items()]
    found = description.topics[wanted.name]
    differing = await _differing_settings(opened, wanted, found)
    changes = [Change(wanted.name, one.setting, one.found, one.wanted) for one in differing]
    if differing:
        await opened.alter(wanted.name, {one.setting: one.wanted for one in differing})
    if len(found.leaders) < wanted.partitions:
        await opened.grow(wanted.name, wanted.partitions)
        changes.append(Change(wanted.name, "partitions", str(len(found.leaders)), str(wanted.partitions)))
    return changes


async def _differences(opened: Cluster, wanted: Sequence[WantedTopic]) -> list[Finding]:
    description = await opened.describe([one.name for one in wanted])
    findings = []
    for one in wanted:
        found = description.topics.get(one.name)
        if found is None:
            findings.append(Finding(one.name, "topic", "missing", "there", one.facts, APPLY))
            continue
        replicas = min(REPLICAS_WANTED, description.brokers)
        findings += _fewer(one, "partitions", len(found.leaders), one.partitions)
        findings += _fewer(one, "replicas", found.replicas, replicas)
        findings += await _differing_settings(opened, one, found)
    return findings


def _fewer(wanted: WantedTopic, setting: str, found: int, least: int) -> list[Finding]:
    if found >= least:
        return []
    return [Finding(wanted.name, setting, str(found), str(least), fatal=False, advice=AFTERWARDS[setting])]


async def _differing_settings(opened: Cluster, wanted: WantedTopic, topic: Topic) -> list[Finding]:
    """`min.insync.replicas` goes by the replicas that the topic has, not by those that it should have."""
    found = await opened.topic_settings(wanted.name)
    return [
        Finding(wanted.name, name, found.get(name, ""), value, _fatal(wanted, name, found), AFTERWARDS.get(name, APPLY))
        for name, value in wanted.settings(topic.replicas).items()
        if not _serves(name, found.get(name, ""), value, topic.replicas)
    ]


def _serves(name: str, found: str, wanted: str, replicas: int) -> bool:
    match name:
        case "max.message.bytes":
            return int(found or 0) >= int(wanted)
        case "min.insync.replicas":
            return int(wanted) <= int(found or 0) <= replicas
        case _:
            return found == wanted


def _fatal(wanted: WantedTopic, name: str, found: Mapping[str, str]) -> bool:
    compacted = name == "cleanup.policy" and "compact" in found.get(name, "")
    return wanted.facts and (compacted or name == "message.timestamp.type")
