"""The pauses of a case, as intervals of its walk (`domain.md`: paused / resumed)."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from services.verifier.reading import PAUSED, RESUMED, Record
from services.verifier.stretches import Stretch

_CLOCK_STOPPING: Final = frozenset({"supplement", "verification"})


class Pause(NamedTuple):
    """From fact `start` to the fact that closes it, both with their places in the walk.

    Both None: still open.
    """

    start_place: int
    start: Record
    stop_place: int | None
    stop: Record | None

    @property
    def stops_clock(self) -> bool:
        return self.start.data.get("reason") in _CLOCK_STOPPING


def find_pauses(stretches: Iterable[Stretch]) -> tuple[list[Pause], bool]:
    """All pauses in walk order, and whether any `resumed` had no pause to close."""
    pauses: list[Pause] = []
    stray = False
    for stretch in stretches:
        start: tuple[int, Record] | None = None
        for place, fact in stretch.live:
            if fact.name == PAUSED:
                start = start or (place, fact)
            elif fact.name == RESUMED and start is None:
                stray = True
            elif fact.name == RESUMED and start is not None:
                pauses.append(Pause(*start, place, fact))
                start = None
        if start is not None:
            pauses.append(Pause(*start, *(stretch.live[-1] if stretch.end else (None, None))))
        stray = stray or any(fact.name == RESUMED for _, fact in stretch.dead)
    return pauses, stray
