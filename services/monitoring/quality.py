"""Data quality: cases that newly have a problem, against what the week before lets expect of as many cases.

Compared in recorded time, where a back-fill brings its cases and their problems together. The share that a source has
always had is shown, not alerted: what matters is that something changed.
"""

from collections.abc import Iterator
from typing import Final

from services.monitoring.rules import Recording

CASES: Final = "problem:duecourse_data_quality_cases:sum"
RECEIVED: Final = "duecourse:received_applied:sum"
GROWTH: Final = "problem:duecourse_data_quality_cases:growth_1d"
EXPECTED: Final = "problem:duecourse_data_quality_cases:expected_1d"
ARRIVALS: Final = "duecourse:received_applied:growth_1d"
ARRIVALS_BEFORE: Final = "duecourse:received_applied:growth_7d_before"


def quality_rules() -> Iterator[Recording]:
    """A problem that was not there yet stands for 0; without a whole week of records nothing is expected or alerted."""
    yield Recording(CASES, "sum by (problem) (duecourse_data_quality_cases)")
    yield Recording(RECEIVED, 'sum (duecourse_events_applied_total{type="received"})')
    yield Recording(ARRIVALS, f"clamp_min({RECEIVED} - {RECEIVED} offset 1d, 0)")
    yield Recording(ARRIVALS_BEFORE, f"clamp_min({RECEIVED} offset 1d - {RECEIVED} offset 8d, 0)")
    yield Recording(GROWTH, f"{CASES} - {_then('1d')}")
    yield Recording(
        EXPECTED,
        f"clamp_min({_then('1d')} - {_then('8d')}, 0)\n* scalar({ARRIVALS}) / scalar({ARRIVALS_BEFORE})",
    )


def _then(ago: str) -> str:
    return f"({CASES} offset {ago} or 0 * {CASES})"
