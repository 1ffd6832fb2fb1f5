"""What a pause that is over does to the due date, by its reason: its length is subtracted, or the limit begins again.

Which one holds is the law of the day on which the case was paused. A reason without a rule is subtracted.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from events.facts import PauseReason
from events.fold import CLOCK_STOPPING
from projections.units import BEGINNING, FOREVER
from projections.validity import overlap, valid_on


class PauseEffect(StrEnum):
    """`subtract`: the due date moves by the length of the pause. `restart`: the limit begins anew when it is over."""

    SUBTRACT = "subtract"
    RESTART = "restart"


class PauseRule(Struct, frozen=True):
    """One rule: for pauses that begin on local days (ordinals) from `valid_from` to before `valid_to`."""

    reason: PauseReason
    effect: PauseEffect
    valid_from: int = BEGINNING
    valid_to: int = FOREVER


class PauseRules:
    """All rules of one version; order of rows does not matter."""

    def __init__(self, rules: Iterable[PauseRule] = ()) -> None:
        self.rules: Final = tuple(sorted(rules, key=lambda one: (one.reason, one.valid_from)))

    @property
    def version(self) -> str:
        """sha256 of the content (hexadecimal), the same for the same rules."""
        rows = [(one.reason, one.effect.value, one.valid_from, one.valid_to) for one in self.rules]
        return hashlib.sha256(json.dumps(rows, separators=(",", ":")).encode()).hexdigest()

    def effect(self, reason: PauseReason, day: int) -> PauseEffect:
        """What a pause that began on a local day does once it is over."""
        return next(
            (one.effect for one in self.rules if one.reason == reason and valid_on(one, day)), PauseEffect.SUBTRACT
        )


def pause_rule_errors(rules: Sequence[PauseRule]) -> Iterator[tuple[int, str]]:
    """What is wrong with rules that come together: index and a sentence that says what to do."""
    before: list[PauseRule] = []
    for index, one in enumerate(rules):
        if one.reason not in CLOCK_STOPPING:
            yield index, f"{one.reason!r} stops no clock: remove the row; {' and '.join(sorted(CLOCK_STOPPING))} do"
        if one.valid_from >= one.valid_to:
            yield index, f"{one.reason!r}: valid_to is not after valid_from: correct the dates"
        if any(one.reason == other.reason and overlap(one, other) for other in before):
            yield index, f"{one.reason!r} has two rules on the same day: end the one before the other"
        before.append(one)
