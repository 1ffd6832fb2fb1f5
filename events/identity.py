"""Ids that follow from content, so that saying a thing twice is saying it once."""

from typing import Final
from uuid import UUID, uuid5

from events.instants import iso

_OVERDUE: Final = UUID("5f0c2f1e-7d0b-5d0a-9a55-6f3ad6e1b3c4")


def overdue_id(case_id: str, due: int) -> str:
    """Id of the overdue fact of a case and a due instant: UUIDv5 of both."""
    return str(uuid5(_OVERDUE, f"{case_id}\n{iso(due)}"))
