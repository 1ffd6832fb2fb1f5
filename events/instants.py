"""Instants are integers: microseconds since 1970-01-01T00:00:00Z. No floats, no naive times."""

from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
DAY: Final = 86_400 * SECOND
"""Microseconds in 24 hours (not in a local day, which may have 23 or 25)."""


def instant_of(moment: datetime) -> int:
    """Microseconds since the epoch of an aware datetime."""
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def moment_of(instant: int) -> datetime:
    """The aware UTC datetime of an instant."""
    return EPOCH + timedelta(microseconds=instant)


def iso(instant: int) -> str:
    """RFC 3339 in UTC, with `Z`: `2024-01-15T01:12:00Z`."""
    return moment_of(instant).isoformat().replace("+00:00", "Z")
