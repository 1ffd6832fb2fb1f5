"""From a full topic until all figures are durable: workers, a plain loop, a bare COPY, and Kafka Streams."""

import time
from collections.abc import Awaitable, Callable, Sequence

import asyncpg

from tests.bench.live import kafka_streams
from tests.bench.live.checkpoints import checkpoints
from tests.bench.live.expected import Expected, expect, require_equal
from tests.bench.live.processes import PLAIN_LOOP, WORKER, reading
from tests.bench.live.processor_time import ProcessorClock
from tests.bench.live.runs import Run, print_table
from tests.bench.live.stage import Stage

ROUNDS = 3
COPY_ROWS = 5_000
STREAMS = "Kafka Streams"

Measured = Callable[[], Awaitable[Run]]


async def run(stage: Stage) -> None:
    kafka_streams.build()
    expected = expect(stage.backlog)
    peers: dict[str, Measured] = {
        "duecourse, 1 worker": lambda: _read(stage, expected, WORKER, ["worker"]),
        "duecourse, 2 workers": lambda: _read(stage, expected, WORKER, ["worker 1", "worker 2"]),
        "plain loop": lambda: _read(stage, expected, PLAIN_LOOP, ["loop"]),
        "bare COPY": lambda: _copy(stage),
        STREAMS: lambda: kafka_streams.run_streams(stage, expected),
    }
    rounds = 1 if stage.short else ROUNDS
    runs: dict[str, list[Run]] = {name: [] for name in peers}
    for number in range(rounds):
        for name, work in peers.items():
            runs[name].append(await work())
            print(f"   round {number + 1}, {name}: {runs[name][-1].whole:,.0f} events/s", flush=True)
    print(f"{expected.facts:,} facts, {len(expected.tallies):,} cells, every figure right, median of {rounds} rounds")
    print_table(runs, facts=expected.facts, base=STREAMS)
    print("asked of two workers: 1.5 times Kafka Streams, goal 2")


async def _read(stage: Stage, expected: Expected, command: Sequence[str], names: Sequence[str]) -> Run:
    """A process for each name, from their start until the checkpoints are at the log's end."""
    ends = await stage.ends()
    async with stage.database() as found:
        clock, begun = ProcessorClock(stage.standing), time.perf_counter()
        with reading(stage, found, command, len(names)) as readers:
            async with checkpoints(found, readers) as looking:
                bound = await looking.until_begun(len(ends))
                half = await looking.until(lambda positions: 2 * sum(positions.values()) >= expected.facts)
                left = expected.facts - sum((await looking.positions()).values())
                done = await looking.until_reached(ends)
            processors = clock.read({name: one.pid for name, one in zip(names, readers.processes, strict=True)})
        await require_equal(found, expected)
        whole, from_start = expected.facts / (done - bound), expected.facts / (done - begun)
        return Run(whole, left / (done - half), from_start, processors)


async def _copy(stage: Stage) -> Run:
    """The limit: the bytes of the same facts into a table, unread, over one connection."""
    async with stage.database() as found:
        connection = await asyncpg.connect(found.settings.database)
        try:
            await connection.execute("create table copied (position bigint primary key, body bytea)")
            clock, own, begun = ProcessorClock(stage.standing), time.process_time(), time.perf_counter()
            for start in range(0, len(stage.backlog), COPY_ROWS):
                rows = list(enumerate(stage.backlog[start : start + COPY_ROWS], start))
                await connection.copy_records_to_table("copied", records=rows)
            rate = len(stage.backlog) / (time.perf_counter() - begun)
            return Run(rate, rate, rate, {"client": time.process_time() - own} | clock.read({}))
        finally:
            await connection.close()
