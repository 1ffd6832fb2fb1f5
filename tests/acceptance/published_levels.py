"""Cases of the published year in their shortest form, projected in several processes and summed."""

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from typing import NamedTuple

from projections.batches import absorb, read
from projections.buckets import Buckets
from projections.effect import Record
from projections.measures import Policy
from projections.standing import Rules
from projections.tallies import CellKey, Change
from projections.units import Unit, UnitTree
from projections.zone import LocalDays
from tests.fixtures.reporting_in_memory import HANOI, LATER

CHUNK_CASES = 2_000
DAYS = 300
_DATES = [(date(2024, 1, 1) + timedelta(days=day)).isoformat().encode() for day in range(DAYS + 20)]
UNITS = (
    Unit("P", "Province", "province"),
    Unit("D1", "Department 1", "department", "P"),
    Unit("D2", "Department 2", "department", "P"),
    Unit("H1", "District", "district", "P"),
    Unit("C1", "Commune", "commune", "H1"),
)
TREE = UnitTree(UNITS)
_ENVELOPE = (
    b'{"specversion":"1.0","id":"%b","source":"/published","type":"duecourse.case.%b.v1",'
    b'"subject":"%b","time":"%b","datacontenttype":"application/json","data":%b}'
)


class Level(NamedTuple):
    """Cases of one level as published: received, settled, early or on time; spread over its units in turn."""

    units: tuple[str, ...]
    received: int
    settled: int
    in_time: int


LEVELS = (
    Level(("D1", "D2"), 309_699, 287_088, 276_060),
    Level(("H1",), 36_307, 33_528, 33_204),
    Level(("C1",), 206_628, 198_564, 194_961),
)


def published_buckets(*bounds: int) -> Buckets:
    """The tallies of all 552,634 cases between days."""
    chunks = [
        (level, begin, min(begin + CHUNK_CASES, level.received))
        for level in LEVELS
        for begin in range(0, level.received, CHUNK_CASES)
    ]
    found = Buckets(bounds)
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("forkserver")) as pool:
        for cells in pool.map(_tallied, chunks, chunksize=4):
            for (day, unit, _), change in cells:
                found.add(day, unit, change)
    return found


def _tallied(chunk: tuple[Level, int, int]) -> list[tuple[CellKey, Change]]:
    """Events in, tallies out, as the projector does it for every batch."""
    records = [Record(event) for event in _events(*chunk)]
    rules = Rules(LocalDays(HANOI), Policy.DATE, TREE)
    effect = absorb(read(records), range(len(records)), 0, {}, rules, [LATER] * len(records))
    assert {verdict.status for verdict in effect.verdicts} == {"accepted"}
    return list(effect.tallies.standing_cells())


def _events(level: Level, begin: int, end: int) -> Iterator[bytes]:
    """Received on day n of the year, due ten days later, and decided the day before, on the day, or the day after."""
    for number in range(begin, end):
        case = b"%b-%d" % (level.units[0].encode(), number)
        unit = level.units[number % len(level.units)].encode()
        first = number % DAYS
        data = b'{"unit":"%b","due":"%b"}' % (unit, _time(first + 10, 17))
        yield _ENVELOPE % (b"r", b"received", case, _time(first, 8), data)
        if number < level.settled:
            last = first + 9 + number % 2 if number < level.in_time else first + 11
            yield _ENVELOPE % (b"p", b"processed", case, _time(last, 9), b"{}")


def _time(day: int, hour: int) -> bytes:
    """An hour of the day so many days after 1 January 2024."""
    return _DATES[day] + b"T%02d:00:00+07:00" % hour
