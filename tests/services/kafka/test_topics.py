"""Topics as code, on a real broker."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from services.kafka.cluster import cluster
from services.kafka.connection import Connection
from services.kafka.errors import KafkaRefused, KafkaUnavailable
from services.kafka.topics import Change, WantedTopic, apply, check, spans, topic_id, wanted_topics
from services.log import Span
from services.settings import Settings
from tests.fixtures.kafka import fresh_name, fresh_topic
from tests.fixtures.verbs import Ended, run_verb

NOBODY = "127.0.0.1:1"


def facts(name: str, partitions: int = 3) -> WantedTopic:
    return WantedTopic(name, partitions, message_bytes_max=2 << 20, facts=True)


def buried(name: str) -> WantedTopic:
    return WantedTopic(name, 1, message_bytes_max=3 << 20, facts=False)


async def settings_of(kafka: Connection, topic: str) -> dict[str, str]:
    async with cluster(kafka) as opened:
        return await opened.topic_settings(topic)


async def write(kafka: Connection, topic: str, *values: bytes) -> None:
    async with AIOKafkaProducer(**kafka.client_arguments(), max_request_size=4 << 20) as producer:
        for value in values:
            await producer.send_and_wait(topic, value, partition=0)


async def test_topics_that_are_missing_are_found_and_made_as_they_must_be(kafka: Connection) -> None:
    wanted = (facts(fresh_name()), buried(fresh_name("dead-letters")))
    missing = await check(kafka, wanted)
    assert [(one.topic, one.setting, one.found, one.fatal) for one in missing] == [
        (wanted[0].name, "topic", "missing", True),
        (wanted[1].name, "topic", "missing", False),
    ]
    applied = await apply(kafka, wanted)
    assert applied.left == []
    assert Change(wanted[0].name, "partitions", "", "3") in applied.changes
    found = await settings_of(kafka, wanted[0].name)
    assert {name: found[name] for name in wanted[0].settings(1)} == {
        "cleanup.policy": "delete",
        "max.message.bytes": "2097152",
        "message.timestamp.type": "LogAppendTime",
        "min.insync.replicas": "1",
        "retention.bytes": "-1",
        "retention.ms": "-1",
        "unclean.leader.election.enable": "false",
    }
    assert await check(kafka, wanted) == []


async def test_applying_again_changes_nothing(kafka: Connection) -> None:
    wanted = (facts(fresh_name()),)
    await apply(kafka, wanted)
    before = await topic_id(kafka, wanted[0].name)
    again = await apply(kafka, wanted)
    assert (again.changes, again.left) == ([], [])
    assert await topic_id(kafka, wanted[0].name) == before


@pytest.mark.parametrize("policy", ["compact", "compact,delete"])
async def test_compaction_and_senders_stamps_are_fatal_for_facts_and_corrected(kafka: Connection, policy: str) -> None:
    name = await fresh_topic(kafka, 3, {"cleanup.policy": policy, "message.timestamp.type": "CreateTime"})
    found = {one.setting: one for one in await check(kafka, [facts(name)])}
    assert {setting for setting, one in found.items() if one.fatal} == {"cleanup.policy", "message.timestamp.type"}
    assert (found["cleanup.policy"].found, found["cleanup.policy"].wanted) == (policy, "delete")
    assert "send it again" in found["cleanup.policy"].advice
    assert not any(one.fatal for one in await check(kafka, [buried(name)]))
    applied = await apply(kafka, [facts(name)])
    assert Change(name, "message.timestamp.type", "CreateTime", "LogAppendTime") in applied.changes
    assert applied.left == []


async def test_a_limited_retention_is_found_and_is_not_fatal_for_nothing_is_lost_unseen(kafka: Connection) -> None:
    name = await fresh_topic(kafka, 3, {"retention.ms": "60000"})
    found = {one.setting: one.fatal for one in await check(kafka, [facts(name)])}
    assert found["retention.ms"] is False
    assert "message.timestamp.type" not in found


async def test_what_is_corrected_leaves_other_settings_and_larger_limits_alone(kafka: Connection) -> None:
    more = {"segment.bytes": "1048576", "max.message.bytes": str(8 << 20), "retention.ms": "60000"}
    name = await fresh_topic(kafka, 3, more)
    applied = await apply(kafka, [facts(name)])
    assert "max.message.bytes" not in {one.setting for one in applied.changes}
    found = await settings_of(kafka, name)
    assert (found["segment.bytes"], found["max.message.bytes"]) == ("1048576", str(8 << 20))
    assert found["retention.ms"] == "-1"


async def test_partitions_are_added_and_never_taken_away(kafka: Connection) -> None:
    name = fresh_name()
    await apply(kafka, [facts(name, 2)])
    [finding] = await check(kafka, [facts(name, 5)])
    assert (finding.setting, finding.found, finding.wanted, finding.fatal) == ("partitions", "2", "5", False)
    grown = await apply(kafka, [facts(name, 5)])
    assert (list(grown.changes), grown.left) == ([Change(name, "partitions", "2", "5")], [])
    assert len(await spans(kafka, name)) == 5
    fewer = await apply(kafka, [facts(name, 1)])
    assert (fewer.changes, fewer.left) == ([], [])
    assert len(await spans(kafka, name)) == 5


async def test_the_id_of_a_topic_is_another_one_after_it_was_made_anew(kafka: Connection) -> None:
    name = await fresh_topic(kafka)
    before = await topic_id(kafka, name)
    assert len(before) == 22
    admin = AIOKafkaAdminClient(**kafka.client_arguments())
    await admin.start()
    try:
        await admin.delete_topics([name])
    finally:
        await admin.close()
    with pytest.raises(KafkaRefused, match=f"no topic {name}: run `duecourse topics apply`"):
        await topic_id(kafka, name)
    await apply(kafka, [facts(name, 1)])
    assert await topic_id(kafka, name) not in ("", before)


async def test_spans_are_what_the_log_holds_of_each_partition(kafka: Connection) -> None:
    name = await fresh_topic(kafka, 2)
    await write(kafka, name, *[b"fact"] * 7)
    assert await spans(kafka, name) == {0: Span(0, 7), 1: Span(0, 0)}
    admin = AIOKafkaAdminClient(**kafka.client_arguments())
    await admin.start()
    try:
        await admin.delete_records({TopicPartition(name, 0): RecordsToDelete(3)})
    finally:
        await admin.close()
    assert await spans(kafka, name) == {0: Span(3, 7), 1: Span(0, 0)}


async def test_a_record_somewhat_too_large_for_a_fact_fits_so_that_it_can_be_a_dead_letter(kafka: Connection) -> None:
    wanted = wanted_topics(Settings(kafka_topic=fresh_name(), kafka_dead_letters_topic=fresh_name("dead-letters")))
    await apply(kafka, wanted)
    await write(kafka, wanted[0].name, b"x" * ((1 << 20) + 1), b"x" * ((2 << 20) - 1_000))
    assert (await spans(kafka, wanted[0].name))[0].end == 2


async def test_a_kafka_that_does_not_answer_is_named_with_what_to_check() -> None:
    with pytest.raises(
        KafkaUnavailable, match=rf"Kafka at {NOBODY} does not answer over PLAINTEXT .*: check DUECOURSE_"
    ):
        await check(Connection((NOBODY,)), [facts("any")])


async def test_one_server_that_answers_is_enough(kafka: Connection) -> None:
    [finding] = await check(Connection((NOBODY, *kafka.servers)), [facts(fresh_name())])
    assert finding.setting == "topic"


Run = Callable[..., Ended]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a verb with two topics of the test's own."""
    named = {"DUECOURSE_KAFKA_TOPIC": fresh_name(), "DUECOURSE_KAFKA_DEAD_LETTERS_TOPIC": fresh_name("dead-letters")}

    def run_here(*words: str, **settings: str) -> Ended:
        more = {f"DUECOURSE_{name.upper()}": value for name, value in settings.items()}
        return run_verb(words, named | more, tmp_path)

    return run_here


