"""Two workers and an empty database before a full topic, while facts go on arriving."""

import time

from tests.bench.live.checkpoints import checkpoints
from tests.bench.live.expected import require_verified
from tests.bench.live.processes import WORKER, reading
from tests.bench.live.stage import Stage
from tests.bench.live.topic import arriving

PER_SECOND = 1_000
WORKERS = 2


async def run(stage: Stage) -> None:
    async with stage.database() as found:
        async with arriving(stage.connection, stage.topic, stage.arrivals, per_second=PER_SECOND) as arrivals:
            backlog, begun = sum(arrivals.ends.values()), time.perf_counter()
            with reading(stage, found, WORKER, WORKERS) as readers:
                async with checkpoints(found, readers) as looking:
                    caught_up = await looking.until(lambda positions: arrivals.lag(positions) < PER_SECOND)
                    read = sum((await looking.positions()).values())
        await require_verified(found)
    seconds = caught_up - begun
    print(f"{backlog:,} facts waiting, {PER_SECOND:,} a second arriving, {WORKERS} workers")
    rate = f"{read / seconds:,.0f} facts/s from the start of the workers on"
    print(f"less than a second's worth left after {seconds:.1f} s: {rate}")
