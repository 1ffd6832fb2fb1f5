"""One `serve` per data folder: the lock that says so, and says who holds it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from services.postgres.embedded import DataFolderInUse, EmbeddedUnavailable, refuse_second_serve

REPOSITORY = Path(__file__).parents[3]
ADDRESS = "http://127.0.0.1:8000"
SERVE_UNTIL_STDIN_CLOSES = f"""
import sys
from pathlib import Path
from services.postgres.embedded import refuse_second_serve
with refuse_second_serve(Path(sys.argv[1]), address="{ADDRESS}"):
    print("serving", flush=True)
    sys.stdin.read()
"""


def test_a_second_serve_is_refused_with_the_process_and_address_of_the_first(tmp_path: Path) -> None:
    expected = (
        f"{tmp_path} is in use by duecourse serve, process {os.getpid()}, {ADDRESS}: stop it or choose another --data"
    )
    with (
        refuse_second_serve(tmp_path, address=ADDRESS),
        pytest.raises(DataFolderInUse, match=f"^{re.escape(expected)}$"),
        refuse_second_serve(tmp_path, address="http://127.0.0.1:9000"),
    ):
        pass


def test_the_refused_one_leaves_the_first_ones_text_alone(tmp_path: Path) -> None:
    with refuse_second_serve(tmp_path, address=ADDRESS):
        for _ in range(2):
            with (
                pytest.raises(DataFolderInUse, match=ADDRESS),
                refuse_second_serve(tmp_path, address="http://127.0.0.1:9000"),
            ):
                pass
        assert (tmp_path / "serve.lock").read_text() == f"{os.getpid()}\n{ADDRESS}\n"


def test_a_serve_after_the_first_has_ended_is_let_in(tmp_path: Path) -> None:
    for _ in range(2):
        with refuse_second_serve(tmp_path, address=ADDRESS):
            pass
    assert (tmp_path / "serve.lock").read_text() == ""


def test_a_serve_after_kill_9_of_the_first_is_let_in(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SERVE_UNTIL_STDIN_CLOSES, str(tmp_path)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout
        assert first.stdout.readline() == "serving\n"
        with (
            pytest.raises(DataFolderInUse, match=f"process {first.pid}, {ADDRESS}"),
            refuse_second_serve(tmp_path, address=ADDRESS),
        ):
            pass
        first.kill()
        first.wait(60)
        with refuse_second_serve(tmp_path, address=ADDRESS):
            assert (tmp_path / "serve.lock").read_text().startswith(f"{os.getpid()}\n")


def test_two_folders_may_be_served_at_once(tmp_path: Path) -> None:
    with (
        refuse_second_serve(tmp_path / "one", address=ADDRESS),
        refuse_second_serve(tmp_path / "two", address="http://127.0.0.1:9000"),
    ):
        assert (tmp_path / "two" / "serve.lock").exists()


def test_a_folder_that_cannot_be_made_is_one_line_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(EmbeddedUnavailable, match=r"Not a directory.*choose a folder as --data"),
        refuse_second_serve(tmp_path / "file" / "below", address=ADDRESS),
    ):
        pass
