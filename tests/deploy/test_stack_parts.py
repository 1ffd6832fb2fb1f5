"""What the stack is made of, without Kafka: its folder, its ports, its processes, and Prometheus' configuration."""

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml

from deploy.kafka.configuration import HOST
from deploy.stack.errors import StackFailed
from deploy.stack.folder import held, write_environment
from deploy.stack.hastening import hastened, write_hastened
from deploy.stack.keeping import RESTARTS_MAX, Keeper
from deploy.stack.ports import LISTENERS, chosen_ports, require_free
from deploy.stack.programs import PID_FILE, Program, end_all, end_leftovers
from deploy.stack.sample import LiveEvents, Province
from deploy.stack.surroundings import settings_of_children
from deploy.stack.watching import PROMETHEUS, adapted
from services.sample.incidents import Incident

ADDRESSES = {name: f"127.0.0.1:{number}" for number, name in enumerate(LISTENERS, 20_001)}
WITHIN_SECONDS = 30


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Callable[[str], Program]]:
    """Makes programs of the stack out of a piece of Python; none of them runs afterwards."""
    made: list[Program] = []

    def make(code: str) -> Program:
        mark = f"--of={tmp_path}"
        made.append(Program(f"part-{len(made)}", [sys.executable, "-c", code, mark], mark, tmp_path / str(len(made))))
        return made[-1]

    yield make
    end_all(made)


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket() as listening:
        listening.bind((HOST, 0))
        listening.listen()
        yield int(listening.getsockname()[1])


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_folder_has_one_stack_at_a_time_and_says_whose(tmp_path: Path) -> None:
    said = r"in use by another stack, process \d+: stop it or choose another"
    with held(tmp_path / "stack") as folder, pytest.raises(StackFailed, match=said), held(folder):
        pass
    with held(folder):
        pass


