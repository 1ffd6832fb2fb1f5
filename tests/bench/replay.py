"""Columnar replay beside what one would write in DuckDB over the same rows, and beside the replay by rows.

The peer tells no pauses, transfers or corrections apart and knows one policy: it keeps repeats out, finds reception,
due date and decision of each case, and counts the decisions of each unit and day, on time or not.
"""

import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import duckdb

from projections.effect import Record
from projections.tallies import TallyChanges
from services.composition import Database
from services.history.columnar import shapes
from services.history.columnar.folding import OFFLINE, fold_columns
from services.history.columnar.spool import spool
from services.history.digest import digest_of_tallies
from services.history.points import point_at, rules_at
from services.history.replaying import replay
from services.history.when import Now
from services.importing.run import import_lines
from services.importing.sources import Line
from services.pipeline import IN_FLIGHT
from services.postgres.queries import snapshot
from tests.bench.databases import bench_database
from tests.bench.histories import events, many_units

UNITS: Final = 4_000
ASKED_RATIO: Final = 0.5
_PEER: Final = """
with read as (
    select decode(unhex(body))::json as event from archived
), said as (
    select distinct on (event ->> '$.source', event ->> '$.id')
        event ->> '$.subject' as case_id, event ->> '$.type' as type, (event ->> '$.time')::timestamptz as told_at,
        event ->> '$.data.unit' as unit, (event ->> '$.data.due')::timestamptz as due
    from read
), cases as (
    select case_id, min_by(unit, told_at) filter (unit is not null) as unit, min(due) as due,
        min(told_at) filter (type = 'duecourse.case.processed.v1') as processed
    from said group by case_id
)
select unit, processed::date as day, count(*), count(*) filter (processed::date <= due::date)
from cases where processed is not null group by all
"""


async def run(url: str, folder: Path, *, quick: bool) -> None:
    told = events(20_000 if quick else 100_000, UNITS)
    lines = (Line(number, Record(body)) for number, body in enumerate(told))
    async with bench_database(url, many_units(UNITS)) as found:
        async for _ in import_lines(lines, found.pipeline().project, in_flight=IN_FLIGHT):
            pass
        begun = time.perf_counter()
        by_rows = await replay(found.store, Now(), found.clock)
        rows_seconds = time.perf_counter() - begun
        await _compare(found, folder, by_rows.digest, by_rows.events, rows_seconds, rounds=1 if quick else 3)


async def _compare(found: Database, folder: Path, digest: str, count: int, rows_seconds: float, *, rounds: int) -> None:
    archive = folder / "archive.csv"
    begun = time.perf_counter()
    async with snapshot(found.pool) as connection:
        point = await point_at(connection, Now(), found.clock)
        rules = await rules_at(connection, found.store, point)
        await spool(connection, point, archive)
    spool_seconds = time.perf_counter() - begun

    tallies: list[TallyChanges] = []

    def ours() -> None:
        tallies[:] = [fold_columns(archive, folder, point, rules).folded.tallies]

    def digested() -> None:
        assert digest_of_tallies(tallies[0]) == digest

    def peer() -> None:
        with duckdb.connect(":memory:", config=OFFLINE | {"temp_directory": str(folder)}) as connection:
            connection.execute(shapes.ARCHIVE, {"path": str(archive)})
            assert connection.execute(_PEER).fetchall()

    taken: dict[str, list[float]] = {"columnar": [], "digest": [], "DuckDB": []}
    for _ in range(rounds):
        taken["columnar"].append(_seconds(ours))
        taken["digest"].append(_seconds(digested))
        taken["DuckDB"].append(_seconds(peer))
    columnar, digesting, plain = (statistics.median(one) for one in taken.values())
    print(f"{count:,} events, {UNITS:,} units, median of {rounds} rounds; the digest of both replays is the same")
    print(f"columnar replay  {count / columnar:10,.0f} events/s to the tallies")
    print(f"                 out of the database {spool_seconds:.1f} s before, their digest {digesting:.1f} s after")
    print(f"DuckDB           {count / plain:10,.0f} events/s, the same file")
    times = f"to the digest, the columnar one {rows_seconds / (spool_seconds + columnar + digesting):.1f} times as fast"
    print(f"replay by rows   {count / rows_seconds:10,.0f} events/s, {times}")
    print(f"ratio to DuckDB  {plain / columnar:.2f}  (asked {ASKED_RATIO})")
    print(f"greatest memory of the process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024:,.0f} MiB")


def _seconds(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
