"""Processes by their pid, which may be another program's by now: one is ours only if it was called with our file."""

import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

POLL_SECONDS: Final = 0.02


def is_running(pid: int, argument: str, child: "subprocess.Popen[bytes] | None") -> bool:
    """Whether the process lives and has this argument. A child of ours is asked itself, and taken note of at its end:
    right after it was started its arguments are not to be read yet.
    """
    if child is not None and child.pid == pid:
        return child.poll() is None
    return argument in _arguments(pid)


def wait_for_end(pid: int, argument: str, child: "subprocess.Popen[bytes] | None", seconds: float) -> None:
    """Returns when it ended, or after so long."""
    deadline = time.monotonic() + seconds
    while is_running(pid, argument, child) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)


def _arguments(pid: int) -> list[str]:
    if Path("/proc/self").exists():
        with suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").split("\0")
        return []
    listed = subprocess.run(  # noqa: S603 - a fixed command
        ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listed.stdout.split()
