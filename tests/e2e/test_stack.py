"""`make stack`: everything on one machine, watched while it runs, and gone when it stops."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.coordinator.protocol import ConsumerProtocol

from deploy.kafka.broker import LocalBroker
from deploy.stack.programs import PID_FILE, end_leftovers
from services.postgres.embedded import embedded_postgres
from services.settings import Settings
from tests.fixtures.databases import fetch
from tests.fixtures.processes import eventually
from tests.fixtures.scraping import samples

pytestmark = pytest.mark.slow

CASES = 150
UP_WITHIN_SECONDS = 300
STOPPED_WITHIN_SECONDS = 15
SEEN_WITHIN_SECONDS = 90
PARTITIONS = {0, 1, 2, 3}
LIVE_EVENTS = 5


@dataclass
class Running:
    """A stack in a folder of its own; what it says goes to `said.txt` beside that."""

    root: Path
    process: "subprocess.Popen[bytes] | None" = None
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.root / "stack"

    def up(self) -> None:
        """Starts it and waits until it has said where everything is."""
        before = self.said().count("Ctrl-C stops it")
        command = [sys.executable, "-m", "deploy.stack", "up", "--folder", self.folder, "--cases", str(CASES)]
        with (self.root / "said.txt").open("ab") as said:
            self.process = subprocess.Popen(command, env=_environment(), stdout=said, stderr=said)
        deadline = time.monotonic() + UP_WITHIN_SECONDS
        while self.said().count("Ctrl-C stops it") == before:
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)
        self.variables = self._sourced()

    def said(self) -> str:
        path = self.root / "said.txt"
        return path.read_text() if path.exists() else ""

    def _sourced(self) -> dict[str, str]:
        """What a shell knows once it has read the file that the stack wrote."""
        script = f". {self.folder / 'environment'} && env"
        own = _environment()
        shown = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True, env=own)
        lines = [line for line in shown.stdout.splitlines() if line.startswith(("DUECOURSE_", "STACK_"))]
        return dict(line.split("=", 1) for line in lines)

    def stop(self) -> int:
        """SIGTERM; gives the exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOPPED_WITHIN_SECONDS)

    def processes(self) -> list[psutil.Process]:
        """Those of this machine that were called with a path in our folder."""
        return [one for one in psutil.process_iter() if str(self.folder) in " ".join(_arguments(one))]

    def pid(self, part: str) -> int:
        return int((self.folder / part / PID_FILE).read_text().splitlines()[0])

    async def positions(self) -> dict[int, int]:
        """The checkpoints, as the database has them."""
        rows = await fetch(self.variables["DUECOURSE_DATABASE"], "select partition, position from checkpoints")
        return {row["partition"]: row["position"] for row in rows}

    def received(self) -> float:
        """Facts of type `received` that the exporter's page says were applied."""
        found = samples(self.page(), "duecourse_events_applied_total")
        return sum(value for labels, value in found.items() if dict(labels)["type"] == "received")

    def page(self) -> str:
        return httpx.get(f"{self.variables['STACK_EXPORTER']}/metrics").raise_for_status().text

    def leave_nothing_running(self) -> None:
        """Whatever the test did."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait()
        end_leftovers(self.folder)
        LocalBroker(self.folder / "kafka").kill()
        if (self.folder / "database" / "postgres" / "postmaster.pid").exists():
            with embedded_postgres(self.folder / "database"):
                pass


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("DUECOURSE_")}


def _arguments(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@pytest.fixture(scope="module")
def stack(jars: Path) -> Iterator[Running]:
    """One for the tests of this file; the last of them stops it."""
    assert jars.exists()
    root = Path(tempfile.mkdtemp(prefix="duecourse-up-"))
    root.chmod(0o755)  # as root, PostgreSQL runs under another account
    running = Running(root)
    try:
        running.up()
        yield running
    finally:
        running.leave_nothing_running()
        shutil.rmtree(root, ignore_errors=True)


async def test_two_workers_share_the_partitions(stack: Running) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=stack.variables["DUECOURSE_KAFKA"])
    await admin.start()
    try:
        [answer] = await admin.describe_consumer_groups([Settings().kafka_group])
    finally:
        await admin.close()
    [(_, _, _, _, _, members)] = answer.groups
    shares = [_partitions(assignment) for *_, assignment in members]
    assert [len(share) for share in shares] == [2, 2]
    assert set().union(*shares) == PARTITIONS


def _partitions(assignment: bytes) -> set[int]:
    return {named.partition for named in ConsumerProtocol.ASSIGNMENT.decode(assignment).partitions()}


async def test_live_events_move_every_checkpoint_and_reach_the_metrics(stack: Running) -> None:
    first = await stack.positions()
    assert set(first) == PARTITIONS
    received = stack.received()
    assert received >= CASES * 0.9
    deadline = time.monotonic() + SEEN_WITHIN_SECONDS
    while not all(position > first[one] for one, position in (await stack.positions()).items()):
        assert time.monotonic() < deadline, stack.said()
    await eventually(lambda: stack.received() >= received + LIVE_EVENTS, SEEN_WITHIN_SECONDS)
    assert set(samples(stack.page(), "duecourse_projection_halted").values()) == {0}


async def test_board_and_readiness_answer_and_prometheus_scrapes(stack: Running) -> None:
    api, exporter = stack.variables["STACK_API"], stack.variables["STACK_EXPORTER"]
    assert httpx.get(f"{api}/").status_code == 200
    for address in (api, exporter):
        assert httpx.get(f"{address}/health/ready").json() == {"status": "ready"}
    if "STACK_PROMETHEUS" not in stack.variables:
        assert "prometheus is left out" in stack.said()
        return

    def scraped() -> bool:
        answer = httpx.get(f"{stack.variables['STACK_PROMETHEUS']}/api/v1/targets").json()
        targets = answer["data"]["activeTargets"]
        named = f"{exporter}/metrics" in {one["scrapeUrl"] for one in targets}
        return named and {one["health"] for one in targets if one["labels"]["job"] == "duecourse-process"} == {"up"}

    await eventually(scraped, SEEN_WITHIN_SECONDS)


async def test_a_worker_that_is_killed_is_told_and_started_again(stack: Running) -> None:
    pid = stack.pid("worker-1")
    os.kill(pid, signal.SIGKILL)
    await eventually(lambda: "worker-1 was started again" in stack.said(), SEEN_WITHIN_SECONDS)
    assert "worker-1 was ended by SIGKILL; the end of" in stack.said()
    assert stack.pid("worker-1") != pid


def test_a_second_stack_on_the_folder_is_refused(stack: Running) -> None:
    command = [sys.executable, "-m", "deploy.stack", "up", "--folder", stack.folder]
    second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert f"in use by another stack, process {stack.process and stack.process.pid}" in second.stderr


async def test_sigterm_stops_everything_and_the_next_start_goes_on_with_the_same_data(stack: Running) -> None:
    assert len(stack.processes()) > len(("stack", "broker", "PostgreSQL", "api", "exporter", "worker", "worker"))
    before = await stack.positions()
    addresses = dict(stack.variables)
    assert stack.stop() == 0, stack.said()
    assert stack.processes() == []
    stack.up()
    assert stack.variables == addresses
    assert "loaded before" in stack.said()
    after = await stack.positions()
    assert all(after[one] >= position for one, position in before.items())
    await eventually(lambda: stack.received() > 0, SEEN_WITHIN_SECONDS)
    assert stack.stop() == 0, stack.said()
    assert stack.processes() == []
