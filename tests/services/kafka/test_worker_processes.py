"""Workers as processes: shared partitions, kill -9, signals under load, errors that end them, Faust's command line."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from services.composition import Database
from services.kafka.connection import Connection
from tests.fixtures.databases import opened
from tests.fixtures.processes import eventually
from tests.services.kafka.ledger import Ledger
from tests.services.kafka.topic import Topic, new_topic

pytestmark = pytest.mark.slow

WITHIN_SECONDS = 60
STOPPED_WITHIN_SECONDS = 5.0
POLL_SECONDS = 0.1
PARTITIONS = 4
RECORDS_AT_ONCE = 2_000
SCRIPT = "tests.services.kafka.worker_process"
FAUST = Path(sys.executable).with_name("faust")

Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
async def topic(kafka: Connection) -> Topic:
    return await new_topic(kafka, PARTITIONS)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger")


@pytest.fixture
def start(topic: Topic, tmp_path: Path) -> Iterator[Start]:
    """Starts a worker by its name; what it says goes to a file of that name."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(reader: str, fault: str = "") -> subprocess.Popen[bytes]:
        where = [topic.connection.address, topic.name, f"group-{topic.name}", str(tmp_path / "ledger")]
        environment = os.environ | {"WORKER_ARGUMENTS": "\n".join([*where, reader, fault])}
        with (tmp_path / reader).open("wb") as said:
            started.append(subprocess.Popen([sys.executable, "-m", SCRIPT], env=environment, stdout=said, stderr=said))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.wait()


async def keep_writing(topic: Topic) -> None:
    for number in range(1_000_000):
        await topic.write((one % PARTITIONS, b"%d-%d" % (number, one)) for one in range(RECORDS_AT_ONCE))


async def written(topic: Topic) -> dict[int, int]:
    return {partition: span.end for partition, span in (await topic.spans()).items()}


async def test_two_workers_share_the_partitions_and_one_takes_over_from_a_killed_one(
    topic: Topic, ledger: Ledger, start: Start
) -> None:
    writing = asyncio.create_task(keep_writing(topic))
    first, second = start("first"), start("second")
    await eventually(lambda: shared(ledger, "first", "second"), WITHIN_SECONDS)
    first.kill()
    since = ledger.batch_count()
    await eventually(lambda: len(ledger.readers(since).get("second", ())) == PARTITIONS, WITHIN_SECONDS)
    start("third")
    await eventually(lambda: shared(ledger, "second", "third"), WITHIN_SECONDS)
    second.send_signal(signal.SIGTERM)
    await eventually(lambda: second.poll() is not None, STOPPED_WITHIN_SECONDS)
    assert second.returncode == 0
    writing.cancel()
    with suppress(asyncio.CancelledError):
        await writing
    ends = await written(topic)
    await eventually(lambda: ledger.checkpoints() == ends, WITHIN_SECONDS)
    assert all(ledger.offsets(partition) == list(range(end)) for partition, end in ends.items())
    assert ledger.halted() == []


def shared(ledger: Ledger, *readers: str) -> bool:
    """Among the latest batches, each reader has partitions and together they have all, none of them twice."""
    found = ledger.readers(ledger.batch_count() - 4 * PARTITIONS)
    sets = [found.get(reader, set()) for reader in readers]
    return all(sets) and sum(map(len, sets)) == PARTITIONS and set.union(*sets) == set(range(PARTITIONS))


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_a_worker_stopped_under_load_ends_soon_with_status_0(
    topic: Topic, ledger: Ledger, start: Start, tmp_path: Path, how: signal.Signals
) -> None:
    for _ in range(10):
        await topic.write((one % PARTITIONS, b"%d" % one) for one in range(RECORDS_AT_ONCE))
    worker = start("worker")
    await eventually(lambda: ledger.count() > 0, WITHIN_SECONDS)
    worker.send_signal(how)
    await eventually(lambda: worker.poll() is not None, STOPPED_WITHIN_SECONDS)
    assert worker.returncode == 0
    assert "Traceback" not in (tmp_path / "worker").read_text()
    assert (tmp_path / "ledger-worker-ended").read_text() == "ended"  # what ran beside it


async def test_a_worker_stopped_twice_and_without_patience_ends_soon(
    topic: Topic, ledger: Ledger, start: Start
) -> None:
    await topic.write([(0, b"1")])
    worker = start("worker")
    await eventually(lambda: ledger.count() > 0, WITHIN_SECONDS)
    worker.send_signal(signal.SIGTERM)
    worker.send_signal(signal.SIGTERM)
    await eventually(lambda: worker.poll() is not None, STOPPED_WITHIN_SECONDS)
    assert worker.returncode == 0


@pytest.mark.parametrize("fault", ["open", "positions", "project", "background"])
async def test_an_error_ends_the_process_with_status_1_and_says_why(
    topic: Topic, start: Start, tmp_path: Path, fault: str
) -> None:
    await topic.write([(0, b"1")])
    worker = start("worker", fault)
    await eventually(lambda: worker.poll() is not None, WITHIN_SECONDS)
    assert worker.returncode == 1
    assert (tmp_path / "worker").read_text().rstrip().endswith(f"ZeroDivisionError: {fault}")


async def test_fausts_own_command_line_runs_a_worker_without_its_web_server(
    topic: Topic, database_url: str, tmp_path: Path
) -> None:
    await topic.write((one % PARTITIONS, b"no fact") for one in range(RECORDS_AT_ONCE))
    settings = {
        "DUECOURSE_DATABASE": database_url,
        "DUECOURSE_KAFKA": topic.connection.address,
        "DUECOURSE_KAFKA_TOPIC": topic.name,
        "DUECOURSE_KAFKA_GROUP": topic.name,
        "WEB_ENABLED": "true",  # Faust's own variables have no say
        "STREAM_BUFFER_MAXSIZE": "0",
    }
    async with opened(database_url) as database:
        command = [FAUST, "-A", "services.kafka.faust_app", "--loop", "uvloop", "worker"]
        with (tmp_path / "said").open("wb") as said:
            worker = subprocess.Popen(command, env=os.environ | settings, cwd=tmp_path, stdout=said, stderr=said)
        try:
            ends = await written(topic)
            await until(lambda: positions(database), ends)
            assert [one for one in psutil.Process(worker.pid).net_connections() if one.status == "LISTEN"] == []
            worker.send_signal(signal.SIGTERM)
            await eventually(lambda: worker.poll() is not None, STOPPED_WITHIN_SECONDS)
            assert worker.returncode == 0, (tmp_path / "said").read_text()
        finally:
            worker.kill()
            worker.wait()
    assert [one.name for one in tmp_path.iterdir()] == ["said"]  # no folders of Faust's


async def positions(database: Database) -> dict[int, int]:
    return {one.partition: one.position for one in await database.store.checkpoints() if one.topic_id}


async def until(found: Callable[[], Awaitable[object]], wanted: object) -> None:
    async with asyncio.timeout(WITHIN_SECONDS):
        while await found() != wanted:
            await asyncio.sleep(POLL_SECONDS)
