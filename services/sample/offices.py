"""How the units of the province differ: size, punctuality, channels, habits of entry."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

from services.sample.chance import pick, stream
from services.sample.names import DEPARTMENTS
from services.sample.procedures import SampleProcedure, province_procedures
from services.sample.units import SampleUnit, province_units

_LATE_PER_THOUSAND = (2, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 65, 80, 100, 125, 150)
_SHARE_OF_CASES = {"department": 560, "district": 70, "commune": 370}
# Added to the rank before it divides: the smaller, the heavier the tail.
_EVENNESS = {"department": 1, "district": 3, "commune": 6}
_EVERY_NTH_SENDS_UTC = 23
_PAPER_SHARE = 0.08


@dataclass(frozen=True, slots=True)
class Office:
    """One unit at work. Shares and rates are between 0 and 1; `weight` is relative to the other offices."""

    unit: SampleUnit
    source: str
    weight: float
    late_rate: float
    online_share: float
    sends_utc: bool
    keeps_paper: bool
    pause_rate: float
    procedures: tuple[SampleProcedure, ...]
    neighbour: str
    counter: str

    @property
    def desk(self) -> str:
        """The two digits of the case id that say where the case was filed."""
        return self.unit.code.split(".")[1]


@cache
def province_offices(seed: int) -> tuple[Office, ...]:
    """Every unit that decides cases (all but the root), in the order of `province_units`."""
    rng = stream(seed, "offices")
    by_level = {level: [u for u in province_units() if u.level == level] for level in _SHARE_OF_CASES}
    ranks = {unit.code: rank for units in by_level.values() for unit, rank in _ranked(rng, units)}
    units = [unit for units in by_level.values() for unit in units]
    return tuple(_office(rng, unit, number, ranks[unit.code]) for number, unit in enumerate(units))


def _ranked(rng: Random, units: list[SampleUnit]) -> Iterator[tuple[SampleUnit, float]]:
    """Each unit with its weight: departments by their place in the table, the others by lot."""
    level = units[0].level
    ranks = list(range(len(units)))
    if level != "department":
        ranks.sort(key=lambda _: rng.random())
    sizes = [1 / (rank + _EVENNESS[level]) for rank in ranks]
    total = sum(sizes)
    for unit, size in zip(units, sizes, strict=True):
        yield unit, _SHARE_OF_CASES[level] * size / total


def _office(rng: Random, unit: SampleUnit, number: int, weight: float) -> Office:
    department, commune = unit.level == "department", unit.level == "commune"
    late = DEPARTMENTS[number][1] if department else pick(rng, _LATE_PER_THOUSAND)
    return Office(
        unit=unit,
        source=f"/h99/one-stop/{unit.code}",
        weight=weight,
        late_rate=late / 1000,
        online_share=0.15 + 0.4 * rng.random() + (0.25 if department else 0),
        sends_utc=number % _EVERY_NTH_SENDS_UTC == 5,
        keeps_paper=commune and rng.random() < _PAPER_SHARE,
        pause_rate=0.18 if commune else 0.4,
        procedures=tuple(p for p in province_procedures() if p.owner in (unit.code, unit.level)),
        neighbour=unit.parent if commune else _another(rng, unit),
        counter=unit.code if commune else pick(rng, _units_at("commune")).code,
    )


def _another(rng: Random, unit: SampleUnit) -> str:
    return pick(rng, [other for other in _units_at(unit.level) if other != unit]).code


@cache
def _units_at(level: str) -> tuple[SampleUnit, ...]:
    return tuple(unit for unit in province_units() if unit.level == level)
