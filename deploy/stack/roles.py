"""The verbs of `duecourse` on this stack: those that end, and the roles, which stay."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.kafka.configuration import HOST
from deploy.stack.errors import StackFailed, last_lines
from deploy.stack.programs import Program
from deploy.stack.surroundings import settings_of_children

DUECOURSE: Final = Path(sys.executable).with_name("duecourse")


@dataclass(frozen=True)
class Verbs:
    """Speaks to one database and one Kafka; everything lies below `folder`."""

    folder: Path
    database: str
    kafka: str

    def run(self, *words: str | Path) -> str:
        """Runs a verb to its end; gives what it printed. Raises `StackFailed`. Its log is `verbs.log`."""
        log = self.folder / "verbs.log"
        with log.open("ab") as said:
            done = subprocess.run(  # noqa: S603 - our own program
                [DUECOURSE, *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=said,
                env=settings_of_children(),
                start_new_session=True,
                text=True,
                check=False,
            )
            said.write(done.stdout.encode())
        if done.returncode:
            raise StackFailed(
                f"duecourse {words[0]} ended with status {done.returncode}; the end of {log}:{last_lines(log)}"
            )
        return done.stdout

    @property
    def of_database(self) -> Sequence[str]:
        return ("--database", self.database)

    @property
    def of_both(self) -> Sequence[str]:
        return ("--kafka", self.kafka, *self.of_database)

    def role(self, verb: str, *, number: int | None = None) -> Program:
        """A process without a port."""
        name = verb if number is None else f"{verb}-{number}"
        return Program(name, (DUECOURSE, verb, *self.of_both), self.database, self.folder / name)

    def listener(self, verb: str, port: int) -> Program:
        """A process that answers on a port."""
        command: list[str | Path] = [DUECOURSE, verb, *self.of_both, "--host", HOST, "--port", str(port)]
        return Program(verb, command, self.database, self.folder / verb, f"http://{HOST}:{port}/health/live")
