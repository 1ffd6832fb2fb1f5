"""Where figures stand: a unit's own cases, a parent with its children, the units of one level, the whole province."""

from typing import Final

from msgspec import Struct

from services.monitoring.figures import Figure

INFO: Final = "duecourse_unit_info"
ROLLED_UP: Final = {
    "duecourse_cases_settled": ("window", "timeliness"),
    "duecourse_cases_open": ("deadline",),
    "duecourse_cases_received": ("window",),
}
"""Metrics summed along the tree, with the labels they keep."""


class Level(Struct, frozen=True):
    """`key` are the labels that tell its series apart; `windows` those for which sums are recorded."""

    name: str
    key: tuple[str, ...]
    windows: tuple[str, ...]

    @property
    def by(self) -> str:
        return ", ".join(self.key)

    def source(self, metric: str) -> str:
        """The series of a metric at this level."""
        return metric if self == UNIT else f"{self.name}:{metric}:sum"

    def part(self, figure: Figure, window: str = "") -> str:
        """The recorded numerator of a figure."""
        return f"{self.name}:duecourse_{figure.part_name}:sum{_behind(window)}"

    def whole(self, figure: Figure, window: str = "") -> str:
        """Its recorded denominator."""
        return f"{self.name}:duecourse_{figure.whole_name}:sum{_behind(window)}"

    def has_ratio(self, window: str) -> bool:
        """Whether the share of the late is recorded beside its two sums."""
        return self not in (UNIT, PARENT) or window == "30d"

    def recorded(self, figure: Figure, operation: str, window: str = "") -> str:
        """What is computed from the two."""
        return f"{self.name}:{figure.recorded}:{operation}{_behind(window)}"


def _behind(window: str) -> str:
    return f"_{window}" if window else ""


UNIT: Final = Level("unit", ("unit",), ("7d", "prev_7d", "30d"))
PARENT: Final = Level("parent", ("parent",), ("7d", "prev_7d", "30d"))
TREE_LEVEL: Final = Level("level", ("province", "level"), ("30d", "month", "year"))
PROVINCE: Final = Level("province", ("province",), ("1d", "7d", "prev_7d", "30d", "month", "year"))

OVERDUE_HOURLY: Final = "unit:duecourse_overdue:hourly"
"""Recorded once an hour, so for ranges only: between two samples an instant selector finds nothing."""
OBJECTIVE: Final = "duecourse:late_settled:objective"
