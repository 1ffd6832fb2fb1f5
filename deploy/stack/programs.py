"""A process of the stack: its log, its pid, how it is started, asked, and ended. It does not outlive the stack.

The pid stands in a file, so that what a killed stack left running is found and ended by the next one.
"""

import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Final

from deploy.kafka.processes import is_running, wait_for_end
from deploy.stack.errors import StackFailed, last_lines
from deploy.stack.surroundings import settings_of_children

PID_FILE: Final = "process.pid"
STARTED_WITHIN_SECONDS: Final = 120.0
ENDED_WITHIN_SECONDS: Final = 6.0
"""A role stops within 5 s; what does not is killed."""
POLL_SECONDS: Final = 0.05
ANSWER_SECONDS: Final = 5.0
LOG_BYTES_MAX: Final = 16 << 20


@dataclass
class Program:
    """`mark`: an argument of the command that no process of another stack has. `answers_at`: a URL that says 200."""

    name: str
    command: Sequence[str | Path]
    mark: str
    folder: Path
    answers_at: str | None = None
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    @property
    def log(self) -> Path:
        """All that it says."""
        return self.folder / f"{self.name}.log"

    def start(self) -> None:
        """In a session of its own, so that Ctrl-C reaches the stack and not its parts."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES_MAX:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - programs of ours, with arguments of ours and no shell
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=settings_of_children(),
                start_new_session=True,
            )
        (self.folder / PID_FILE).write_text(f"{self._process.pid}\n{self.mark}\n")

    def runs(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def ending(self) -> str:
        """How it ended, and its last words."""
        code = self._process.returncode if self._process is not None else 0
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"
        return f"{self.name} {how}; the end of {self.log}:{last_lines(self.log)}"

    def await_answer(self) -> None:
        """Returns when it answers; raises `StackFailed` if it ends or does not in time."""
        deadline = time.monotonic() + STARTED_WITHIN_SECONDS
        while not self._answers():
            if not self.runs():
                raise StackFailed(self.ending())
            if time.monotonic() > deadline:
                raise StackFailed(f"{self.name} did not answer in {STARTED_WITHIN_SECONDS:.0f} s: see {self.log}")
            time.sleep(POLL_SECONDS)

    def _answers(self) -> bool:
        if self.answers_at is None:
            return self.runs()
        with suppress(OSError, HTTPException), urllib.request.urlopen(self.answers_at, timeout=ANSWER_SECONDS):  # noqa: S310 - ours
            return True
        return False

    def ask_to_end(self) -> None:
        """SIGTERM; it takes a moment."""
        if self._process is not None:
            self._process.terminate()

    def end(self, deadline: float) -> None:
        """Waits for its end until then (by the monotonic clock), and no longer."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        (self.folder / PID_FILE).unlink(missing_ok=True)


def end_all(programs: Iterable[Program]) -> None:
    """All at once: each of them may go before or after any other."""
    asked = list(programs)
    for program in asked:
        program.ask_to_end()
    deadline = time.monotonic() + ENDED_WITHIN_SECONDS
    for program in asked:
        program.end(deadline)


def end_leftovers(folder: Path) -> int:
    """Ends what a killed stack of this folder left running; gives their number."""
    ended = 0
    for path in sorted(folder.glob(f"*/{PID_FILE}")):
        number, _, mark = path.read_text().strip().partition("\n")
        if number.isdigit() and mark and is_running(int(number), mark, None):
            for how in (signal.SIGTERM, signal.SIGKILL):
                with suppress(ProcessLookupError):
                    os.kill(int(number), how)
                wait_for_end(int(number), mark, None, ENDED_WITHIN_SECONDS)
                if not is_running(int(number), mark, None):
                    break
            ended += 1
        path.unlink()
    return ended
