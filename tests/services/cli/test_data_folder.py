"""The verbs on a data folder with the embedded PostgreSQL, as somebody tries them first."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.verbs import Ended, run_verb

pytestmark = [pytest.mark.database, pytest.mark.slow]

DUECOURSE = Path(sys.executable).with_name("duecourse")


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A data folder with a short path, holding a small sample province."""
    folder = Path(tempfile.mkdtemp(prefix="dc-", dir=tempfile.gettempdir()))
    folder.chmod(0o755)
    try:
        ended = run(folder, "demo", "--once", "--cases", "400")
        assert ended.status == 0, ended.stderr
        assert "\n0 differences" in ended.stdout
        assert "on_time_settled" in ended.stdout
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(folder: Path, *words: str) -> Ended:
    return run_verb(words, {"DUECOURSE_DATA": str(folder)}, Path("/"))


def environment(folder: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DUECOURSE_")}
    return clean | {"DUECOURSE_DATA": str(folder)}


def document(ended: Ended) -> Any:
    assert ended.status == 0, ended.stderr
    return json.loads(ended.stdout)


def test_the_sample_is_loaded_once(data: Path) -> None:
    before = document(run(data, "report", "on-time", "--json"))
    ended = run(data, "demo", "--once", "--cases", "9")
    assert ended.status == 0
    assert "already loaded, 400 cases" in ended.stderr
    again = document(run(data, "report", "on-time", "--json"))
    assert again["as_of"]["positions"] == before["as_of"]["positions"]
    assert again["total"]["denominator"] > 50


def test_doctor_finds_a_new_folder_well(data: Path) -> None:
    found = document(run(data, "doctor", "--json"))
    assert {one["check"] for one in found} >= {"PostgreSQL", "durability", "schema", "units", "clocks", "disk"}
    assert all(one["ok"] for one in found)


def test_verify_finds_nothing(data: Path) -> None:
    found = document(run(data, "verify", "--json"))
    assert (found["differences"], found["first"]) == (0, [])
    assert found["integers_compared"] > 1_000


def test_serve_answers_beside_other_verbs_refuses_a_second_one_and_stops_when_told(data: Path) -> None:
    command = [DUECOURSE, "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment(data), stderr=subprocess.PIPE, text=True) as serving:
        assert serving.stderr is not None
        try:
            lines = iter(serving.stderr.readline, "")
            address = next(line for line in lines if line.startswith("board")).split()[1]
            with urllib.request.urlopen(f"{address}health/ready", timeout=10) as ready:  # noqa: S310
                assert json.load(ready) == {"status": "ready"}
            second = run(data, "serve", "--port", "0")
            assert (second.status, len(second.stderr.splitlines())) == (1, 1)
            assert address.rstrip("/") in second.stderr
            assert document(run(data, "report", "on-time", "--json"))["report"] == "on-time"
            serving.send_signal(signal.SIGTERM)
            rest = serving.stderr.read()
            assert (serving.wait(30), rest.splitlines()[-1]) == (0, "stopped")
        finally:
            serving.kill()
    assert not (data / "postgres" / "postmaster.pid").exists()


def test_a_data_folder_that_cannot_be_made_ends_with_one_line(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    ended = run(blocked / "data", "units", "list")
    assert ended.status in (1, 3)
    assert len(ended.stderr.splitlines()) == 1
    assert ended.stderr.startswith("duecourse: ")
