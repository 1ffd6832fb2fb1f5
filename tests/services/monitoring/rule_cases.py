"""How a case of the alerts is told: which series there are, which alerts fire, which stay silent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain

Labels = Mapping[str, str]

MINUTES = {"m": 1, "h": 60, "d": 24 * 60}
OFFICE_ALERTS = 'ALERTS{alertstate="firing", scope=~"unit|parent|province"}'


@dataclass(frozen=True)
class Series:
    """One input series; `values` as promtool writes them, or a number that stays the same."""

    metric: str
    labels: Labels
    values: str | int


@dataclass(frozen=True)
class Fired:
    """One firing alert: its labels beside those of the rule, and what stands at the placeholders of its words."""

    name: str
    labels: Labels = field(default_factory=dict)
    says: Labels = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """What is so at `at` after the beginning. `quiet`: no alert about an office fired at any time before.

    `shows`: queries with the one value that they must find, None for nothing at all.
    """

    title: str
    given: tuple[Series, ...]
    at: str
    fires: tuple[Fired, ...] = ()
    silent: tuple[str, ...] = ()
    quiet: bool = False
    shows: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True)
class CaseFile:
    """One file for promtool. `step` is the time between two samples, which is also that between two evaluations."""

    name: str
    about: str
    step: str
    cases: tuple[Case, ...]
    rules: tuple[str, ...] = ("recording", "offices", "pipeline")


def minutes(duration: str) -> int:
    """`90m`, `2h` or `8d` in minutes."""
    return int(duration[:-1]) * MINUTES[duration[-1]]


def together(*parts: Series | tuple[Series, ...]) -> tuple[Series, ...]:
    """Series and tuples of series as one tuple."""
    return tuple(chain.from_iterable((part,) if isinstance(part, Series) else part for part in parts))


def unit(
    code: str, name: str, *, parent: str = "P", province: str = "P", level: str = "commune", values: str | int = 1
) -> Series:
    """A unit of the tree; the root has `parent=""`."""
    labels = {"unit": code, "name": name, "level": level, "parent": parent, "province": province}
    return Series("duecourse_unit_info", labels, values)


PROVINCE = unit("P", "Tỉnh Một", parent="", level="province")
DISTRICT = unit("D", "Huyện Một", level="district")
COMMUNE = unit("C1", "Xã Một", parent="D")
TREE = (PROVINCE, DISTRICT, COMMUNE)
COMMUNE_LABELS = {"unit": "C1", "name": "Xã Một", "parent": "D", "province": "P"}
DISTRICT_LABELS = {"parent": "D", "name": "Huyện Một", "province": "P"}
PROVINCE_LABELS = {"province": "P", "name": "Tỉnh Một"}


def settled(code: str, window: str, late: str | int, in_time: str | int) -> tuple[Series, ...]:
    """What a unit settled in a window."""
    counts = {"early": 0, "on_time": in_time, "late": late}
    return tuple(
        Series("duecourse_cases_settled", {"unit": code, "window": window, "timeliness": label}, values)
        for label, values in counts.items()
    )


def open_cases(code: str, **deadlines: str | int) -> tuple[Series, ...]:
    """What is open at a unit, by deadline; zero where nothing is said."""
    counts = dict.fromkeys(("in_time", "due_soon", "overdue", "paused"), 0) | deadlines
    return tuple(
        Series("duecourse_cases_open", {"unit": code, "deadline": label}, values) for label, values in counts.items()
    )


def received(code: str, window: str, values: str | int) -> Series:
    return Series("duecourse_cases_received", {"unit": code, "window": window}, values)


def up(values: str | int = 1) -> Series:
    """The scrape of the exporter."""
    return Series("up", {"job": "duecourse", "instance": "exporter:8000"}, values)


def partition(metric: str, values: str | int, number: int = 0, **labels: str) -> Series:
    return Series(f"duecourse_{metric}", {"partition": str(number), **labels}, values)
