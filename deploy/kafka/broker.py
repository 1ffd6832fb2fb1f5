"""One broker in one folder: started, found again by its pid, stopped or killed, started again on the same data.

It outlives the process that started it, unless that one stops it. One user of a folder at a time.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from deploy.kafka.certificates import make_certificates
from deploy.kafka.configuration import HOST, LOGGING, server_properties
from deploy.kafka.errors import BrokerUnavailable
from deploy.kafka.jars import kafka_jars
from deploy.kafka.java import complaint, find_java, require_version
from deploy.kafka.plan import FILE, Plan, plan_of, write_private
from deploy.kafka.probe import answers
from deploy.kafka.processes import is_running, wait_for_end
from deploy.kafka.storage import make_storage

START_SECONDS: Final = 90.0
STOP_SECONDS: Final = 30.0
POLL_SECONDS: Final = 0.05
LOG_BYTES_MAX: Final = 16 << 20
MEMORY: Final = ("-Xms64m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError")
STARTED: Final = b"Kafka Server started"


class LocalBroker:
    """`port` 0: the one that the folder has, or a free one. `properties` are Kafka's and win over ours.

    `secure`: TLS with a CA of the folder's own, users with passwords, and rights (`acls.toml`), none at first.
    """

    def __init__(
        self, folder: Path, *, port: int = 0, secure: bool = False, properties: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder.expanduser().resolve()
        self._port = port
        self._secure = secure
        self._more = dict(properties or {})
        self._process: subprocess.Popen[bytes] | None = None
        self._log_offset = 0

    @property
    def pid(self) -> int | None:
        """Of the broker that runs in this folder, whoever started it."""
        with suppress(FileNotFoundError, ValueError):
            pid = int((self.folder / "broker.pid").read_text())
            if is_running(pid, str(self._properties_file), self._process):
                return pid
        return None

    @property
    def port(self) -> int:
        """Fixed from the first start on."""
        return self._plan().port

    @property
    def bootstrap(self) -> str:
        """`host:port`."""
        return f"{HOST}:{self.port}"

    @property
    def ca_file(self) -> Path | None:
        """PEM of who signed the broker's certificate, where it has one."""
        return self.folder / "tls" / "ca.pem" if self._plan().secure else None

    @property
    def users(self) -> Mapping[str, str]:
        """Passwords by user: `admin`, who may do everything, and `duecourse-ROLE`. Empty where nobody is asked."""
        return self._plan().users

    def answers(self) -> bool:
        """Whether it takes requests now."""
        return self.pid is not None and answers(HOST, self.port, self.ca_file)

    def start(self) -> None:
        """Starts it unless it runs, and waits until it answers; raises `BrokerUnavailable`."""
        plan = plan_of(self.folder, port=self._port, secure=self._secure)
        if self.pid is None:
            java = find_java()
            require_version(java)
            self._launch(java, self._prepare(plan))
        self._await_answer()

    def stop(self) -> None:
        """SIGTERM, and SIGKILL where that does not help in time. Nothing where it does not run."""
        self._end(signal.SIGTERM)
        self._end(signal.SIGKILL)

    def kill(self) -> None:
        """SIGKILL: no time for last words. What was written stays."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        pid = self.pid
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, how)
            wait_for_end(pid, str(self._properties_file), self._process, STOP_SECONDS)
        if self.pid is None:
            self._process = None
            for name in ("broker.pid", "broker.address"):
                (self.folder / name).unlink(missing_ok=True)
        elif how is signal.SIGKILL:
            raise BrokerUnavailable(f"the broker in {self.folder}, process {pid}, does not end: look at the machine")

    @property
    def _properties_file(self) -> Path:
        return self.folder / "server.properties"

    @property
    def _log(self) -> Path:
        return self.folder / "broker.log"

    def _plan(self) -> Plan:
        if not (self.folder / FILE).exists():
            raise BrokerUnavailable(f"{self.folder} holds no broker: start one there first")
        return plan_of(self.folder, port=self._port, secure=self._secure)

    def _prepare(self, plan: Plan) -> Path:
        """Makes what the folder does not have yet; gives the folder of the jars."""
        jars = kafka_jars()
        if plan.secure and not (self.folder / "tls").exists():
            make_certificates(self.folder / "tls", plan.store_password)
        if not (self.folder / "data").exists():
            make_storage(plan, self.folder, jars, self._more)
        write_private(self._properties_file, server_properties(plan, self.folder, self.folder / "data", self._more))
        (self.folder / "log4j2.properties").write_text(LOGGING)
        if self._log.exists() and self._log.stat().st_size > LOG_BYTES_MAX:
            self._log.replace(self._log.with_suffix(".log.1"))
        return jars

    def _launch(self, java: Path, jars: Path) -> None:
        """In a session of its own, so that Ctrl-C reaches us and not the broker."""
        logging = f"-Dlog4j2.configurationFile={self.folder / 'log4j2.properties'}"
        command: list[str | Path] = [java, *MEMORY, logging, "-cp", f"{jars}/*", "kafka.Kafka", self._properties_file]
        with self._log.open("ab") as log:
            self._log_offset = log.tell()
            self._process = subprocess.Popen(  # noqa: S603 - java with arguments of our own
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, start_new_session=True
            )
        (self.folder / "broker.address").write_text(f"{self.bootstrap}\n")
        (self.folder / "broker.pid").write_text(f"{self._process.pid}\n")

    def _await_answer(self) -> None:
        """A broker of an earlier process said long ago that it started; ours must say it anew."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.pid is None:
                raise BrokerUnavailable(f"the broker in {self.folder} ended at its start: {self._complaint()}")
            if (self._process is None or STARTED in self._said()) and self.answers():
                return
            time.sleep(POLL_SECONDS)
        self.kill()
        raise BrokerUnavailable(f"the broker in {self.folder} did not answer in {START_SECONDS:.0f} s: see {self._log}")

    def _said(self) -> bytes:
        with self._log.open("rb") as log:
            log.seek(self._log_offset)
            return log.read()

    def _complaint(self) -> str:
        return f"{complaint(self._said().decode(errors='replace'))}; see {self._log}"


@contextmanager
def local_broker(
    folder: Path, *, port: int = 0, secure: bool = False, properties: Mapping[str, str] | None = None
) -> Iterator[LocalBroker]:
    """A broker that runs as long as the block does; its folder stays. Raises `BrokerUnavailable`."""
    broker = LocalBroker(folder, port=port, secure=secure, properties=properties)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()
