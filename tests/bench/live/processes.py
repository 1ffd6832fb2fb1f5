"""Processes that read the topic into a database."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from services.composition import Database
from tests.bench.live.facts import PARTITIONS
from tests.bench.live.stage import Stage

DUECOURSE = Path(sys.executable).with_name("duecourse")
ENDS_WITHIN_SECONDS = 10
LINES_SHOWN = 8

WORKER = [str(DUECOURSE), "worker"]
PLAIN_LOOP = [sys.executable, "-m", "tests.bench.live.plain_loop"]


class Readers:
    """Processes that were started. What they say is in a file."""

    def __init__(self, command: Sequence[str], count: int, environment: dict[str, str], said: Path) -> None:
        self._said = said
        with said.open("wb") as file:
            self.processes = [
                subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
                for _ in range(count)
            ]

    def require_running(self) -> None:
        """Raises where one has ended, with its last words. Who kills one takes it out of `processes`."""
        for process in self.processes:
            if process.poll() is not None:
                words = self._said.read_text(errors="replace").splitlines()[-LINES_SHOWN:]
                raise RuntimeError(f"process {process.pid} ended with status {process.returncode}: " + "\n".join(words))

    def end(self) -> None:
        """In order, or else at once."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(ENDS_WITHIN_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def reading(stage: Stage, found: Database, command: Sequence[str], count: int) -> Iterator[Readers]:
    """So many processes of a command, as members of a group that no other run is in."""
    name = f"bench-{uuid4().hex[:12]}"
    url = found.settings.database or ""
    options = ["--kafka", stage.connection.address, "--database", url]
    readers = Readers([*command, *options], count, _environment(stage, name), stage.folder / f"{name}.txt")
    try:
        yield readers
    finally:
        readers.end()


def _environment(stage: Stage, group: str) -> dict[str, str]:
    """With the security settings of a Kafka that is not ours, if there are any."""
    return os.environ | {
        "DUECOURSE_KAFKA_TOPIC": stage.topic,
        "DUECOURSE_KAFKA_DEAD_LETTERS_TOPIC": f"{stage.topic}.dead-letters",
        "DUECOURSE_KAFKA_PARTITIONS": str(PARTITIONS),
        "DUECOURSE_KAFKA_GROUP": group,
        "DUECOURSE_LOG_LEVEL": "warning",
    }
