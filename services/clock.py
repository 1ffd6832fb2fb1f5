"""The one place where the clock is read. Everything else is handed an instant or a `Clock`."""

import time
from collections.abc import Callable

Clock = Callable[[], int]
"""Gives the present instant, in microseconds since the epoch."""


def system_clock() -> int:
    """The host's clock, in microseconds since the epoch."""
    return time.time_ns() // 1_000
