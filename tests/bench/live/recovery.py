"""`kill -9` of one of two workers at a steady rate: when its partitions move again, and when nothing waits any more."""

import asyncio
import time

from tests.bench.live.checkpoints import Checkpoints, checkpoints
from tests.bench.live.expected import require_verified
from tests.bench.live.processes import WORKER, Readers, reading
from tests.bench.live.stage import Stage
from tests.bench.live.topic import Arrivals, arriving

PER_SECOND = 2_000
BEFORE_SECONDS = 5.0
IN_FLIGHT_SECONDS = 0.5
"""What the killed worker had sent to PostgreSQL may still be committed."""
STANDING_SECONDS = 3.0
"""Whoever does not move for so long has lost its reader; each partition gets hundreds of facts meanwhile."""


async def run(stage: Stage) -> None:
    async with stage.database() as found:
        with reading(stage, found, WORKER, 2) as readers:
            async with checkpoints(found, readers) as looking:
                await looking.until_reached(await stage.ends())
                async with arriving(stage.connection, stage.topic, stage.arrivals, per_second=PER_SECOND) as arrivals:
                    await asyncio.sleep(BEFORE_SECONDS)
                    await _kill_one(readers, looking, arrivals)
                await looking.until_reached(arrivals.ends)
        await require_verified(found)
    print("figures right afterwards")


async def _kill_one(readers: Readers, looking: Checkpoints, arrivals: Arrivals) -> None:
    killed = readers.processes.pop()
    killed.kill()
    at = time.perf_counter()
    killed.wait()
    await asyncio.sleep(IN_FLIGHT_SECONDS)
    left = await looking.positions()
    await asyncio.sleep(STANDING_SECONDS)
    now = await looking.positions()
    orphans = {partition for partition, position in left.items() if now[partition] == position}
    print(f"{PER_SECOND:,} facts a second, one of two workers killed: partitions {sorted(orphans)} stand still")
    moved = await looking.until(lambda positions: all(positions[one] > left[one] for one in orphans))
    caught_up = await looking.until(lambda positions: arrivals.lag(positions) < PER_SECOND)
    print(f"first progress of all of them  {moved - at:6.1f} s  (the session is 10 s)")
    print(f"less than a second's worth left {caught_up - at:5.1f} s")
