"""The folder of a stack: who uses it, what is kept in it from one start to the next, and the addresses for others."""

import fcntl
import json
import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from deploy.kafka.plan import write_private
from deploy.stack.errors import StackFailed

LOCK: Final = "stack.lock"
PORTS_KEPT: Final = "ports.json"
ENVIRONMENT: Final = "environment"


@contextmanager
def held(folder: Path) -> Iterator[Path]:
    """The folder, made where there is none, as its only user; raises `StackFailed`.

    The kernel lets go of it when its user dies, however that happens.
    """
    folder = folder.expanduser().resolve()
    if folder.exists() and not (folder / LOCK).exists() and any(folder.iterdir()):
        raise StackFailed(f"{folder} holds files but no stack: choose another --folder")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip()
            raise StackFailed(
                f"{folder} is in use by another stack, process {holder}: stop it or choose another --folder"
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield folder
        lock.truncate(0)


def kept_ports(folder: Path) -> dict[str, int]:
    """By listener, as of the last start."""
    path = folder / PORTS_KEPT
    return dict(json.loads(path.read_text())) if path.exists() else {}


def keep_ports(folder: Path, ports: Mapping[str, int]) -> None:
    """For the next start, so that addresses stay."""
    write_private(folder / PORTS_KEPT, json.dumps(ports))


def write_environment(folder: Path, variables: Mapping[str, str]) -> Path:
    """A file for the shell's `source`: the verbs of duecourse then speak to this stack."""
    path = folder / ENVIRONMENT
    write_private(path, "".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items()))
    return path
