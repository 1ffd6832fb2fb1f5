"""A dead letter for people and programs."""

from typing import Any

from events.instants import iso
from services.postgres.queries import DeadLetter


def dead_letter_row(letter: DeadLetter) -> dict[str, Any]:
    """A dead letter without its bytes."""
    return {
        "id": letter.id,
        "reason": letter.reason,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "recorded_at": iso(letter.recorded_at),
        "detail": letter.detail,
        "sha256": letter.digest.hex(),
        "bytes": len(letter.body),
        "handled": letter.handled,
        "handled_by": letter.handled_by,
    }
