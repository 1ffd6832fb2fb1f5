"""Who uses a data folder: locks that the kernel drops when their holder dies, however it dies.

RuntimeError
├── DataFolderInUse        a second serve on one folder: stop the first or choose another folder
└── EmbeddedUnavailable    the embedded PostgreSQL cannot run here; the message says why and what to do
    └── StillStarting      crash recovery outlasted our patience and goes on by itself: try again
"""

import errno
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

START_TIMEOUT_SECONDS = 300
TURN_TIMEOUT_SECONDS = 2 * START_TIMEOUT_SECONDS  # whoever is ahead may stop one server and start another
POLL_INTERVAL_SECONDS = 0.02

Joined = TypeVar("Joined")


class DataFolderInUse(RuntimeError):
    """Another `duecourse serve` runs on this data folder."""


class EmbeddedUnavailable(RuntimeError):
    """The embedded PostgreSQL cannot be started, joined or stopped; the message is one line."""


class StillStarting(EmbeddedUnavailable):
    """The server is alive but not ready; it was left running, for interrupted recovery starts anew."""


@contextmanager
def refuse_second_serve(data: Path, *, address: str) -> Iterator[None]:
    """Holds data/serve.lock with our pid and address; raises DataFolderInUse when another process does."""
    with explained(data):
        data.mkdir(parents=True, exist_ok=True)
        lock = _open_lock(data / "serve.lock")
    try:
        if not _try_lock(lock, exclusive=True):
            raise DataFolderInUse(
                f"{data} is in use by duecourse serve{_holder(lock)}: stop it or choose another --data"
            )
        with explained(data):
            _write_text(lock, f"{os.getpid()}\n{address}\n")
        yield
        _write_text(lock, "")
    finally:
        os.close(lock)


@contextmanager
def shared(data: Path, *, join: Callable[[], Joined], leave: Callable[[], None]) -> Iterator[Joined]:
    """Yields what `join` returns; the last of all processes to go calls `leave`. One at a time does either.

    A user is a shared lock on postgres.users; coming and going takes an exclusive one on postgres.starting.
    """
    with explained(data), _turn(data):
        user = _open_lock(data / "postgres.users")
        try:
            _try_lock(user, exclusive=False)  # cannot fail: exclusive holders hold the turn as well
            joined = join()
        except StillStarting:
            os.close(user)
            raise
        except BaseException:
            os.close(user)
            _leave_if_last(data, leave)
            raise
    try:
        yield joined
    finally:
        os.close(user)
        with explained(data), _turn(data):
            _leave_if_last(data, leave)


@contextmanager
def explained(data: Path) -> Iterator[None]:
    """Turns an OSError into one line that names the folder and the way out."""
    try:
        yield
    except OSError as error:
        raise EmbeddedUnavailable(f"cannot use {data}: {error}; {advice(str(error), data=data)}") from error


def advice(reason: str, *, data: Path) -> str:
    """What to do about a failure of the system or of PostgreSQL, told by its text."""
    for sign, remedy in _REMEDIES.items():
        if sign in reason:
            return remedy
    return f"see {data / 'postgres.log'} or pass --database URL"


_REMEDIES = {
    os.strerror(errno.ENOSPC): "free some space or choose another --data",
    os.strerror(errno.EDQUOT): "free some space or choose another --data",
    os.strerror(errno.EROFS): "choose a --data on a disk that can be written",
    os.strerror(errno.EACCES): "give this user the folder or choose another --data",
    os.strerror(errno.EPERM): "give this user the folder or choose another --data",
    "wrong ownership": "run as the owner of the folder or choose another --data",
    os.strerror(errno.ENOTDIR): "choose a folder as --data",
    os.strerror(errno.EEXIST): "choose a folder as --data",
    os.strerror(errno.ENOLCK): "choose a --data on a local disk",
    "is still in use": "end the old server processes of this folder or wait a minute for them to notice",
    "could not look up effective user": "run as a user of this system (one in /etc/passwd)",
}


def _leave_if_last(data: Path, leave: Callable[[], None]) -> None:
    users = _open_lock(data / "postgres.users")
    try:
        if _try_lock(users, exclusive=True):
            leave()
    finally:
        os.close(users)


@contextmanager
def _turn(data: Path) -> Iterator[None]:
    lock = _open_lock(data / "postgres.starting")
    try:
        deadline = time.monotonic() + TURN_TIMEOUT_SECONDS
        while not _try_lock(lock, exclusive=True):
            if time.monotonic() > deadline:
                raise EmbeddedUnavailable(
                    f"another duecourse has been starting or stopping {data} for too long: stop it"
                )
            time.sleep(POLL_INTERVAL_SECONDS)
        yield
    finally:
        os.close(lock)


def _open_lock(path: Path) -> int:
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    if os.geteuid() == 0:  # the owner of the folder must be able to come back without root
        owner = path.parent.stat()
        os.fchown(lock, owner.st_uid, owner.st_gid)
    return lock


def _try_lock(lock: int, *, exclusive: bool) -> bool:
    import fcntl  # absent on Windows, where embedded_postgres has already said so

    with suppress(BlockingIOError):
        fcntl.flock(lock, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        return True
    return False


def _write_text(lock: int, text: str) -> None:
    os.ftruncate(lock, 0)
    os.pwrite(lock, text.encode(), 0)


def _holder(lock: int) -> str:
    """`, process 1234, http://…`; empty in the instant before the holder has written it."""
    pid, _, address = os.pread(lock, 1000, 0).decode(errors="replace").strip().partition("\n")
    return f", process {pid}, {address}" if pid else ""
