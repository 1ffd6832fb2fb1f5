"""A PostgreSQL 18 of our own, from a wheel: started, joined and stopped by whoever uses the data folder.

The server outlives the process that started it, so kill -9 of that process loses nothing: the kernel drops
its lock, and the next user finds the server by postmaster.pid, joins it and, being the last, stops it.
"""

import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote

import psutil

from services.postgres.cluster import PORT, SUPERUSER, Cluster, prepare, run, socket_folder
from services.postgres.sharing import (
    POLL_INTERVAL_SECONDS,
    START_TIMEOUT_SECONDS,
    DataFolderInUse,
    EmbeddedUnavailable,
    StillStarting,
    advice,
    explained,
    refuse_second_serve,
    shared,
)

__all__ = [
    "DataFolderInUse",
    "EmbeddedUnavailable",
    "StillStarting",
    "embedded_postgres",
    "refuse_second_serve",
]

DATABASE = "duecourse"
ORPHANS_PATIENCE_SECONDS = 30  # for the children of a killed server to notice and end
ORPHANS_INTERVAL_SECONDS = 0.25
LOG_LINES_SHOWN = 5
CREATE_DATABASE = rf"""
SELECT 'CREATE DATABASE {DATABASE}'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}')\gexec
"""


@contextmanager
def embedded_postgres(data: Path) -> Iterator[str]:
    """Starts or joins the cluster under data/postgres and yields the URL of its database `duecourse`.

    The last user to leave stops the server. Raises EmbeddedUnavailable, with the reason and the way out in
    one line.
    """
    if sys.platform == "win32":
        raise EmbeddedUnavailable("the embedded PostgreSQL needs Linux or macOS: pass --database URL")
    data = data.expanduser().resolve()
    with explained(data):
        data.mkdir(parents=True, exist_ok=True)
    with shared(data, join=partial(_join, data), leave=partial(_leave, data)) as url:
        yield url


@dataclass(frozen=True)
class _Postmaster:
    """What postmaster.pid tells: line 1, 5 and 8. A torn file gives pid 0."""

    pid: int
    socket_folder: str
    status: str


def _join(data: Path) -> str:
    cluster = prepare(data)
    log_offset = cluster.log.stat().st_size
    server = _await_ready(cluster)
    if server is None:
        _remove_misleading_locks(cluster)
        said = _start(cluster)
        server = _await_ready(cluster)
        if server is None:
            raise EmbeddedUnavailable(_failure(cluster, said=said, log_offset=log_offset))
    _ensure_database(cluster, server)
    return f"postgresql://{SUPERUSER}@/{DATABASE}?host={quote(server.socket_folder)}&port={PORT}"


def _leave(data: Path) -> None:
    """Stops the server, if it is one that we can see and know to be ours."""
    if not (data / "postgres" / "postmaster.pid").exists():
        return
    cluster = prepare(data)
    server = _read_postmaster(cluster)
    if server is None or not _is_ours(server.pid, cluster):
        return
    options = ("-D", str(cluster.folder), "-m", "fast", "-w", "-t", str(START_TIMEOUT_SECONDS))
    code, said = run(cluster, "pg_ctl", "stop", *options, timeout_seconds=START_TIMEOUT_SECONDS + 30)
    _reap(server.pid)
    if code and _is_ours(server.pid, cluster):
        raise EmbeddedUnavailable(f"PostgreSQL, process {server.pid}, did not stop: {_last_lines(said)}")
    if Path(server.socket_folder) != cluster.folder:
        with suppress(OSError):
            Path(server.socket_folder).rmdir()


def _start(cluster: Cluster) -> str:
    """Returns what pg_ctl said; whether a server runs is for the caller to see, as another may be faster."""
    _ensure_socket_folder(cluster)
    options = ("-D", str(cluster.folder), "-l", str(cluster.log), "-w", "-t", str(START_TIMEOUT_SECONDS))
    deadline = time.monotonic() + ORPHANS_PATIENCE_SECONDS
    while True:
        log_offset = cluster.log.stat().st_size
        code, said = run(cluster, "pg_ctl", "start", *options, timeout_seconds=START_TIMEOUT_SECONDS + 30)
        orphans = code != 0 and "is still in use" in _log_since(cluster, log_offset)
        if not orphans or time.monotonic() > deadline:
            return said
        time.sleep(ORPHANS_INTERVAL_SECONDS)


