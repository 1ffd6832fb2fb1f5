"""PromQL that several panels share."""

from decimal import Decimal
from typing import Final

from services.monitoring.figures import LATE
from services.monitoring.levels import INFO, PROVINCE, UNIT
from services.monitoring.thresholds import LEVEL_SETTLED_MIN

HERE: Final = 'province=~"$province"'
UNDER: Final = 'province=~"$province", parent=~"$parent"'
UNIT_HERE: Final = 'unit="$unit"'
PARENT_HERE: Final = 'parent="$parent"'
"""One parent: its children may be parents too, so that a sum over several would count cases twice."""
INTERVAL_Z: Final = Decimal("1.96")
"""Two-sided 95 %: for the eye. The alerts use a stricter bound."""


def named(series: str, where: str = UNDER) -> str:
    """The series with the unit's name; only units that the variables select."""
    return f"{series} * on (unit) group_left (name) {INFO}{{{where}}}"


def named_parent(series: str) -> str:
    """The series with the parent's name; only parents in the provinces that the variables select."""
    names = f'label_replace({INFO}{{{HERE}}}, "parent", "$1", "unit", "(.+)")'
    return f"{series} * on (parent) group_left (name) max by (parent, name) ({names})"


def named_province(series: str) -> str:
    """The series with the province's name."""
    return f'{series} * on (province) group_left (name) max by (province, name) ({INFO}{{parent="", {HERE}}})'


def among(series: str, chosen: str, where: str = UNDER) -> str:
    """The series with the unit's name, of the units that another query chooses."""
    return named(f"({series} and on (unit) {chosen})", where)


def share(part: str, whole: str) -> str:
    """The ratio, nothing where there are no cases: never 0, never 100."""
    return f"{part} / ({whole} > 0)"


def settled(by: str, window: str, matchers: str = "", *, late: bool = False) -> str:
    """Settled cases of the units, from the page itself; `by` are the labels kept, empty for none."""
    inside = ", ".join(filter(None, (f'window="{window}"', LATE.part if late else "", matchers)))
    return f"sum {f'by ({by}) ' if by else ''}({LATE.metric}{{{inside}}})"


def province_late(window: str) -> str:
    return f"sum ({PROVINCE.part(LATE, window)}{{{HERE}}})"


def province_settled(window: str) -> str:
    return f"sum ({PROVINCE.whole(LATE, window)}{{{HERE}}})"


def on_time(late: str, whole: str) -> str:
    """Share settled early or on time."""
    return f"1 - {share(late, whole)}"


def wilson(late: str, whole: str, sign: str) -> str:
    """A bound of Wilson's 95 % interval of the share: `sign` is `-` or `+`."""
    square = INTERVAL_Z * INTERVAL_Z
    return (
        f"({late} + {square / 2} {sign} {INTERVAL_Z} * sqrt({late} * ({whole} - {late}) / ({whole} > 0)"
        f" + {square / 4})) / ({whole} + {square})"
    )


def oldest_days(where: str = "") -> str:
    """Days since the oldest open case of each unit was received."""
    name = "duecourse_cases_open_oldest_received_timestamp_seconds"
    return f"(time() - max by (unit) ({name}{f'{{{where}}}' if where else ''})) / 86400"


def open_cases(deadline: str, where: str = "") -> str:
    """Open cases of each unit by deadline."""
    inside = ", ".join(filter(None, (f'deadline="{deadline}"' if deadline else "", where)))
    return f"sum by (unit) (duecourse_cases_open{f'{{{inside}}}' if inside else ''})"


_SURE: Final = f"({UNIT.recorded(LATE, 'wilson_lb', '30d')} > 0 and {UNIT.whole(LATE, '30d')} >= {LEVEL_SETTLED_MIN})"
WORST: Final = f"topk(15, {named(_SURE, HERE)})"
"""The fifteen units whose late share of 30 days is surely high: by the lower bound, and with as many cases as an alert
needs, for one late case of one has a high bound too.
"""
