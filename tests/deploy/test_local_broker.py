"""The broker in a folder: its life, its ends, and what it needs."""

import json
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from deploy.kafka.__main__ import DONE, NOT_SO, main
from deploy.kafka.broker import LocalBroker, local_broker
from deploy.kafka.errors import BrokerUnavailable
from deploy.kafka.jars import LIST, kafka_jars, listed
from deploy.kafka.plan import USERS
from services.kafka.connection import Connection
from services.kafka.topics import spans, topic_id
from services.log import Span
from tests.fixtures.kafka import fresh_topic


async def test_a_killed_broker_starts_again_on_its_port_and_its_data(broker_folder: Path) -> None:
    with local_broker(broker_folder) as broker:
        kafka, pid = Connection((broker.bootstrap,)), broker.pid
        topic = await fresh_topic(kafka)
        before = await topic_id(kafka, topic)
        async with AIOKafkaProducer(**kafka.client_arguments(), acks="all") as producer:
            for number in range(5):
                await producer.send_and_wait(topic, b"%d" % number)
        broker.kill()
        assert (broker.pid, broker.answers()) == (None, False)
        broker.start()
        assert broker.pid not in (None, pid)
        assert Connection((broker.bootstrap,)) == kafka
        assert await topic_id(kafka, topic) == before
        assert await spans(kafka, topic) == {0: Span(0, 5)}
    assert LocalBroker(broker_folder).pid is None
    assert not (broker_folder / "broker.pid").exists()


def test_the_command_line_starts_finds_and_stops_a_broker_that_outlives_it(
    broker_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(broker_folder)
    command = [sys.executable, "-m", "deploy.kafka", "start", "--folder", folder]
    started = subprocess.run(command, capture_output=True, text=True, check=True)
    address = (broker_folder / "broker.address").read_text().strip()
    assert started.stdout.split()[:2] == ["bootstrap", address]
    assert main(["status", "--folder", folder]) == DONE
    assert capsys.readouterr().out == started.stdout
    assert main(["start", "--folder", folder]) == DONE  # it runs: nothing is started
    assert capsys.readouterr().out == started.stdout
    assert main(["start", "--folder", folder, "--port", "1"]) == NOT_SO
    assert address.split(":")[1] in capsys.readouterr().err
    assert main(["stop", "--folder", folder]) == DONE
    assert main(["status", "--folder", folder]) == NOT_SO
    assert capsys.readouterr().out == "not running\n"
    assert main(["stop", "--folder", folder]) == DONE


def test_settings_of_ones_own_win_and_what_kafka_refuses_is_said_in_one_line(broker_folder: Path) -> None:
    broker = LocalBroker(broker_folder, properties={"log.retention.check.interval.ms": "none"})
    with pytest.raises(BrokerUnavailable, match=r"log\.retention\.check\.interval\.ms") as refused:
        broker.start()
    assert "\n" not in str(refused.value)
    assert broker.pid is None


def test_users_and_keys_are_for_the_owners_eyes_alone(secure_broker: LocalBroker) -> None:
    assert set(secure_broker.users) == set(USERS)
    assert len(set(secure_broker.users.values())) == len(USERS)
    secrets = [secure_broker.folder / name for name in ("broker.json", "server.properties", "tls")]
    assert [stat.S_IMODE(path.stat().st_mode) & 0o077 for path in secrets] == [0, 0, 0]
    command = Path(f"/proc/{secure_broker.pid}/cmdline")
    if command.exists():
        assert not any(password in command.read_text() for password in secure_broker.users.values())


def test_a_pid_that_is_another_program_by_now_is_neither_joined_nor_ended(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        (tmp_path / "broker.pid").write_text(str(other.pid))
        broker = LocalBroker(tmp_path)
        assert broker.pid is None
        broker.stop()
        assert other.poll() is None
        other.communicate(b"\n")


def test_a_folder_with_files_of_others_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("")
    with pytest.raises(BrokerUnavailable, match="holds files but no broker: choose another folder"):
        LocalBroker(tmp_path).start()
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_broker_without_users_does_not_get_them_later(tmp_path: Path) -> None:
    plan = {"port": 1, "controller_port": 2, "cluster_id": "x", "store_password": "x", "users": {}}
    (tmp_path / "broker.json").write_text(json.dumps(plan))
    with pytest.raises(BrokerUnavailable, match="made without users"):
        _ = LocalBroker(tmp_path, secure=True).port


def test_a_machine_without_java_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(BrokerUnavailable, match="java is missing: install Java 17 or newer"):
        LocalBroker(tmp_path).start()


def test_a_java_that_is_too_old_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "bin" / "java"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    old.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(BrokerUnavailable, match=r"11\.0\.2.*install Java 17"):
        LocalBroker(tmp_path / "folder").start()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Path]:
    """The folder behind a Maven repository on this machine, which DUECOURSE_MAVEN_REPOSITORY names."""
    folder = tmp_path / "repository"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("DUECOURSE_MAVEN_REPOSITORY", f"http://127.0.0.1:{server.server_port}/")
                yield folder
        finally:
            server.shutdown()
            serving.join()


def fill(repository: Path, jars: Path) -> None:
    for jar in listed():
        path = repository / jar.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(jars / jar.name)


def test_the_jars_come_from_a_repository_that_is_named_whole_or_not_at_all(
    repository: Path, jars: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "cache" / "kafka"
    with pytest.raises(BrokerUnavailable, match=r"404.*check DUECOURSE_MAVEN_REPOSITORY"):
        kafka_jars(kept)
    fill(repository, jars)
    spoilt = repository / listed()[7].path
    spoilt.unlink()
    spoilt.write_bytes(b"something else")
    with pytest.raises(BrokerUnavailable, match=f"{listed()[7].name}: not what deploy/kafka/jars.txt says"):
        kafka_jars(kept)
    assert list(kept.parent.iterdir()) == []
    spoilt.unlink()
    spoilt.symlink_to(jars / listed()[7].name)
    assert sorted(path.name for path in kafka_jars(kept).iterdir()) == sorted(jar.name for jar in listed())
    (kept / listed()[3].name).write_bytes(b"damaged")
    with pytest.raises(BrokerUnavailable, match=f"{listed()[3].name}: missing or damaged: remove the folder"):
        kafka_jars(kept)


def test_the_list_names_no_place_to_fetch_from() -> None:
    assert "://" not in LIST.read_text()
    assert len({jar.name for jar in listed()}) == len(listed()) > 40
    assert all(len(jar.sha256) == 64 for jar in listed())
