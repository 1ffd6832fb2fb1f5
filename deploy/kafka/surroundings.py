"""What the environment of the process says; it is read here only."""

import os
from pathlib import Path
from typing import Final

REPOSITORY_VARIABLE: Final = "DUECOURSE_MAVEN_REPOSITORY"


def cache_folder() -> Path:
    """Where fetched files are kept for all checkouts of this user."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "duecourse"


def maven_repository() -> str | None:
    """Base URL of the Maven repository to fetch from; None: whatever `mvn` is set up with."""
    return os.environ.get(REPOSITORY_VARIABLE) or None


def java_home() -> Path | None:
    """The Java that the user chose, if any."""
    home = os.environ.get("JAVA_HOME")
    return Path(home) if home else None
