"""Who waits for figures to change: each listener has the units that changed since it last looked, and no queue.

A listener that reads slowly finds more units at once, never older figures, and costs no more memory than their codes.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

LISTENERS_MAX: Final = 500


class Listener:
    """One that waits."""

    def __init__(self) -> None:
        self._units: set[str] = set()
        self._all = False
        self._closed = False
        self._woken = asyncio.Event()

    def tell(self, changed: set[str] | None) -> None:
        """Units whose figures may have changed; None: all of them."""
        if changed is None:
            self._all = True
        else:
            self._units |= changed
        if self._all or self._units:
            self._woken.set()

    def close(self) -> None:
        """Lets it end."""
        self._closed = True
        self._woken.set()

    @property
    def closed(self) -> bool:
        return self._closed

    async def changed(self, within_seconds: float) -> set[str] | None:
        """The units that changed since the last call, empty where none did within the time; None: all of them."""
        try:
            async with asyncio.timeout(within_seconds):
                await self._woken.wait()
        except TimeoutError:
            return set()
        units, everything = self._units, self._all
        self._units, self._all = set(), False
        if not self._closed:
            self._woken.clear()
        return None if everything else units


class Changes:
    """All that wait."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self._closed = False

    def tell(self, changed: set[str] | None) -> None:
        """Tells everybody."""
        for listener in self._listeners:
            listener.tell(changed)

    def close(self) -> None:
        """Ends every listener, and those that still come: the process is about to stop."""
        self._closed = True
        for listener in self._listeners:
            listener.close()

    def full(self) -> str | None:
        """Why nobody else may listen; None where there is room."""
        if len(self._listeners) < LISTENERS_MAX:
            return None
        return f"{LISTENERS_MAX} already listen: try again later, or ask GET /units now and then"

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        """A listener for as long as it listens; look at `full` first."""
        listener = Listener()
        if self._closed:
            listener.close()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)
