"""Why there is no stack."""

from pathlib import Path
from typing import Final

LINES_SHOWN: Final = 12
BYTES_LOOKED_AT: Final = 16_384


class StackFailed(Exception):
    """The stack cannot start or go on. One line: what, where, what to do; below it the last lines of a log, if any."""


def last_lines(log: Path) -> str:
    """The end of a log, indented; empty where there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - BYTES_LOOKED_AT))
            lines = file.read().decode(errors="replace").splitlines()
    except FileNotFoundError:
        return ""
    return "".join(f"\n    {line}" for line in lines[-LINES_SHOWN:])
