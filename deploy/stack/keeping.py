"""Keeps parts running: what ends by itself is told, with its last words, and started again, but not for ever."""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from deploy.stack.errors import StackFailed

LOOK_SECONDS: Final = 1.0
RESTARTS_MAX: Final = 3
RESTARTS_WITHIN_SECONDS: Final = 60.0


class Part(Protocol):
    """What the stack keeps running."""

    @property
    def name(self) -> str: ...

    def start(self) -> None: ...

    def runs(self) -> bool: ...

    def ending(self) -> str:
        """How it ended, and its last words."""
        ...


class Keeper:
    """Looks after parts, in their order: those that others need come first."""

    def __init__(self, parts: Sequence[Part], say: Callable[[str], None]) -> None:
        self._parts = parts
        self._say = say
        self._restarts: defaultdict[str, list[float]] = defaultdict(list)

    def keep(self, beside: Callable[[], None]) -> None:
        """Until it is interrupted; `beside` is called every second. Raises `StackFailed`."""
        while True:
            self.look()
            beside()
            time.sleep(LOOK_SECONDS)

    def look(self) -> None:
        """Once; raises `StackFailed` for a part that ends again and again."""
        for part in self._parts:
            if not part.runs():
                self._say(part.ending())
                self._count(part.name, time.monotonic())
                part.start()
                self._say(f"{part.name} was started again")

    def _count(self, name: str, now: float) -> None:
        lately = [one for one in self._restarts[name] if now - one < RESTARTS_WITHIN_SECONDS]
        if len(lately) == RESTARTS_MAX:
            raise StackFailed(f"{name} ended {RESTARTS_MAX + 1} times within a minute: see above, and its log")
        self._restarts[name] = [*lately, now]
