"""Programs that Debian has: found, or installed where we may."""

import os
import shutil
import subprocess
from collections.abc import Callable
from typing import Final

from deploy.kafka.errors import BrokerUnavailable
from deploy.kafka.jars import default_folder
from deploy.kafka.java import find_java
from deploy.kafka.surroundings import maven_repository

INSTALL_SECONDS: Final = 600
Say = Callable[[str], None]


def found_program(*names: str, package: str, say: Say) -> str | None:
    """Path of a program by one of its names; None where it is not here and cannot be installed."""
    found = _which(names)
    if found is None and _may_install():
        say(f"installing {package} (Debian)")
        _install(package)
        found = _which(names)
    return found


def fetch_what_kafka_needs(say: Say) -> None:
    """Java, and Maven where the jars are not here yet. What is missing then is the broker's to say."""
    try:
        find_java()
    except BrokerUnavailable:
        found_program("java", package="default-jre-headless", say=say)
    if not default_folder().exists() and maven_repository() is None:
        found_program("mvn", package="maven", say=say)


def _which(names: tuple[str, ...]) -> str | None:
    return next((found for name in names if (found := shutil.which(name))), None)


def _may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _install(package: str) -> None:
    quietly = ["apt-get", "-qq", "-y", "--no-install-recommends"]
    for words in (["update"], ["install", package]):
        subprocess.run(  # noqa: S603 - a fixed command
            ["/usr/bin/env", "DEBIAN_FRONTEND=noninteractive", *quietly, *words],
            capture_output=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