def _await_ready(cluster: Cluster) -> _Postmaster | None:
    """The server once it takes connections; None when there is none, or the one that was stopping is gone."""
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        server = _read_postmaster(cluster)
        if server is None or not (_is_ours(server.pid, cluster) or _answers(server)):
            return None
        if server.status == "ready":
            return server
        time.sleep(POLL_INTERVAL_SECONDS)
    raise StillStarting(
        f"PostgreSQL in {cluster.folder} is not ready after {START_TIMEOUT_SECONDS} s and goes on by itself: "
        f"try again later ({_last_lines(_log_since(cluster, 0))})"
    )


def _read_postmaster(cluster: Cluster) -> _Postmaster | None:
    try:
        lines = (cluster.folder / "postmaster.pid").read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return None
    pid, *_, socket_path, _, _, status = [line.strip() for line in (*lines, *[""] * 8)[:8]]
    return _Postmaster(int(pid) if pid.isdigit() else 0, socket_path, status)


def _is_ours(pid: int, cluster: Cluster) -> bool:
    """Whether the process is the postmaster of this very folder; a foreign one is never joined or stopped."""
    _reap(pid)
    with suppress(psutil.Error, OSError):
        process = psutil.Process(pid)
        command = process.cmdline()
        if process.status() == psutil.STATUS_ZOMBIE or not command or Path(command[0]).name != "postgres":
            return False
        return "-D" in command and Path(command[command.index("-D") + 1]).samefile(cluster.folder)
    return False


def _answers(server: _Postmaster) -> bool:
    """Whether someone listens on its socket: a server in another container is not among our processes."""
    with socket.socket(socket.AF_UNIX) as probe, suppress(OSError):
        probe.settimeout(1)
        probe.connect(f"{server.socket_folder}/.s.PGSQL.{PORT}")
        return True
    return False


def _remove_misleading_locks(cluster: Cluster) -> None:
    """Removes lock files PostgreSQL would trust in vain: torn, or with a pid that is another program's now.

    One with a dead pid stays: PostgreSQL clears it itself, after a look for orphans in its shared memory.
    """
    for lock in (cluster.folder / "postmaster.pid", socket_folder(cluster) / f".s.PGSQL.{PORT}.lock"):
        with suppress(FileNotFoundError):
            pid = lock.read_text(errors="replace").partition("\n")[0].strip()
            if not pid.isdigit() or psutil.pid_exists(int(pid)):
                lock.unlink()


def _ensure_socket_folder(cluster: Cluster) -> None:
    folder = socket_folder(cluster)
    if folder == cluster.folder:
        return
    account = cluster.account
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        if account:
            os.chown(folder, account.uid, account.gid)
    found = folder.lstat()
    if found.st_uid != (account.uid if account else os.geteuid()) or found.st_mode & 0o077 or folder.is_symlink():
        raise EmbeddedUnavailable(f"{folder} belongs to someone else: remove it or choose a shorter --data")


def _ensure_database(cluster: Cluster, server: _Postmaster) -> None:
    options = ("-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", server.socket_folder, "-p", str(PORT))
    code, said = run(
        cluster,
        "psql",
        *options,
        "-U",
        SUPERUSER,
        "-d",
        "postgres",
        timeout_seconds=60,
        stdin=CREATE_DATABASE,
    )
    if code:
        reason = _last_lines(said)
        raise EmbeddedUnavailable(
            f"PostgreSQL, process {server.pid}, runs in {cluster.folder} but refuses: {reason}; "
            f"{advice(reason, data=cluster.data)}"
        )


def _failure(cluster: Cluster, *, said: str, log_offset: int) -> str:
    reason = _last_lines(_log_since(cluster, log_offset)) or _last_lines(said)
    return f"PostgreSQL did not start in {cluster.folder}: {reason}; {advice(reason, data=cluster.data)}"


def _log_since(cluster: Cluster, offset: int) -> str:
    with cluster.log.open("rb") as log:
        end = log.seek(0, os.SEEK_END)
        log.seek(max(offset, end - 8192))
        return log.read().decode(errors="replace")


def _last_lines(text: str) -> str:
    return " | ".join(text.strip().splitlines()[-LOG_LINES_SHOWN:])


def _reap(pid: int) -> None:
    """A server whose starter died becomes our child when we are process 1 of a container."""
    with suppress(psutil.Error, ChildProcessError):
        process = psutil.Process(pid)
        if process.name() == "postgres" and process.status() == psutil.STATUS_ZOMBIE:
            os.waitpid(pid, os.WNOHANG)
