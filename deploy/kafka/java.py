"""The Java of this machine, and its programs run to their end."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from deploy.kafka.errors import BrokerUnavailable
from deploy.kafka.surroundings import java_home

VERSION_MIN: Final = 17
TOOL_SECONDS: Final = 120
LINES_SHOWN: Final = 3
ERROR: Final = re.compile(r"\bERROR\b|\bFATAL\b|\w(Exception|Error): ")


def find_java(name: str = "java") -> Path:
    """Path of `java`, or of a program beside it such as `keytool`; raises `BrokerUnavailable`."""
    home = java_home()
    if home is not None and (home / "bin" / name).is_file():
        return home / "bin" / name
    found = shutil.which(name)
    if found is None:
        raise BrokerUnavailable(
            f"{name} is missing: install Java {VERSION_MIN} or newer "
            "(Debian: apt-get install default-jre-headless; macOS: brew install openjdk)"
        )
    return Path(found)


def require_version(java: Path) -> None:
    """Raises `BrokerUnavailable` for a Java that is too old for Kafka."""
    said = run([java, "-version"], "java -version")
    version = re.search(r'version "(\d+)', said)
    if version is None or int(version[1]) < VERSION_MIN:
        raise BrokerUnavailable(f"{java} is too old ({said.splitlines()[0]}): install Java {VERSION_MIN} or newer")


def run(command: Sequence[str | Path], what: str, within_seconds: float = TOOL_SECONDS) -> str:
    """Runs a program; gives what it said. Raises `BrokerUnavailable` with its own words where it fails."""
    try:
        done = subprocess.run(  # noqa: S603 - programs of Java and Maven, with arguments of our own and no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=within_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BrokerUnavailable(f"{what} took longer than {within_seconds:.0f} s") from None
    if done.returncode:
        raise BrokerUnavailable(f"{what} failed: {complaint(done.stdout)}")
    return done.stdout


def complaint(text: str) -> str:
    """What went wrong by a program's own words, in one line: its last errors, or its last lines where it names none."""
    lines = [line.strip() for line in text.strip().splitlines()]
    errors = [line for line in lines if ERROR.search(line)]
    return " | ".join((errors or lines)[-LINES_SHOWN:])
