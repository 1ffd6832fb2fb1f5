"""A replay shared among processes: each folds the cases of its share, and the tallies are added up.

What lies below a point never changes, so the processes need no common snapshot; and as cases are independent, the sum
is the same for any number of them.
"""

import asyncio
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Final

from msgspec import Struct

from projections.effect import StoredCase
from projections.measures import Policy
from projections.standing import Rules
from projections.tallies import CellKey, Change, ProblemKey
from services.history.archive import Share, cases_at
from services.history.folding import Folded
from services.history.points import Point, rules_at
from services.postgres.connection import open_pool
from services.postgres.queries import snapshot
from services.postgres.store import PostgresStore

WORKERS_MAX: Final = 64


class Part(Struct, frozen=True):
    """What one process found."""

    events: int
    cases: int
    last_time: int | None
    cells: dict[CellKey, Change]
    problems: dict[ProblemKey, int]
    of_the_day: list[StoredCase]


async def fold_shared(url: str, rules: Rules, point: Point, workers: int) -> Folded:
    """Folds the archive of a database up to a point with several processes; raises `ArchiveUnreadable`."""
    found = Folded(point, rules)
    work = partial(_fold_share, url, rules.days.time_zone, rules.policy.value, point)
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        shares = [Share(number, workers) for number in range(workers)]
        for part in await asyncio.gather(*(loop.run_in_executor(pool, work, share) for share in shares)):
            add_part(found, part)
    return found


def add_part(found: Folded, part: Part) -> None:
    """Adds what a process found; the parts of all shares in any order."""
    found.events += part.events
    found.cases += part.cases
    times = [one for one in (found.last_time, part.last_time) if one is not None]
    found.last_time = max(times, default=None)
    found.of_the_day.extend(part.of_the_day)
    for key, change in part.cells.items():
        cell = found.tallies.cells.setdefault(key, {})
        for measure, n in change.items():
            cell[measure] = cell.get(measure, 0) + n
    for problem, n in part.problems.items():
        found.tallies.problems[problem] = found.tallies.problems.get(problem, 0) + n


def _fold_share(url: str, time_zone: str, policy: str, point: Point, share: Share) -> Part:
    return asyncio.run(fold_share(url, time_zone, policy, point, share))


async def fold_share(url: str, time_zone: str, policy: str, point: Point, share: Share) -> Part:
    """The tallies of the cases of one share."""
    pool = await open_pool(url)
    try:
        store = PostgresStore(pool, time_zone=time_zone, policy=Policy(policy))
        async with snapshot(pool) as connection:
            found = Folded(point, await rules_at(connection, store, point))
            async for recorded in cases_at(connection, point, share=share):
                found.add(recorded)
    finally:
        await pool.close()
    tallies = found.tallies
    return Part(found.events, found.cases, found.last_time, tallies.cells, tallies.problems, found.of_the_day)
