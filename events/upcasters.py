"""Steps that lift an older event version to the next one, so that every version ever written stays readable.

All types are in their first version. A second one adds `"duecourse.case.NAME.v1": ("duecourse.case.NAME.v2", step)`,
where `step` takes the old `data` object and returns the new one. Steps are chained.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

Step = tuple[str, Callable[[dict[str, Any]], dict[str, Any]]]

UPCASTERS: Final[dict[str, Step]] = {}


def upcast(event_type: str, data: dict[str, Any], steps: Mapping[str, Step] = UPCASTERS) -> tuple[str, dict[str, Any]]:
    """Type and data in the newest version."""
    while event_type in steps:
        event_type, step = steps[event_type]
        data = step(data)
    return event_type, data
