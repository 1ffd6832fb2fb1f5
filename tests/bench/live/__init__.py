"""Duecourse on Kafka beside its peers: from a full topic to durable figures, latency, catching up, recovery.

All on one broker, one PostgreSQL and one topic; whatever is measured begins with an empty database and ends with a
comparison with the verifier.
"""

from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

from tests.bench.live import catch_up, latency, recovery, throughput
from tests.bench.live.stage import Stage, open_stage

FACTS = 1_000_000
FACTS_QUICK = 100_000

SECTIONS: dict[str, Callable[[Stage], Awaitable[None]]] = {
    "throughput": throughput.run,
    "latency": latency.run,
    "catch-up": catch_up.run,
    "recovery": recovery.run,
}
"""In this order: the first needs the topic as it was filled, the others add to it."""


async def run(url: str, folder: Path, *, quick: bool) -> None:
    await run_sections(url, folder, SECTIONS, facts=FACTS_QUICK if quick else FACTS, short=quick)


async def run_sections(url: str, folder: Path, sections: Iterable[str], *, facts: int, short: bool) -> None:
    """Those of the sections that are named. `short`: one round, a third of the time."""
    async with open_stage(url, folder, facts=facts, short=short) as stage:
        for name, section in SECTIONS.items():
            if name in sections:
                print(f"\n-- {name}")
                await section(stage)
