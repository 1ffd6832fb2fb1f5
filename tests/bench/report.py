"""A report over 4,000 units from the tallies, any interval inside ten years, beside a plain sum over the same rows.

The tallies are written as rows, not told as events: a nation's ten years of events take hours, and a report reads none.
"""

import math
import random
import time
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Final

from projections.definitions import BY_REPORT
from projections.measures import Policy
from projections.periods import Period
from projections.reports import Question
from services.composition import Database
from services.postgres.balancing import strike_balances
from services.postgres.connection import Connection, connected
from services.report_documents import Asked
from tests.bench.databases import bench_database
from tests.bench.histories import many_units

UNITS: Final = 4_000
YEARS: Final = 10
FIRST_DAY: Final = date(2014, 12, 15)
YEAR_DAYS: Final = 365
ASKED_MILLISECONDS: Final = 300
_FILL: Final = (
    "insert into tallies (day, unit, kind, shard, new, new_online, settled_early, settled_on_time, settled_late, "
    "fell_due, fell_due_on_time, closed, returned) "
    "select day::date, 'N.' || lpad(unit::text, 5, '0'), 'procedure', 0, 55 + unit % 5, 20, 30, 20, unit % 5, "
    "52, 50, 1, 50 from generate_series($1::date, $2::date - 1, interval '1 day') as day, "
    "generate_series(0, $3::integer - 1) as unit where extract(isodow from day) < 6"
)
_PLAIN: Final = (
    "select unit, sum(new), sum(settled_early + settled_on_time), sum(settled_late) from tallies "
    "where kind = 'procedure' and day >= $1 and day < $2 group by unit"
)


async def run(url: str, folder: Path, *, quick: bool) -> None:
    del folder
    years, rounds = (1, 5) if quick else (YEARS, 20)
    async with bench_database(url, many_units(UNITS)) as found:
        rows = await _filled(found, years)
        print(f"{UNITS:,} units, {years} years, {rows:,} rows of tallies, p95 of {rounds} rounds, in turn")
        last = FIRST_DAY.toordinal() + years * YEAR_DAYS
        begun = time.perf_counter()
        written = await strike_balances(found.pool, last)
        print(f"{written:,} balances struck from nothing in {time.perf_counter() - begun:.1f} s")
        year = Period(last - YEAR_DAYS, last)
        chance = random.Random(7)
        spans = [_any_period(chance, years) for _ in range(rounds)]
        await _measured("the last year", found, [year] * rounds)
        await _measured("any interval", found, spans)


def _any_period(chance: random.Random, years: int) -> Period:
    begin, end = sorted(chance.sample(range(years * YEAR_DAYS + 1), 2))
    return Period(FIRST_DAY.toordinal() + begin, FIRST_DAY.toordinal() + end)


async def _filled(found: Database, years: int) -> int:
    async with connected(found.pool) as connection:
        for year in range(years):
            first = FIRST_DAY.toordinal() + year * YEAR_DAYS
            days = date.fromordinal(first), date.fromordinal(first + YEAR_DAYS)
            await connection.execute(_FILL, *days, UNITS, timeout=600)
        await connection.execute("vacuum analyze tallies", timeout=600)
        return int(await connection.fetchval("select count(*) from tallies"))


async def _measured(name: str, found: Database, periods: list[Period]) -> None:
    reporting = found.reporting()

    async def ours(period: Period) -> None:
        await reporting.document(Asked("on-time", Question(BY_REPORT["on-time"], period, Policy.DATE)))

    async def peer(period: Period) -> None:
        async with connected(found.pool) as connection:
            await _plain(connection, period)

    taken: dict[str, list[float]] = {"report": [], "plain sum": []}
    for period in periods:
        taken["report"].append(await _milliseconds(ours, period))
        taken["plain sum"].append(await _milliseconds(peer, period))
    report, plain = _p95(taken["report"]), _p95(taken["plain sum"])
    print(f"{name:14} report {report:8,.0f} ms  (asked at most {ASKED_MILLISECONDS})  plain sum {plain:8,.0f} ms")


async def _plain(connection: Connection, period: Period) -> None:
    await connection.fetch(_PLAIN, period.from_date, period.to_date, timeout=600)


async def _milliseconds(work: Callable[[Period], Awaitable[None]], period: Period) -> float:
    begun = time.perf_counter()
    await work(period)
    return (time.perf_counter() - begun) * 1_000


def _p95(found: list[float]) -> float:
    """The one that 95 % do not exceed."""
    return sorted(found)[math.ceil(0.95 * len(found)) - 1]
