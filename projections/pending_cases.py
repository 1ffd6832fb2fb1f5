"""The backlog case by case at an instant: how old it is, and when it is due."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct, structs

from events.case import Case
from projections.entries import holder_at
from projections.groups import Group
from projections.measures import INSTANT, Policy
from projections.report_columns import NAME, TOTAL, UNIT
from projections.standing import Rules, standing
from projections.tables import Cell, Column, Table, Text

PENDING: Final = Column("pending", Text("Pending", "Đang giải quyết"))
AGE_BANDS: Final = (7, 15, 30, 60, 90)
"""Greatest age of each band in days; a last one holds what is older."""
DAYS_LEFT: Final = (3, 7)
DAYS_PAST: Final = (10, 30)


class Pending(Struct, frozen=True):
    """A pending case: its holder, whole local days since the reception, and where its due date lies.

    `days_left` to the due day, negative where that has passed; None while paused or without a due date.
    """

    unit: str
    age_days: int
    paused: bool
    overdue: bool
    days_left: int | None

    def held_by(self, unit: str) -> "Pending":
        """The same under the code of another unit."""
        return structs.replace(self, unit=unit)


def pending_at(case: Case, rules: Rules, policy: Policy, instant: int) -> Pending | None:
    """The case as it stands before an instant; None where it is not pending then (`domain.md`: P)."""
    found = standing(case, rules)
    if found is None or found.received_at >= instant or found.until < instant:
        return None
    own, days = found.under(policy), rules.days
    today = days.day_of(instant)
    paused = any(began < instant <= ended for began, ended in own.pauses)
    paused = paused or (own.paused_since is not None and own.paused_since < instant)
    left = None if own.due is None or paused else days.day_of(own.due) - today
    passed = left is not None and own.due is not None and (own.due < instant if policy is INSTANT else left < 0)
    age = today - days.day_of(found.received_at)
    return Pending(holder_at(found.holders, instant), age, paused, passed, left)


def _age_columns() -> Iterator[Column]:
    least = 0
    for most in AGE_BANDS:
        yield Column(f"age_{least}_to_{most}", Text(f"{least} to {most} days", f"{least} đến {most} ngày"))
        least = most + 1
    yield Column(f"age_{least}_and_more", Text(f"{least} days and more", f"từ {least} ngày"))


def _age_key(one: Pending) -> str:
    least = 0
    for most in AGE_BANDS:
        if one.age_days <= most:
            return f"age_{least}_to_{most}"
        least = most + 1
    return f"age_{least}_and_more"


_NEAR, _SOON = DAYS_LEFT
_PAST, _LONG_PAST = DAYS_PAST
AGES: Final = tuple(_age_columns())
DUE_DAYS: Final = (
    Column("overdue_long", Text(f"Overdue by more than {_LONG_PAST} days", f"Quá hạn trên {_LONG_PAST} ngày")),
    Column("overdue_days", Text(f"By {_PAST + 1} to {_LONG_PAST} days", f"Quá hạn {_PAST + 1} đến {_LONG_PAST} ngày")),
    Column("overdue_lately", Text(f"By up to {_PAST} days", f"Quá hạn đến {_PAST} ngày")),
    Column("due_now", Text(f"Due today or in {_NEAR} days", f"Đến hạn hôm nay hoặc trong {_NEAR} ngày")),
    Column("due_soon", Text(f"In {_NEAR + 1} to {_SOON} days", f"Trong {_NEAR + 1} đến {_SOON} ngày")),
    Column("due_later", Text("Later", "Sau đó")),
    Column("paused", Text("Paused", "Tạm dừng")),
    Column("no_due", Text("No due date", "Không có ngày hẹn")),
)


def _due_key(one: Pending) -> str:
    if one.paused:
        return "paused"
    if one.days_left is None:
        return "no_due"
    if one.overdue:
        past = -one.days_left
        return "overdue_lately" if past <= _PAST else "overdue_days" if past <= _LONG_PAST else "overdue_long"
    return "due_now" if one.days_left <= _NEAR else "due_soon" if one.days_left <= _SOON else "due_later"


Bands = Mapping[str, Mapping[str, int]]
"""Cases by unit and key of a column."""


class BacklogBands:
    """Counts pending cases as they are told; memory does not grow with their number."""

    def __init__(self) -> None:
        self.ages: dict[str, dict[str, int]] = {}
        self.due_days: dict[str, dict[str, int]] = {}

    def add(self, one: Pending) -> None:
        for bands, key in ((self.ages, _age_key(one)), (self.due_days, _due_key(one))):
            counts = bands.setdefault(one.unit, {})
            counts[key] = counts.get(key, 0) + 1


def ages_table(bands: Bands, groups: Iterable[Group], scope: Group) -> Table:
    """The backlog by whole days since the reception."""
    title = Text("Backlog by age", "Hồ sơ tồn đọng theo thời gian chờ")
    return _table("backlog-age", title, AGES, bands, groups, scope)


def due_days_table(bands: Bands, groups: Iterable[Group], scope: Group) -> Table:
    """The backlog by the days left to the due day."""
    title = Text("Backlog by due day", "Hồ sơ tồn đọng theo ngày hẹn trả")
    return _table("backlog-due", title, DUE_DAYS, bands, groups, scope)


def _table(
    name: str, title: Text, columns: tuple[Column, ...], bands: Bands, groups: Iterable[Group], scope: Group
) -> Table:
    counted = [(group, _counts(bands, group, columns)) for group in groups]
    rows: list[tuple[Cell, ...]] = [
        (group.unit or "", group.name, *counts) for group, counts in counted if group.always or any(counts)
    ]
    named: tuple[Cell, Cell] = ("", TOTAL if scope.name == "Total" else scope.name)
    return Table(name, title, (UNIT, NAME, PENDING, *columns), tuple(rows), (*named, *_counts(bands, scope, columns)))


def _counts(bands: Bands, group: Group, columns: tuple[Column, ...]) -> tuple[int, ...]:
    """All pending cases of a row, then those of each band."""
    counts = tuple(sum(bands.get(unit, {}).get(column.key, 0) for unit in group.units) for column in columns)
    return sum(counts), *counts
