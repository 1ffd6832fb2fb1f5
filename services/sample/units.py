"""The tree of units of the sample province."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from services.sample.names import DEPARTMENTS, DISTRICTS, PROVINCE

ROOT = "H99"
FIRST_DISTRICT = 31


@dataclass(frozen=True, slots=True)
class SampleUnit:
    """`level` is province, department, district or commune; `parent` the code above ("" for the root)."""

    code: str
    name: str
    level: str
    parent: str


@cache
def province_units() -> tuple[SampleUnit, ...]:
    """All 166 units, a parent before its children: province, 20 departments, 9 districts, 136 communes."""
    departments = (
        SampleUnit(f"{ROOT}.{number:02d}", name, "department", ROOT)
        for number, (name, _) in enumerate(DEPARTMENTS, start=1)
    )
    return (SampleUnit(ROOT, PROVINCE, "province", ""), *departments, *_districts_and_communes())


def _districts_and_communes() -> Iterator[SampleUnit]:
    for number, (name, communes) in enumerate(DISTRICTS, start=FIRST_DISTRICT):
        district = f"{ROOT}.{number}"
        yield SampleUnit(district, name, "district", ROOT)
        for place, commune in enumerate(communes, start=1):
            yield SampleUnit(f"{district}.{place:02d}", commune, "commune", district)
