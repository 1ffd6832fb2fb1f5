"""Checkers written in Go: built with the modules that their go.sum pins, else the test is skipped aloud."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

BUILD_SECONDS = 540


def go_program(source: Path, *, folder: Path) -> Path:
    """Path of the program, built into a folder. Where it cannot be, the test is skipped: a failure with `CI=true`."""
    go = shutil.which("go")
    if go is None:
        reason = "go is missing: install Go 1.24 or newer"
    else:
        program = folder / source.name
        command = [go, "build", "-mod=readonly", "-o", program, "."]
        said = subprocess.run(command, cwd=source, capture_output=True, text=True, timeout=BUILD_SECONDS, check=False)
        if said.returncode == 0:
            return program
        reason = f"`go build` in {source} failed: {said.stderr[-500:]}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
