"""From the moment a fact is sent until the figure that it changes is in PostgreSQL, at a steady rate."""

import time

from tests.bench.live.checkpoints import Positions, checkpoints
from tests.bench.live.expected import require_verified
from tests.bench.live.processes import WORKER, reading
from tests.bench.live.stage import Stage
from tests.bench.live.topic import Arrivals, arriving

PER_SECOND = 2_000
SECONDS = 30.0
SECONDS_SHORT = 10.0
WARM_SECONDS = 3.0
LOOK_SECONDS = 0.004
WORKERS = 2


async def run(stage: Stage) -> None:
    seconds = SECONDS_SHORT if stage.short else SECONDS
    async with stage.database() as found:
        with reading(stage, found, WORKER, WORKERS) as readers:
            async with checkpoints(found, readers, look_seconds=LOOK_SECONDS) as looking:
                await looking.until_reached(await stage.ends())
                async with arriving(stage.connection, stage.topic, stage.arrivals, per_second=PER_SECOND) as arrivals:
                    waits = _Waits(arrivals, begin=time.perf_counter() + WARM_SECONDS, seconds=seconds)
                    await looking.until(lambda positions: waits.take(positions) > waits.end)
                await looking.until(lambda positions: waits.take(positions) > waits.end and not waits.open)
        await require_verified(found)
    _print(sorted(waits.seconds), seconds)


class _Waits:
    """Seconds that each fact sent from `begin` to `end` took to be seen below the checkpoint.

    Looking for it adds some milliseconds.
    """

    def __init__(self, arrivals: Arrivals, *, begin: float, seconds: float) -> None:
        self._arrivals = arrivals
        self._begin = begin
        self.end = begin + seconds
        self.seconds: list[float] = []

    @property
    def open(self) -> bool:
        """Whether anything that was sent has not been seen."""
        return any(self._arrivals.sent.values())

    def take(self, positions: Positions) -> float:
        """Takes note of the facts that are durable now; gives the second that it is."""
        now = time.perf_counter()
        for partition, sent in self._arrivals.sent.items():
            while sent and sent[0][0] < positions[partition]:
                _, at = sent.popleft()
                if self._begin <= at < self.end:
                    self.seconds.append(now - at)
        return now


def _print(waits: list[float], seconds: float) -> None:
    print(f"{WORKERS} workers, {len(waits):,} facts in {seconds:.0f} s, {len(waits) / seconds:,.0f} a second")
    for share in (0.5, 0.9, 0.99, 0.999):
        print(f"p{share * 100:<5g} {waits[int(len(waits) * share)] * 1_000:7.0f} ms")
    print(f"most   {waits[-1] * 1_000:7.0f} ms  (asked: p99 at most 500 ms)")
