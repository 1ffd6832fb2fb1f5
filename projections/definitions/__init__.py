"""The rates by name, one file each: numerator and denominator over `Counts` (`domain.md`, table of formulas).

A new one is a file with its `DEFINITION`, its place in `DEFINITIONS`, and its test.
"""

from typing import Final

from projections.definitions import (
    backlog,
    digitised,
    electronic_result,
    late_settled,
    on_time_due,
    on_time_handled,
    on_time_settled,
    online_filing,
    online_payment,
    settlement_rate,
)
from projections.definitions.definition import Definition, content_hash
from projections.definitions.rates import decimals, percent, points, simple_mean

__all__ = ["BY_REPORT", "DEFINITIONS", "Definition", "content_hash", "decimals", "percent", "points", "simple_mean"]

DEFINITIONS: Final[tuple[Definition, ...]] = (
    on_time_settled.DEFINITION,
    on_time_due.DEFINITION,
    on_time_handled.DEFINITION,
    late_settled.DEFINITION,
    settlement_rate.DEFINITION,
    backlog.DEFINITION,
    online_filing.DEFINITION,
    digitised.DEFINITION,
    electronic_result.DEFINITION,
    online_payment.DEFINITION,
)
BY_REPORT: Final = {definition.report: definition for definition in DEFINITIONS}
