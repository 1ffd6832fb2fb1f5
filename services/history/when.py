"""WHEN: how people name a point of the history (`interface.md`).

`now` · a time of recording (`2024-07-01T08:00+07:00`; without an offset in the reporting time zone) · the positions up
to which each partition was read (`0:1200,1:1187`) · the id of a publication, or its first twelve digits at least.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from events.instants import instant_of

AS_OF_HELP: Final = "now, a time of recording, positions (0:1200,1:1187), or a publication's id."
_POSITIONS: Final = re.compile(r"\d+:\d+(,\d+:\d+)*")
_PUBLICATION: Final = re.compile(r"[0-9a-f]{12,64}")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d.*")
_POSITION_MAX: Final = 2**63 - 1


class WhenRefused(ValueError):
    """A point of the history that cannot be read, or that there is not."""


class Now(Struct, frozen=True):
    """Everything that is recorded."""


class AtTime(Struct, frozen=True):
    """What was recorded at or before an instant (microseconds)."""

    recorded_at: int


class AtPositions(Struct, frozen=True):
    """What lies below a position in each partition; nothing of the others."""

    positions: Mapping[int, int]


class AtPublication(Struct, frozen=True):
    """What a publication was made of; `id` may be shortened."""

    id: str


When = Now | AtTime | AtPositions | AtPublication


def parse_when(text: str, time_zone: str) -> When:
    """A point as people write it; raises `WhenRefused`."""
    text = text.strip()
    if text == "now":
        return Now()
    if _POSITIONS.fullmatch(text):
        return AtPositions(_positions(text))
    if _PUBLICATION.fullmatch(text):
        return AtPublication(text)
    return AtTime(_instant(text, time_zone))


def _positions(text: str) -> dict[int, int]:
    found: dict[int, int] = {}
    for part in text.split(","):
        partition, position = map(int, part.split(":"))
        if partition in found:
            raise WhenRefused(f"{text!r}: partition {partition} is named twice")
        if position > _POSITION_MAX:
            raise WhenRefused(f"{text!r}: {position} is no position")
        found[partition] = position
    return found


def _instant(text: str, time_zone: str) -> int:
    try:
        moment = datetime.fromisoformat(text) if _TIME.fullmatch(text) else None
    except ValueError:
        moment = None
    if moment is None:
        raise WhenRefused(
            f"{text!r} is no point of the history: write now, a time (2024-07-01T08:00+07:00), "
            "positions (0:1200,1:1187) or the id of a publication"
        )
    try:
        return instant_of(moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(time_zone)))
    except OverflowError:
        raise WhenRefused(f"{text!r} is out of range") from None
