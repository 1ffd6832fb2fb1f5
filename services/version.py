"""The version of this release, part of every report."""

from importlib.metadata import PackageNotFoundError, version
from typing import Final


def _installed() -> str:
    try:
        return version("duecourse")
    except PackageNotFoundError:
        return "0.0.0+source"


VERSION: Final = _installed()
