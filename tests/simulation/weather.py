"""What a story is like: how much of everything, and which mishaps may happen in it.

Every story draws some mishaps and leaves out the others: all of them at once hide each other.
"""

from dataclasses import dataclass
from random import Random
from typing import Final

MISHAPS: Final = (
    "worker_killed",
    "worker_stopped",
    "worker_stopped_for_long",
    "worker_stopped_in_transaction",
    "worker_joins",
    "worker_leaves",
    "rebalance",
    "database_crashes",
    "database_away",
    "database_full",
    "session_killed",
    "database_restored",
    "log_away",
    "read_records_deleted",
    "unread_records_deleted",
    "topic_made_anew",
    "log_cut",
    "partitions_added",
)
EXCLUDED: Final = (
    ("database_restored", "topic_made_anew"),
    ("database_restored", "log_cut"),
    ("topic_made_anew", "log_cut"),
)
"""Two disasters of which nobody could tell afterwards what they did together."""


@dataclass(frozen=True)
class Weather:
    """Probabilities are per message, statement, commit or batch; `mishap_seconds` lie between mishaps on average."""

    partitions: int
    workers: int
    cases: int
    fetch_records_max: int
    seconds: float
    mishap_seconds: float
    mishaps: tuple[str, ...]
    repeated: float
    strayed: float
    poisoned: float
    reused: float
    gap: float
    flaky_statement: float
    lost_commit: float
    unknown_commit: float
    lost_batch: float


def drawn(chance: Random) -> Weather:
    """The weather of a story."""
    share = chance.choice((0.15, 0.3, 0.5))
    mishaps = [one for one in MISHAPS if chance.random() < share]
    for first, second in EXCLUDED:
        if first in mishaps and second in mishaps:
            mishaps.remove(chance.choice((first, second)))
    return Weather(
        partitions=chance.randint(1, 4),
        workers=chance.randint(1, 3),
        cases=chance.randint(2, 8),
        fetch_records_max=chance.choice((1, 3, 8, 30)),
        seconds=chance.choice((10.0, 30.0, 60.0)),
        mishap_seconds=chance.choice((0.5, 1.5, 4.0)),
        mishaps=tuple(mishaps),
        repeated=chance.choice((0.0, 0.1, 0.5)),
        strayed=chance.choice((0.0, 0.1, 0.5)),
        poisoned=chance.choice((0.0, 0.1, 0.3)),
        reused=chance.choice((0.0, 0.0, 0.1)),
        gap=chance.choice((0.0, 0.1, 0.4)),
        flaky_statement=chance.choice((0.0, 0.0, 0.01, 0.05)),
        lost_commit=chance.choice((0.0, 0.05, 0.2)),
        unknown_commit=chance.choice((0.0, 0.05, 0.2)),
        lost_batch=chance.choice((0.0, 0.0, 0.05, 0.2, 0.6)),
    )
