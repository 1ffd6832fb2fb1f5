"""The rates by name: numerator and denominator over `Counts` (`domain.md`, table of formulas). Never a float."""

from collections.abc import Callable
from fractions import Fraction
from typing import Final

from msgspec import Struct

from projections.figures import Counts


class Definition(Struct, frozen=True):
    """A rate: `name` in formulas and JSON, `report` on the command line, `text` for people."""

    name: str
    report: str
    text: str
    numerator: Callable[[Counts], int]
    denominator: Callable[[Counts], int]

    def rate(self, counts: Counts) -> Fraction | None:
        """The exact rate; None (not available) where the denominator is 0."""
        below = self.denominator(counts)
        return Fraction(self.numerator(counts), below) if below else None


DEFINITIONS: Final = (
    Definition(
        "on_time_settled",
        "on-time",
        "settled early or on time, of all settled",
        lambda counts: counts.settled_in_time,
        lambda counts: counts.settled,
    ),
    Definition(
        "on_time_due",
        "on-time-due",
        "settled early or on time, whenever, of all that fell due",
        lambda counts: counts.fell_due_on_time,
        lambda counts: counts.fell_due,
    ),
    Definition(
        "on_time_handled",
        "on-time-handled",
        "settled early or on time and pending within the deadline, of all settled and pending",
        lambda counts: counts.settled_in_time + counts.pending_in_time + counts.pending_paused,
        lambda counts: counts.settled + counts.pending,
    ),
    Definition(
        "late_settled",
        "late-settled",
        "settled late, of all settled",
        lambda counts: counts.settled_late,
        lambda counts: counts.settled,
    ),
    Definition(
        "settlement_rate",
        "settlement-rate",
        "settled, of all received, carried over and transferred in",
        lambda counts: counts.settled,
        lambda counts: counts.entered,
    ),
    Definition(
        "backlog",
        "backlog",
        "overdue, of all pending",
        lambda counts: counts.pending_overdue,
        lambda counts: counts.pending,
    ),
)
BY_REPORT: Final = {definition.report: definition for definition in DEFINITIONS}


def percent(rate: Fraction | None) -> str | None:
    """Two decimals, half up, from the exact fraction: `96.16`; None stays None, never 0 or 100."""
    if rate is None:
        return None
    hundredths = (2 * 10_000 * rate.numerator + rate.denominator) // (2 * rate.denominator)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def simple_mean(rates: list[Fraction | None]) -> Fraction | None:
    """The plain mean of the exact rates that are available."""
    known = [rate for rate in rates if rate is not None]
    return sum(known, Fraction()) / len(known) if known else None
