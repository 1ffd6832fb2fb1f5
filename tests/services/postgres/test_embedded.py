"""The embedded server's life with a real PostgreSQL: starts, sharing, kills, recovery and refusals."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest

from services.postgres.cluster import SETTINGS, prepare, socket_folder
from services.postgres.embedded import EmbeddedUnavailable, embedded_postgres

pytestmark = pytest.mark.database

REPOSITORY = Path(__file__).parents[3]
PATIENCE_SECONDS = 60
HOLD_UNTIL_STDIN_CLOSES = """
import sys
from pathlib import Path
from services.postgres.embedded import embedded_postgres
with embedded_postgres(Path(sys.argv[1])) as url:
    print(url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder whose server, if a test left one behind, is stopped the way a user stops it."""
    folder = tmp_path / "data"
    yield folder
    if postmaster_pid(folder):
        with embedded_postgres(folder):
            pass
    assert postmaster_pid(folder) is None


@contextmanager
def another_user(data: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that uses the cluster until it is told to go, and the URL it was given."""
    command = [sys.executable, "-c", HOLD_UNTIL_STDIN_CLOSES, str(data)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process, process.stdout.readline().strip()
        finally:
            with suppress(BrokenPipeError):
                process.communicate(timeout=PATIENCE_SECONDS)


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait(PATIENCE_SECONDS)


def postmaster_pid(data: Path) -> int | None:
    """The pid of the running server; None when there is none."""
    try:
        pid = int((data / "postgres" / "postmaster.pid").read_text().partition("\n")[0])
    except (OSError, ValueError):
        return None
    running = psutil.pid_exists(pid) and psutil.Process(pid).name() == "postgres"
    return pid if running and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE else None


def query(url: str, sql: str) -> Any:
    async def fetch() -> Any:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(fetch())


def test_the_server_starts_and_answers_and_is_stopped_by_its_only_user(data: Path) -> None:
    with embedded_postgres(data) as url:
        assert query(url, "select 1") == 1
        assert query(url, "select current_database()") == "duecourse"
        assert postmaster_pid(data)
    assert postmaster_pid(data) is None
    assert not (data / "postgres" / "postmaster.pid").exists()


def test_the_settings_of_the_generated_file_are_those_in_force(data: Path) -> None:
    with embedded_postgres(data) as url:
        in_force = {name: query(url, f"show {name}") for name in SETTINGS}
        assert in_force == {name: value.strip("'") for name, value in SETTINGS.items()}
        assert query(url, "show data_checksums") == "on"
        assert query(url, "show server_encoding") == "UTF8"
        assert query(url, "select array(select unnest(array['é', 'z', 'A', 'a']) order by 1)") == list("Aazé")


def test_a_setting_at_the_end_of_postgresql_conf_wins_and_stays(data: Path) -> None:
    with embedded_postgres(data):
        pass
    with (data / "postgres" / "postgresql.conf").open("a") as configuration:
        configuration.write("max_connections = 33\n")
    with embedded_postgres(data) as url:
        assert query(url, "show max_connections") == "33"


def test_variables_of_libpq_in_the_environment_change_nothing(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PGPORT": "1", "PGHOST": "nowhere", "PGDATA": "/nowhere", "PGOPTIONS": "-c nonsense=1"}.items():
        monkeypatch.setenv(name, value)
    with embedded_postgres(data) as url:
        assert query(url, "select 1") == 1


def test_data_survive_a_restart(data: Path) -> None:
    with embedded_postgres(data) as url:
        query(url, "create table kept as select 42 as answer")
    with embedded_postgres(data) as url:
        assert query(url, "select answer from kept") == 42


def test_two_processes_share_one_cluster_and_the_last_one_stops_it(data: Path) -> None:
    with another_user(data) as (_, url_there):
        with embedded_postgres(data) as url:
            assert url == url_there
            pid = postmaster_pid(data)
        assert postmaster_pid(data) == pid, "a user that leaves takes nothing from the one that stays"
        assert query(url_there, "select 1") == 1
    assert postmaster_pid(data) is None


def test_the_first_of_two_processes_may_leave_first(data: Path) -> None:
    with another_user(data) as (first, _), another_user(data) as (_, url):
        first.communicate(timeout=PATIENCE_SECONDS)
        assert first.returncode == 0
        assert query(url, "select 1") == 1
    assert postmaster_pid(data) is None


def test_an_error_in_the_body_still_stops_the_server(data: Path) -> None:
    with pytest.raises(LookupError, match="mine"), embedded_postgres(data):
        raise LookupError("mine")
    assert postmaster_pid(data) is None


def test_kill_9_of_the_starting_process_leaves_a_usable_server_that_the_next_start_joins(data: Path) -> None:
    with another_user(data) as (starter, url):
        pid = postmaster_pid(data)
        kill(starter)
        assert query(url, "select 1") == 1
    with embedded_postgres(data) as joined:
        assert joined == url
        assert postmaster_pid(data) == pid
    assert postmaster_pid(data) is None, "the dead user's lock died with it"


def test_the_server_keeps_no_pipe_of_its_starter_open(data: Path) -> None:
    with another_user(data) as (starter, _):
        kill(starter)
        began = time.monotonic()
        assert starter.stdout
        assert starter.stdout.read() == "", "end of file comes at once"
        assert time.monotonic() - began < 5
        assert postmaster_pid(data)


def test_the_server_lives_in_a_session_of_its_own_where_ctrl_c_does_not_reach(data: Path) -> None:
    with embedded_postgres(data):
        pid = postmaster_pid(data)
        assert pid
        assert os.getsid(pid) != os.getsid(0)


def test_ctrl_c_ends_a_user_and_stops_the_server_in_order(data: Path) -> None:
    with another_user(data) as (process, _):
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE_SECONDS)
        assert postmaster_pid(data) is None
    assert "database system is shut down" in (data / "postgres.log").read_text()


def test_kill_9_of_the_server_is_recovered_from_with_all_that_was_committed(data: Path) -> None:
    with embedded_postgres(data) as url:
        query(url, "create table kept as select n from generate_series(1, 1000) n")
        pid = postmaster_pid(data)
        assert pid
        os.kill(pid, signal.SIGKILL)
        with embedded_postgres(data) as again:  # such as a report beside a serve that lost its server
            assert again == url, "so that the pool of the first user finds the new server"
            assert postmaster_pid(data) != pid
            assert query(again, "select count(*) from kept") == 1000
    assert postmaster_pid(data) is None


def test_kill_9_of_the_server_under_a_busy_backend_is_recovered_from(data: Path) -> None:
    async def killed_while_busy(url: str) -> None:
        connection = await asyncpg.connect(url)
        spin = "do 'begin for i in 1..40000000 loop end loop; end'"  # no wait in which to notice
        busy = asyncio.create_task(connection.execute(spin))
        observer = await asyncpg.connect(url)
        while not await observer.fetchval(f"select count(*) from pg_stat_activity where query = $${spin}$$"):
            pass
        observer.terminate()
        pid = postmaster_pid(data)
        assert pid
        os.kill(pid, signal.SIGKILL)
        with embedded_postgres(data) as again:
            assert again == url
        await asyncio.wait([busy])
        busy.exception()
        connection.terminate()

    with embedded_postgres(data) as url:
        asyncio.run(killed_while_busy(url))
        with embedded_postgres(data) as again:
            assert query(again, "select 1") == 1


@pytest.mark.parametrize("content", ["", "garbage\n", "{own_pid}\n/elsewhere\n0\n5432\n/tmp\n\n\nready\n"])
def test_a_stale_pid_file_does_not_block_the_start(data: Path, content: str) -> None:
    with embedded_postgres(data):
        pass
    stale = data / "postgres" / "postmaster.pid"
    stale.write_text(content.format(own_pid=os.getpid()))
    with embedded_postgres(data) as url:
        assert query(url, "select 1") == 1
    assert psutil.Process(os.getpid()).is_running(), "and the stranger with that pid lives on"


def test_a_server_of_another_folder_is_neither_joined_nor_stopped(data: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    with embedded_postgres(data):
        pass
    with embedded_postgres(other) as url_other:
        pid = postmaster_pid(other)
        torn = (other / "postgres" / "postmaster.pid").read_text().splitlines()
        torn[4] = "/nowhere"
        (data / "postgres" / "postmaster.pid").write_text("\n".join(torn) + "\n")
        with embedded_postgres(data) as url:
            assert url != url_other
            assert postmaster_pid(data) != pid
        assert postmaster_pid(other) == pid
        assert query(url_other, "select 1") == 1


@pytest.mark.parametrize("name", ["long/" + "x" * 120, "with space, comma and 'quote'", "tiếng-việt"])
def test_a_path_that_no_socket_or_url_can_hold_works(data: Path, name: str) -> None:
    folder = data / name
    with embedded_postgres(folder) as url:
        assert query(url, "select 1") == 1
        short = socket_folder(prepare(folder))
        assert short.stat().st_mode & 0o077 == 0
        with embedded_postgres(folder) as joined:
            assert joined == url
    assert not short.exists()
    assert postmaster_pid(folder) is None


def test_a_cluster_whose_making_was_killed_is_made_anew(data: Path) -> None:
    half_made = data / "postgres.making-killed"
    (half_made / "base").mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")
    with embedded_postgres(data) as url:
        assert query(url, "select 1") == 1
    assert not list(data.glob("postgres.making-*"))


def test_kill_9_in_the_middle_of_the_first_start_leaves_nothing_that_hinders_the_next(data: Path) -> None:
    command = [sys.executable, "-c", HOLD_UNTIL_STDIN_CLOSES, str(data)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE) as starter:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not list(data.glob("postgres.making-*/base")) and time.monotonic() < deadline:
            time.sleep(0.005)
        starter.kill()
    assert not (data / "postgres").exists()
    with embedded_postgres(data) as url:
        assert query(url, "select 1") == 1


def test_starts_at_once_make_one_cluster_with_one_database(data: Path) -> None:
    with ThreadPoolExecutor() as pool:
        commands = [[sys.executable, "-c", HOLD_UNTIL_STDIN_CLOSES, str(data)]] * 3
        done = list(
            pool.map(
                lambda command: subprocess.run(
                    command,
                    check=False,
                    cwd=REPOSITORY,
                    input="",
                    capture_output=True,
                    text=True,
                    timeout=PATIENCE_SECONDS,
                ),
                commands,
            )
        )
    assert [process.returncode for process in done] == [0, 0, 0], done
    assert len({process.stdout for process in done}) == 1
    assert postmaster_pid(data) is None


def test_a_dropped_database_is_created_anew(data: Path) -> None:
    with embedded_postgres(data) as url:
        query(url.replace("@/duecourse", "@/postgres"), "drop database duecourse")
        with embedded_postgres(data) as again:
            assert query(again, "select current_database()") == "duecourse"


def test_a_cluster_of_another_version_is_refused_and_left_as_it_is(data: Path) -> None:
    (data / "postgres").mkdir(parents=True)
    (data / "postgres" / "PG_VERSION").write_text("16\n")
    with (
        pytest.raises(EmbeddedUnavailable, match="made by PostgreSQL 16 and this is 18"),
        embedded_postgres(data),
    ):
        pass
    assert (data / "postgres" / "PG_VERSION").read_text() == "16\n"


def test_a_folder_with_other_files_is_refused_and_left_as_it_is(data: Path) -> None:
    (data / "postgres").mkdir(parents=True)
    (data / "postgres" / "thesis.txt").write_text("years of work")
    with pytest.raises(EmbeddedUnavailable, match="holds files but no PostgreSQL"), embedded_postgres(data):
        pass
    assert (data / "postgres" / "thesis.txt").read_text() == "years of work"


def test_an_empty_cluster_folder_is_filled(data: Path) -> None:
    (data / "postgres").mkdir(parents=True)
    with embedded_postgres(data) as url:
        assert query(url, "select 1") == 1


def test_a_file_in_place_of_the_data_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(EmbeddedUnavailable, match="choose a folder as --data"),
        embedded_postgres(tmp_path / "file"),
    ):
        pass


def test_a_server_that_does_not_start_is_one_line_with_the_reason_from_its_log(data: Path) -> None:
    with embedded_postgres(data):
        pass
    configuration = data / "postgres" / "postgresql.conf"
    configuration.write_text(configuration.read_text() + "shared_buffers = '3 elephants'\n")
    with (
        pytest.raises(EmbeddedUnavailable, match=r"did not start.*shared_buffers") as refusal,
        embedded_postgres(data),
    ):
        pass
    assert "\n" not in str(refusal.value)
    assert postmaster_pid(data) is None


def test_a_socket_folder_that_others_could_open_is_refused(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = data / ("x" * 120)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with embedded_postgres(long):
        short = socket_folder(prepare(long))
    short.mkdir(mode=0o777)
    short.chmod(0o777)
    owner = (long / "postgres").stat()
    os.chown(short, owner.st_uid, owner.st_gid)
    with pytest.raises(EmbeddedUnavailable, match="belongs to someone else"), embedded_postgres(long):
        pass


def test_the_server_listens_on_no_network_port(data: Path) -> None:
    with embedded_postgres(data):
        pid = postmaster_pid(data)
        assert pid
        listening = [c for c in psutil.Process(pid).net_connections("inet") if c.status == psutil.CONN_LISTEN]
        assert listening == []
