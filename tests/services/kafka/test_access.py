"""A Kafka that knows its users: who is let in, and what each role may do there and what not."""

import asyncio
from dataclasses import replace

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import GroupAuthorizationFailedError, TopicAuthorizationFailedError

from deploy.kafka.__main__ import DONE, NOT_SO, main
from deploy.kafka.acls import apply_acls, rights
from deploy.kafka.broker import LocalBroker
from deploy.kafka.plan import ADMIN, ROLES
from services.kafka.connection import Connection
from services.kafka.errors import KafkaRefused, KafkaUnavailable
from services.kafka.topics import apply, check, spans, wanted_topics
from services.settings import Settings
from tests.fixtures.kafka import connection_as

SETTINGS = Settings()
FACTS = SETTINGS.kafka_topic
DEAD_LETTERS = SETTINGS.kafka_dead_letters_topic
TOPICS = wanted_topics(SETTINGS)
READ_SECONDS = 20


@pytest.fixture(scope="module")
def guarded(secure_broker: LocalBroker) -> LocalBroker:
    """The broker with its rights given, and its topics made by the role that makes them."""

    async def prepare() -> None:
        await apply_acls(connection_as(secure_broker, ADMIN), SETTINGS)
        await apply(connection_as(secure_broker, "duecourse-topics"), TOPICS)

    asyncio.run(prepare())
    return secure_broker


def as_role(broker: LocalBroker, role: str) -> Connection:
    return connection_as(broker, f"duecourse-{role}")


async def write(connection: Connection, topic: str) -> None:
    async with AIOKafkaProducer(**connection.client_arguments(), enable_idempotence=True) as producer:
        await producer.send_and_wait(topic, b"a fact", key=b"a case")


async def read(connection: Connection) -> bytes:
    """One fact, as a member of no group."""
    consumer = AIOKafkaConsumer(**connection.client_arguments(), auto_offset_reset="earliest")
    consumer.assign([TopicPartition(FACTS, partition) for partition in range(SETTINGS.kafka_partitions)])
    return await one_from(consumer)


async def read_as_member(connection: Connection, group: str) -> bytes:
    arguments = connection.client_arguments() | {"group_id": group, "auto_offset_reset": "earliest"}
    return await one_from(AIOKafkaConsumer(FACTS, **arguments))


