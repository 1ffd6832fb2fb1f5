"""A clock that moves only when nothing is left to do: an event loop in which an hour takes no time."""

import asyncio
import selectors
from typing import Any


class Standstill(Exception):
    """Everybody waits for somebody else, for ever."""


class _Hours(selectors.SelectSelector):
    """Waits for nothing: the time that would be waited for has passed."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise Standstill
        self.now += max(timeout, 0.0)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Seconds since the beginning of the story. Who sleeps less goes first; nothing depends on the host."""

    def __init__(self) -> None:
        self._hours = _Hours()
        super().__init__(self._hours)

    def time(self) -> float:
        return self._hours.now
