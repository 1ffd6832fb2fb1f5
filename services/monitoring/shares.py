"""What the recording rules compute from sums, in plain arithmetic: the same operations in the same order.

A share that says nothing is not a number, as Prometheus records it.
"""

from math import nan, sqrt
from typing import Final

from services.monitoring.thresholds import WILSON_Z

_Z: Final = float(WILSON_Z)
_SQUARE: Final = WILSON_Z * WILSON_Z
_WHOLE, _HALF, _QUARTER = (float(_SQUARE / parts) for parts in (1, 2, 4))


def share(part: int, whole: int) -> float:
    """A part of the whole."""
    return part / whole if whole else nan


def wilson_lower_bound(part: int, whole: int) -> float:
    """The share that is surely exceeded (`thresholds.WILSON_Z`)."""
    if not whole:
        return nan
    return (part + _HALF - _Z * sqrt(part * (whole - part) / whole + _QUARTER)) / (whole + _WHOLE)


def rise_score(part: int, whole: int, part_before: int, whole_before: int) -> float:
    """z of the difference between a share and the one before."""
    both, late = whole + whole_before, part + part_before
    below = late * (both - late) * whole * whole_before
    if not below:
        return nan
    return (part * whole_before - part_before * whole) * sqrt(both / below)
