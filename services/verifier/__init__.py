"""Recounts everything from the archived bytes alone, so that `verify` can name the first difference.

A second implementation of `domain.md` on purpose: it shares no code with the fold that produces the figures,
uses only the standard library, and reads no clock, file or database. Its callers feed it rows.
"""

from services.verifier.comparing import Difference, differences
from services.verifier.promises import CalendarRows, DayRow, LimitRow, Promises
from services.verifier.reading import ArchivedEvent, UnreadableEventError, read
from services.verifier.recount import Recount, Rules
from services.verifier.unit_directory import UnitRow

__all__ = [
    "ArchivedEvent",
    "CalendarRows",
    "DayRow",
    "Difference",
    "LimitRow",
    "Promises",
    "Recount",
    "Rules",
    "UnitRow",
    "UnreadableEventError",
    "differences",
    "read",
]
