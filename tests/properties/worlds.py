"""The settings of a database as both implementations see them, and the days around which something may go wrong."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from events.instants import instant_of
from projections import contribution
from projections.measures import Policy
from projections.units import BEGINNING, FOREVER, Unit, UnitTree
from projections.zone import LocalDays
from services import verifier

HANOI: Final = "Asia/Ho_Chi_Minh"
AMSTERDAM: Final = "Europe/Amsterdam"
ZONES: Final = (HANOI, AMSTERDAM)

TURNS: Final = {
    HANOI: (
        date(2024, 12, 15),  # a reporting year begins
        date(1975, 6, 13),  # the clock went back from +08:00 to +07:00
        date(1911, 5, 1),  # before it, local mean time of +07:06:30
    ),
    AMSTERDAM: (
        date(2024, 3, 31),  # 02:00 to 03:00 is left out
        date(2024, 10, 27),  # 02:00 to 03:00 happens twice
        date(2024, 12, 15),
    ),
}
DAYS_BEFORE: Final = 4
DAYS_AFTER: Final = 6
CODES: Final = ("A", "B", "old", "new", "newest", "gap", "gone", "left", "right", "split")
CLOCKS: Final = (
    time(0, 0),
    time(0, 0, 0, 1),
    time(2, 30),
    time(2, 30, fold=1),
    time(10, 0),
    time(17, 0),
    time(23, 59, 59, 999_999),
)


@dataclass(frozen=True)
class World:
    """A time zone, a label policy, units that come and go, and a day in the middle of it all."""

    time_zone: str
    policy: Policy
    turn: date

    @property
    def rules(self) -> contribution.Rules:
        return _rules(self)

    @property
    def verifier_rules(self) -> verifier.Rules:
        return verifier.Rules(self.time_zone, self.policy.value)

    @property
    def verifier_units(self) -> list[verifier.UnitRow]:
        return [_verifier_row(unit) for unit in _units(self.turn.toordinal())]

    @property
    def days(self) -> range:
        """The local days in which facts lie, as ordinals."""
        return range(self.turn.toordinal() - DAYS_BEFORE, self.turn.toordinal() + DAYS_AFTER)

    @property
    def instants(self) -> list[int]:
        """Times worth trying: at the edges of local days, of UTC days and of changed clocks."""
        return _instants(self)

    @property
    def late_instants(self) -> list[int]:
        """Those of the last two days: as due dates, late enough for whatever comes before."""
        return sorted(self.instants)[-2 * len(CLOCKS) :]


def worlds(*time_zones: str, policies: tuple[Policy, ...] = tuple(Policy)) -> st.SearchStrategy[World]:
    """A world in one of the time zones (all, if none is named)."""
    return st.sampled_from(
        [World(zone, policy, turn) for zone in time_zones or ZONES for turn in TURNS[zone] for policy in policies]
    )


@lru_cache
def _rules(world: World) -> contribution.Rules:
    return contribution.Rules(LocalDays(world.time_zone), world.policy, UnitTree(_units(world.turn.toordinal())))


@lru_cache
def _instants(world: World) -> list[int]:
    zone = ZoneInfo(world.time_zone)
    days = [date.fromordinal(day) for day in world.days]
    moments = [datetime.combine(day, clock, zone) for day in days for clock in CLOCKS]
    moments += [datetime.combine(day, time(0), UTC) for day in days]
    near = [world.turn + timedelta(days=days) for days in (-1, 0, 1)]
    return sorted({instant_of(moment.astimezone(UTC)) for moment in moments}, key=lambda at: _nearness(at, near, zone))


def _nearness(instant: int, near: list[date], zone: ZoneInfo) -> tuple[bool, int]:
    """Instants about the turn come first: that is what examples shrink to."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant)
    return moment.astimezone(zone).date() not in near, instant


@lru_cache
def _units(turn: int) -> tuple[Unit, ...]:
    """Units without bounds, merged, renamed along a chain, gone with a gap, gone for good, in a circle, and split."""
    return (
        Unit("A", "A", "commune"),
        Unit("B", "B", "commune"),
        Unit("old", "old", "district", "A", valid_to=turn, successor="new"),
        Unit("new", "new", "commune", "A", valid_from=turn, valid_to=turn + 2, successor="newest"),
        Unit("newest", "newest", "commune", "A", valid_from=turn + 2),
        Unit("gap", "gap", "commune", "A", valid_to=turn - 2, successor="B"),
        Unit("gap", "gap", "commune", "A", valid_from=turn + 1, valid_to=turn + 3, successor="old"),
        Unit("gone", "gone", "commune", "A", valid_to=turn - 1),
        Unit("left", "left", "commune", "A", valid_to=turn - 1, successor="right"),
        Unit("right", "right", "commune", "A", valid_to=turn + 1, successor="left"),
        Unit("split", "split", "commune", "A", valid_to=turn, successor="A; B"),
    )


def _verifier_row(unit: Unit) -> verifier.UnitRow:
    begins = None if unit.valid_from == BEGINNING else date.fromordinal(unit.valid_from)
    ends = None if unit.valid_to == FOREVER else date.fromordinal(unit.valid_to)
    return verifier.UnitRow(unit.code, unit.name, unit.level, unit.parent, begins, ends, unit.successor)
