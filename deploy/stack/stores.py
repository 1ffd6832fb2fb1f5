"""The log and the truth: a broker and a PostgreSQL that run as long as the stack does. Their data stays."""

import os
import signal
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

from deploy.kafka.broker import LocalBroker
from deploy.kafka.processes import is_running
from deploy.stack.errors import last_lines
from services.postgres.embedded import embedded_postgres

KAFKA_STOP_SECONDS: Final = 5.0
POLL_SECONDS: Final = 0.05


class Kafka:
    """A broker in a folder. `port` 0: the one that the folder has, or a free one."""

    name: Final = "Kafka"

    def __init__(self, folder: Path, *, port: int) -> None:
        self._broker = LocalBroker(folder, port=port)

    @property
    def bootstrap(self) -> str:
        return self._broker.bootstrap

    def start(self) -> None:
        """Returns when it answers."""
        self._broker.start()

    def runs(self) -> bool:
        return self._broker.pid is not None

    def ending(self) -> str:
        log = self._broker.folder / "broker.log"
        return f"{self.name} ended; the end of {log}:{last_lines(log)}"

    def stop(self) -> None:
        """In order where that takes some seconds at most: a broker that was killed recovers at its next start."""
        pid, deadline = self._broker.pid, time.monotonic() + KAFKA_STOP_SECONDS
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        while self.runs() and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        self._broker.kill()


class Postgres:
    """The server from the wheel; `url` is that of its database once it runs."""

    name: Final = "PostgreSQL"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._used = ExitStack()
        self.url = ""

    def start(self) -> None:
        """Returns when it answers. One that died while we use it is started again for all who do."""
        if self.url:
            with embedded_postgres(self._folder):
                return
        self.url = self._used.enter_context(embedded_postgres(self._folder))

    def runs(self) -> bool:
        with suppress(FileNotFoundError, IndexError, ValueError):
            pid = int((self._folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])
            return is_running(pid, str(self._folder / "postgres"), None)
        return False

    def ending(self) -> str:
        log = self._folder / "postgres.log"
        return f"{self.name} ended; the end of {log}:{last_lines(log)}"

    def stop(self) -> None:
        self._used.close()