def test_a_folder_with_files_of_others_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("")
    said = "holds files but no stack: choose another --folder"
    with pytest.raises(StackFailed, match=said), held(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_the_environment_file_gives_a_shell_what_it_says(tmp_path: Path) -> None:
    said = {"DUECOURSE_KAFKA": "127.0.0.1:9092", "DUECOURSE_DATABASE": "postgresql://d@/d?host=/a b&port=1"}
    path = write_environment(tmp_path, said)
    script = f'. {path}; printf "%s\\n" "$DUECOURSE_KAFKA" "$DUECOURSE_DATABASE"'
    shown = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines() == list(said.values())


def test_a_port_that_is_asked_for_and_taken_is_named_with_its_option() -> None:
    with taken_port() as port:
        with pytest.raises(StackFailed, match=rf"port {port} is taken.*--api-port"):
            require_free({"api": port})
        assert chosen_ports({}, {"api": port})["api"] != port
    with pytest.raises(StackFailed, match="asked for twice"):
        require_free({"api": port, "exporter": port})


def test_ports_stay_from_one_start_to_the_next_and_are_not_given_twice() -> None:
    first = chosen_ports({}, {})
    assert len(set(first.values())) == len(LISTENERS)
    assert chosen_ports({}, first) == first
    assert chosen_ports({"exporter": first["api"]}, {})["exporter"] == first["api"]


def test_settings_of_another_kafka_or_database_do_not_reach_the_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE", "KAFKA", "KAFKA_PASSWORD", "KAFKA_SECURITY_PROTOCOL", "PORT"):
        monkeypatch.setenv(f"DUECOURSE_{name}", "x")
    monkeypatch.setenv("DUECOURSE_TIME_ZONE", "Europe/Amsterdam")
    monkeypatch.setenv("DUECOURSE_KAFKA_PARTITIONS", "6")
    ours = {name: value for name, value in settings_of_children().items() if name.startswith("DUECOURSE_")}
    assert ours == {"DUECOURSE_TIME_ZONE": "Europe/Amsterdam", "DUECOURSE_KAFKA_PARTITIONS": "6"}


def test_a_program_that_ends_at_its_start_is_told_with_its_last_words(program: Callable[[str], Program]) -> None:
    part = program("import sys; print('line', flush=True); sys.exit('port 1: taken')")
    part.start()
    part.answers_at = "http://127.0.0.1:1/"
    with pytest.raises(StackFailed, match=r"part-0 ended with status 1; the end of .*:\n    line\n    port 1: taken"):
        part.await_answer()


def test_what_ends_is_started_again_but_not_for_ever(program: Callable[[str], Program]) -> None:
    said: list[str] = []
    steady, failing = program("import time; time.sleep(600)"), program("raise SystemExit(3)")
    keeper = Keeper([steady, failing], said.append)
    steady.start()
    failing.start()
    for _ in range(RESTARTS_MAX):
        wait_until(lambda: not failing.runs())
        keeper.look()
    wait_until(lambda: not failing.runs())
    with pytest.raises(StackFailed, match=f"part-1 ended {RESTARTS_MAX + 1} times within a minute"):
        keeper.look()
    assert sum("part-1 was started again" in text for text in said) == RESTARTS_MAX
    assert sum("part-1 ended with status 3" in text for text in said) == RESTARTS_MAX + 1
    assert steady.runs()
    assert not any("part-0" in text for text in said)


def test_what_a_killed_stack_left_behind_is_ended_and_nothing_else(
    program: Callable[[str], Program], tmp_path: Path
) -> None:
    left = program("import time; time.sleep(600)")
    left.start()
    wait_until(lambda: left.mark in psutil.Process(_pid(left)).cmdline())
    stranger = tmp_path / "stranger"
    stranger.mkdir()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        (stranger / PID_FILE).write_text(f"{other.pid}\n{left.mark}\n")
        assert end_leftovers(tmp_path) == 1
        assert other.poll() is None
        other.communicate(b"\n")
    wait_until(lambda: not left.runs())
    assert left._process is not None
    assert left._process.returncode == -signal.SIGTERM
    assert list(tmp_path.glob(f"*/{PID_FILE}")) == []


def _pid(program: Program) -> int:
    return int((program.folder / PID_FILE).read_text().splitlines()[0])


def test_a_program_that_does_not_heed_the_request_is_killed(
    program: Callable[[str], Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.stack.programs.ENDED_WITHIN_SECONDS", 0.2)
    deaf = program("import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)")
    deaf.start()
    wait_until(lambda: "deaf" in deaf.log.read_text())
    pid = _pid(deaf)
    end_all([deaf])
    assert not deaf.runs()
    with suppress(psutil.NoSuchProcess):
        assert psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_prometheus_gets_our_addresses_and_the_rules_that_lie_in_deploy() -> None:
    text = adapted(PROMETHEUS.read_text(), PROMETHEUS.parent, ADDRESSES)
    targets = re.findall(r"targets: \[(.*)\]", text)
    assert {one for line in targets for one in line.split(", ")} == set(ADDRESSES.values())
    assert f'"{PROMETHEUS.parent}/rules/*.yml"' in text


def test_prometheus_is_valid_as_it_is_made(promtool: str, tmp_path: Path) -> None:
    path = tmp_path / "prometheus.yml"
    path.write_text(adapted(PROMETHEUS.read_text(), PROMETHEUS.parent, ADDRESSES))
    checked = subprocess.run([promtool, "check", "config", path], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_what_does_not_run_is_no_target_and_what_nobody_knows_is_refused() -> None:
    without = {name: address for name, address in ADDRESSES.items() if name != "alertmanager"}
    assert "targets: []" in adapted("- targets: [alertmanager:9093]\n", PROMETHEUS.parent, without)
    with pytest.raises(StackFailed, match="names the target grafana"):
        adapted("- targets: [grafana:3000]\n", PROMETHEUS.parent, ADDRESSES)


def test_a_hastened_copy_differs_from_the_rules_by_its_waits_only(tmp_path: Path) -> None:
    rules = PROMETHEUS.parent / "rules"
    write_hastened(rules, tmp_path)
    for path in sorted(rules.iterdir()):
        own, hastened_ = (yaml.safe_load((folder / path.name).read_text())["groups"] for folder in (rules, tmp_path))
        waits = list(zip(_waits(own), _waits(hastened_), strict=True))
        assert [one for one in waits if one not in HASTENED] == []
        assert own == hastened_


WAITS = ("interval", "for", "keep_firing_for")
HASTENED = {("1h", "60s"), ("30m", "30s"), ("15m", "15s"), ("10m", "10s"), ("5m", "5s"), ("4m", "4s"), ("3m", "3s")}


def _waits(groups: list[dict[str, Any]]) -> Iterator[str]:
    """Takes them out."""
    for part in (part for group in groups for part in (group, *group["rules"])):
        yield from (part.pop(name) for name in WAITS if name in part)


def test_prometheus_is_valid_with_hastened_rules(promtool: str, tmp_path: Path) -> None:
    write_hastened(PROMETHEUS.parent / "rules", tmp_path / "rules")
    path = tmp_path / "prometheus.yml"
    path.write_text(adapted(hastened(PROMETHEUS.read_text()), tmp_path, ADDRESSES))
    checked = subprocess.run([promtool, "check", "config", path], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "scrape_interval: 1s" in path.read_text()
    assert f"{tmp_path}/rules" in checked.stdout


def test_an_incident_comes_in_beside_what_the_offices_do() -> None:
    said: list[str] = []
    province = Province(seed=1, cases=200, until="2025-06-18T10:30:00+07:00")
    LiveEvents(province, "http://127.0.0.1:1", said.append, Incident.LATE_RISE)
    assert [one for one in said if one.startswith("incident late-rise: ")] == said != []
