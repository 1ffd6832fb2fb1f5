"""The numbers of a digest, unit by unit: each with its own cases, the total over them all."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, Final

from msgspec import Struct, structs

from events.instants import iso
from projections.definitions import percent, points
from projections.groups import UnitUnknown
from projections.targets import Targets, distance
from projections.units import UnitTree
from projections.zone import LocalDays, date_of
from services.exporter.live import LiveFigures
from services.exporter.unit_samples import SAMPLES

WEEK_DAYS: Final = 7
DUE_SOON_DAYS: Final = WEEK_DAYS - 1
"""Today and the six days after it: the live figures of a digest count these as due soon."""


class Row(Struct, frozen=True):
    """One unit, or the total. `due_this_week`: open and due today or within six days; `oldest_days`: local days since
    the oldest open case was received, None where nothing is open; `target`: the least on-time share pledged.
    """

    unit: str | None
    name: str
    level: str
    due_this_week: int
    overdue: int
    settled_7d: int
    late_7d: int
    oldest_days: int | None
    settled_year: int
    on_time_year: int
    target: Fraction | None = None

    @property
    def rate(self) -> Fraction | None:
        """on_time_settled of the reporting year so far."""
        return Fraction(self.on_time_year, self.settled_year) if self.settled_year else None

    @property
    def behind(self) -> bool:
        """Whether it is below its target."""
        away = distance(self.rate, self.target)
        return away is not None and away < 0

    @property
    def any(self) -> bool:
        return bool(self.due_this_week or self.overdue or self.settled_7d or self.oldest_days is not None)

    def as_json(self) -> dict[str, Any]:
        numbers = {name: value for name, value in structs.asdict(self).items() if name != "target"}
        return numbers | {
            "percent": percent(self.rate),
            "target_percent": percent(self.target),
            "points_from_target": points(distance(self.rate, self.target)),
        }


class Digest(Struct, frozen=True):
    """All rows, those that need most first; `today` is a local day, `as_of` an instant."""

    today: int
    as_of: int
    time_zone: str
    rows: tuple[Row, ...]
    total: Row

    def as_json(self) -> dict[str, Any]:
        return {
            "digest": "weekly",
            "as_of": iso(self.as_of),
            "time_zone": self.time_zone,
            "due_from": date_of(self.today).isoformat(),
            "due_to": date_of(self.today + WEEK_DAYS).isoformat(),
            "rows": [row.as_json() for row in self.rows],
            "total": self.total.as_json(),
        }


def digest_of(live: LiveFigures, days: LocalDays, targets: Targets, unit: str | None = None) -> Digest:
    """The digest of a unit's subtree (None: of all units). Raises `UnitUnknown`.

    `live` must count `DUE_SOON_DAYS` as due soon.
    """
    tree, today = live.tree, live.windows.today
    if unit is not None and unit not in tree:
        raise UnitUnknown(unit)
    codes = list(tree.subtree(unit)) if unit is not None else list(tree.codes())
    rows = [_row(live, code, days, targets.on(code, today)) for code in codes]
    top = unit if unit is not None else _only_root(tree)
    total = _total(rows, tree.latest(top).name if top else "", targets.on(top, today) if top else None)
    shown = sorted((row for row in rows if row.any), key=_needs_most_first)
    return Digest(today, live.refreshed_at, days.time_zone, tuple(shown), total)


def _only_root(tree: UnitTree) -> str | None:
    roots = tree.roots()
    return roots[0] if len(roots) == 1 else None


def _needs_most_first(row: Row) -> tuple[int, int, int, str]:
    return (-row.overdue, -row.due_this_week, -row.late_7d, row.unit or "")


def _row(live: LiveFigures, code: str, days: LocalDays, target: Fraction | None) -> Row:
    values = dict(zip(SAMPLES, live.values(code), strict=True))
    unit, oldest = live.tree.latest(code), live.oldest.get(code)
    week, year = _settled(values, "7d"), _settled(values, "year")
    return Row(
        unit=code,
        name=unit.name,
        level=unit.level,
        due_this_week=values["duecourse_cases_open", 'deadline="due_soon"'],
        overdue=values["duecourse_cases_open", 'deadline="overdue"'],
        settled_7d=sum(week.values()),
        late_7d=week["late"],
        oldest_days=None if oldest is None else live.windows.today - days.day_of(oldest),
        settled_year=sum(year.values()),
        on_time_year=year["early"] + year["on_time"],
        target=target,
    )


def _settled(values: Mapping[tuple[str, str], int], window: str) -> dict[str, int]:
    """Settled cases of a window by timeliness."""
    return {
        label: values["duecourse_cases_settled", f'window="{window}",timeliness="{label}"']
        for label in ("early", "on_time", "late")
    }


def _total(rows: Iterable[Row], name: str, target: Fraction | None) -> Row:
    found = list(rows)
    ages = [row.oldest_days for row in found if row.oldest_days is not None]
    return Row(
        unit=None,
        name=name,
        level="",
        due_this_week=sum(row.due_this_week for row in found),
        overdue=sum(row.overdue for row in found),
        settled_7d=sum(row.settled_7d for row in found),
        late_7d=sum(row.late_7d for row in found),
        oldest_days=max(ages, default=None),
        settled_year=sum(row.settled_year for row in found),
        on_time_year=sum(row.on_time_year for row in found),
        target=target,
    )
