"""Sums of counts that several definitions are made of (`domain.md`, Periods)."""

from typing import Final

SETTLED_IN_TIME: Final = ("settled_early", "settled_on_time")
SETTLED: Final = (*SETTLED_IN_TIME, "settled_late")
PENDING: Final = ("pending_in_time", "pending_overdue", "pending_paused")
ENTERED: Final = ("new", "carried_over", "transferred_in")
