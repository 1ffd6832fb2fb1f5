"""Processor seconds of processes, by /proc: their own, their children's, and those of children that ended."""

from collections.abc import Mapping
from contextlib import suppress

import psutil


def processor_seconds(pid: int) -> float:
    """Since the process began."""
    parent = psutil.Process(pid)
    return sum(_seconds(one) for one in (parent, *parent.children(recursive=True)))


def _seconds(process: psutil.Process) -> float:
    """A child that ends between the listing and here is in its parent's sum or lost, a few milliseconds either way."""
    with suppress(psutil.NoSuchProcess):
        return sum(process.cpu_times()[:4])  # user, system, and both of children that were waited for
    return 0.0


class ProcessorClock:
    """What processes used since this was made; those that it does not know are counted from their own beginning."""

    def __init__(self, standing: Mapping[str, int]) -> None:
        self._standing = dict(standing)
        self._before = {name: processor_seconds(pid) for name, pid in standing.items()}

    def read(self, started: Mapping[str, int]) -> dict[str, float]:
        """Seconds by name."""
        since = {name: processor_seconds(pid) - self._before[name] for name, pid in self._standing.items()}
        return {name: processor_seconds(pid) for name, pid in started.items()} | since