def test_the_verbs_say_what_differs_change_it_and_end_as_promised(kafka: Connection, run: Run) -> None:
    named = ("--kafka", kafka.address)
    before = run("topics", "check", *named)
    assert (before.status, "missing" in before.stdout) == (1, True)
    assert {one["setting"] for one in json.loads(run("topics", "check", "--json", *named).stdout)} == {"topic"}
    applied = run("topics", "apply", "--json", *named)
    assert (applied.status, json.loads(applied.stdout)["left"]) == (0, [])
    after = run("topics", "check", kafka=kafka.address)
    assert (after.status, after.stdout, after.stderr) == (0, "every topic is as it must be\n", "")
    assert run("topics", "check", "--json", *named).stdout == "[]\n"
    assert run("topics", "apply", *named).stdout == "nothing to change\nevery topic is as it must be\n"


@pytest.mark.parametrize("verb", ["check", "apply"])
def test_the_verbs_end_with_3_and_one_line_where_kafka_does_not_answer(run: Run, verb: str) -> None:
    ended = run("topics", verb, "--kafka", NOBODY)
    assert (ended.status, ended.stdout, len(ended.stderr.splitlines())) == (3, "", 1)
    assert ended.stderr.startswith(f"duecourse: Kafka at {NOBODY} does not answer")


def test_the_verbs_end_with_2_where_no_kafka_is_named(run: Run) -> None:
    ended = run("topics", "check")
    assert (ended.status, ended.stderr.count("\n")) == (2, 1)
    assert "--kafka HOST:PORT" in ended.stderr


@pytest.mark.database
def test_doctor_looks_at_kafka_where_one_is_named(kafka: Connection, run: Run, database_url: str) -> None:
    def checks(address: str) -> dict[str, bool]:
        ended = run("doctor", "--json", "--kafka", address, "--database", database_url)
        return {one["check"]: one["ok"] for one in json.loads(ended.stdout)}

    found = checks(kafka.address)
    assert (found["Kafka"], found["topics"]) == (True, False)
    run("topics", "apply", "--kafka", kafka.address)
    assert checks(kafka.address)["topics"] is True
    found = checks(NOBODY)
    assert found["Kafka"] is False
    assert "topics" not in found
