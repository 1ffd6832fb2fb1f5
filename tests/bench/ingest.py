"""Events per second from an NDJSON file to durable, folded and tallied, beside a plain insert loop and a bare COPY."""

import statistics
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import msgspec

from services.importing.reader_process import steps_apart
from services.importing.run import import_steps
from services.pipeline import IN_FLIGHT
from tests.bench.databases import bench_database
from tests.bench.histories import event_file, many_units

UNITS = 4_000
ROWS_A_STATEMENT = 500
COPY_ROWS = 5_000

Measured = Callable[[str, Path], Awaitable[float]]
"""Does the work and returns its seconds, from an empty table that is ready to the last commit."""


async def run(url: str, folder: Path, *, quick: bool) -> None:
    path, count = event_file(folder, 5_000 if quick else 60_000, UNITS)
    rounds = 1 if quick else 3
    peers: dict[str, Measured] = {"duecourse": _ours, "insert loop": _insert_loop, "bare COPY": _copy}
    rates: dict[str, list[float]] = {name: [] for name in peers}
    for _ in range(rounds):
        for name, work in peers.items():
            rates[name].append(count / await work(url, path))
    median = {name: statistics.median(found) for name, found in rates.items()}
    print(f"{count:,} events, {UNITS:,} units, median of {rounds} rounds, one connection each")
    for name, rate in median.items():
        spread = f"{min(rates[name]):,.0f}–{max(rates[name]):,.0f}"
        print(f"{name:12} {rate:>10,.0f} events/s  ({spread})")
    print(f"ratio to the insert loop {median['duecourse'] / median['insert loop']:.2f}  (asked 0.4, goal 1)")
    print(f"ratio to the bare COPY   {median['duecourse'] / median['bare COPY']:.2f}  (the limit)")


async def _ours(url: str, path: Path) -> float:
    async with bench_database(url, many_units(UNITS)) as found:
        begun = time.perf_counter()
        async for _ in import_steps(steps_apart(path, None), found.pipeline().project, in_flight=IN_FLIGHT):
            pass
        return time.perf_counter() - begun


async def _insert_loop(url: str, path: Path) -> float:
    """The loop that one would write first: a key that keeps repeats out, 500 rows a statement, nothing else."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            "drop table if exists loop_events;"
            "create table loop_events (source text, id text, subject text, type text, time text, body bytea, "
            "primary key (source, id))"
        )
        begun = time.perf_counter()
        decode = msgspec.json.Decoder().decode
        rows: list[tuple[str, str, str, str, str, bytes]] = []
        with path.open("rb") as file:
            for line in file:
                one = decode(line)
                rows.append((one["source"], one["id"], one["subject"], one["type"], one["time"], line))
                if len(rows) == ROWS_A_STATEMENT:
                    await _insert(connection, rows)
                    rows = []
        if rows:
            await _insert(connection, rows)
        return time.perf_counter() - begun
    finally:
        await connection.close()


async def _insert(connection: "asyncpg.Connection", rows: list[tuple[str, str, str, str, str, bytes]]) -> None:
    await connection.execute(
        "insert into loop_events select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], "
        "$6::bytea[]) on conflict do nothing",
        *zip(*rows, strict=True),
    )


async def _copy(url: str, path: Path) -> float:
    """The limit: the bytes into a table, unread."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            "drop table if exists copied; create table copied (position bigint primary key, body bytea)"
        )
        begun = time.perf_counter()
        rows: list[tuple[int, bytes]] = []
        with path.open("rb") as file:
            for position, line in enumerate(file):
                rows.append((position, line))
                if len(rows) == COPY_ROWS:
                    await connection.copy_records_to_table("copied", records=rows)
                    rows = []
        await connection.copy_records_to_table("copied", records=rows)
        return time.perf_counter() - begun
    finally:
        await connection.close()
