"""Supplements as waits: when each began and ended, so that the walk sees them one after the other."""

from collections.abc import Iterator
from typing import NamedTuple

from services.importing.times import Instant
from services.portal.snapshot import Snapshot, Supplement
from services.portal.times import later


class Wait(NamedTuple):
    """`began` is the time of asking, or a tick after what must come before; `supplement` is the entry it is made of."""

    began: Instant
    supplement: Supplement


def waits(snapshot: Snapshot) -> Iterator[Wait]:
    """The waits of a row, in order.

    A date promised in the same second as the asking (desks often write days without hours) would be walked inside the
    wait and end it. So a wait begins at the earliest a tick after the reception, and after the wait before it.
    """
    before = snapshot.received
    for supplement in snapshot.supplements:
        began = supplement.asked
        if before is not None and began.utc <= before.utc:
            began = later(before)
        answered = supplement.answered
        if answered is not None and supplement.asked.utc <= answered.utc < began.utc:
            began = answered
        yield Wait(began, supplement)
        before = answered or before