async def one_from(consumer: AIOKafkaConsumer) -> bytes:
    """What the next record says; a consumer that cannot start has to be stopped too."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            await consumer.start()
            found: bytes = (await consumer.getone()).value
            return found
    finally:
        await consumer.stop()


def test_every_role_has_rights_and_only_roles_have() -> None:
    assert {right.user for right in rights(SETTINGS)} == {f"duecourse-{role}" for role in ROLES}


async def test_the_api_writes_facts_and_the_worker_reads_them_as_a_member_of_its_group(guarded: LocalBroker) -> None:
    await write(as_role(guarded, "api"), FACTS)
    assert await read_as_member(as_role(guarded, "worker"), SETTINGS.kafka_group) == b"a fact"


async def test_the_api_cannot_read_facts(guarded: LocalBroker) -> None:
    await write(as_role(guarded, "api"), FACTS)
    with pytest.raises(TopicAuthorizationFailedError):
        await read(as_role(guarded, "api"))


async def test_the_worker_cannot_write_facts_but_dead_letters(guarded: LocalBroker) -> None:
    with pytest.raises(TopicAuthorizationFailedError):
        await write(as_role(guarded, "worker"), FACTS)
    await write(as_role(guarded, "worker"), DEAD_LETTERS)


async def test_the_worker_cannot_join_a_group_of_others(guarded: LocalBroker) -> None:
    with pytest.raises(GroupAuthorizationFailedError):
        await read_as_member(as_role(guarded, "worker"), "accounting")


async def test_the_deadlines_write_facts_and_no_dead_letters(guarded: LocalBroker) -> None:
    await write(as_role(guarded, "deadlines"), FACTS)
    with pytest.raises(TopicAuthorizationFailedError):
        await write(as_role(guarded, "deadlines"), DEAD_LETTERS)


async def test_the_exporter_sees_how_far_the_log_goes_and_nothing_in_it(guarded: LocalBroker) -> None:
    await write(as_role(guarded, "api"), FACTS)
    found = await spans(as_role(guarded, "exporter"), FACTS)
    assert sum(span.end for span in found.values()) > 0
    with pytest.raises(TopicAuthorizationFailedError):
        await read(as_role(guarded, "exporter"))


@pytest.mark.parametrize("role", ["topics", "worker"])
async def test_the_roles_that_need_it_see_how_the_topics_are_set(guarded: LocalBroker, role: str) -> None:
    assert await check(as_role(guarded, role), TOPICS) == []


async def test_who_has_no_right_to_it_cannot_make_topics(guarded: LocalBroker) -> None:
    other = wanted_topics(Settings(kafka_topic="not-ours", kafka_dead_letters_topic="not-ours-either"))
    with pytest.raises(KafkaRefused, match=r"duecourse-topics .* topic not-ours: give it the right to that"):
        await apply(as_role(guarded, "topics"), other)


async def test_giving_the_rights_twice_changes_nothing(guarded: LocalBroker) -> None:
    assert await apply_acls(connection_as(guarded, ADMIN), SETTINGS) == len(rights(SETTINGS))
    with pytest.raises(KafkaRefused, match="refuses duecourse-topics the right of duecourse-topics to create"):
        await apply_acls(as_role(guarded, "topics"), SETTINGS)


def test_the_command_line_gives_the_rights_as_the_user_whom_the_settings_name(
    guarded: LocalBroker, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = {"": guarded.bootstrap, "_SECURITY_PROTOCOL": "SASL_SSL", "_USERNAME": ADMIN}
    settings |= {"_PASSWORD": guarded.users[ADMIN], "_CA_FILE": str(guarded.ca_file)}
    for name, value in settings.items():
        monkeypatch.setenv(f"DUECOURSE_KAFKA{name}", value)
    assert main(["acls"]) == DONE
    assert capsys.readouterr().out == f"{len(rights(SETTINGS))} rights are in force\n"
    monkeypatch.setenv("DUECOURSE_KAFKA_PASSWORD", "wrong")
    assert main(["acls"]) == NOT_SO
    assert "refuses user admin" in capsys.readouterr().err


async def test_a_wrong_password_is_said_to_be_one_without_being_said(secure_broker: LocalBroker) -> None:
    wrong = connection_as(secure_broker, ADMIN, "not-the-password")
    with pytest.raises(KafkaRefused, match=r"refuses user admin .*check DUECOURSE_KAFKA_USERNAME") as refused:
        await check(wrong, TOPICS)
    assert "not-the-password" not in str(refused.value)


async def test_a_mechanism_that_the_broker_does_not_know_is_refused(secure_broker: LocalBroker) -> None:
    plain = replace(connection_as(secure_broker, ADMIN), sasl_mechanism="PLAIN")
    with pytest.raises(KafkaRefused, match=r"UnsupportedSaslMechanism.*_SASL_MECHANISM"):
        await check(plain, TOPICS)


async def test_a_certificate_of_an_unknown_signer_is_refused(secure_broker: LocalBroker) -> None:
    stranger = replace(connection_as(secure_broker, ADMIN), ca_file=None)
    with pytest.raises(KafkaRefused, match=r"not trusted .*set DUECOURSE_KAFKA_CA_FILE"):
        await check(stranger, TOPICS)


async def test_plain_text_to_a_broker_that_speaks_tls_is_told_apart_by_its_protocol(secure_broker: LocalBroker) -> None:
    with pytest.raises(KafkaUnavailable, match=r"over PLAINTEXT .*DUECOURSE_KAFKA_SECURITY_PROTOCOL"):
        await check(Connection((secure_broker.bootstrap,)), TOPICS)
