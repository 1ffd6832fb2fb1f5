"""One story from its seed: mishaps, then everything heals and drains, then the laws."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import structlog

from services.memory.store import MemoryStore
from tests.properties.worlds import World
from tests.simulation import laws, sending, weather
from tests.simulation.clock import VirtualLoop
from tests.simulation.database import Database
from tests.simulation.log import RECORDED_FROM, Log
from tests.simulation.mishaps import Mishaps
from tests.simulation.scene import Scene
from tests.simulation.sending import Sent
from tests.simulation.watch import Watch

DRAIN_SECONDS_MAX: Final = 150.0
BACKUP_SECONDS: Final = 4.0


@dataclass(frozen=True)
class Outcome:
    """What happened, and the laws that did not hold."""

    seed: int
    told: list[str]
    broken: list[str]


def tell(seed: int) -> Outcome:
    """Plays the story of a seed."""
    chance = Random(seed)
    scene = Scene(chance, weather.drawn(chance))
    scene.told.append(str(scene.weather))
    with _overheard(scene), asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(_play(scene))
    return Outcome(seed, scene.told, scene.broken)


async def _play(scene: Scene) -> None:
    world = sending.world(scene.chance)
    sent = sending.messages(scene.chance, scene.weather, world)
    log = Log(scene)
    database = Database(scene, MemoryStore(world.rules, lambda: RECORDED_FROM))
    watch = Watch(scene, log, database)
    mishaps = Mishaps(scene, log, database, watch, sending.messages(scene.chance, scene.weather, world, "new"))
    for _ in range(scene.weather.workers):
        mishaps.start_worker()
    backups = asyncio.ensure_future(_backups(database))
    await asyncio.gather(_send(scene, log, sent), _befall(scene, mishaps))
    mishaps.heal()
    watch.look()
    await _drain(scene, log, database)
    for worker in mishaps.workers:
        worker.kill()
    backups.cancel()
    for law in await _broken(world, log, database, watch):
        scene.accuse(law)


async def _broken(world: World, log: Log, database: Database, watch: Watch) -> list[str]:
    return await laws.broken(world, log, database.tables, watch)


async def _send(scene: Scene, log: Log, sent: list[Sent]) -> None:
    """To the case's own partition, or astray to another one; with gaps between."""
    chance = scene.chance
    for one in sent:
        if chance.random() < 0.5:
            await asyncio.sleep(chance.expovariate(len(sent) / scene.weather.seconds))
        while log.away:
            await asyncio.sleep(0.5)
        home = log.home(one.case_id)
        log.append(chance.randrange(len(log.partitions)) if chance.random() < scene.weather.strayed else home, one)
        if chance.random() < scene.weather.gap:
            log.leave_gap(chance.randrange(len(log.partitions)), chance.randint(1, 3))


async def _befall(scene: Scene, mishaps: Mishaps) -> None:
    while scene.now < scene.weather.seconds:
        await asyncio.sleep(scene.chance.expovariate(1 / scene.weather.mishap_seconds))
        mishaps.happen()


async def _backups(database: Database) -> None:
    while True:
        database.back_up()
        await asyncio.sleep(BACKUP_SECONDS)


async def _drain(scene: Scene, log: Log, database: Database) -> None:
    began = scene.now
    while not scene.broken and not laws.drained(log, database.tables):
        if scene.now - began > DRAIN_SECONDS_MAX:
            scene.accuse(f"not everything is read {DRAIN_SECONDS_MAX:.0f} s after it healed")
            return
        await asyncio.sleep(1)


@contextmanager
def _overheard(scene: Scene) -> Iterator[None]:
    """What the product logs is part of the story, and goes nowhere else."""

    def hear(_logger: Any, level: str, said: Any) -> Any:
        event = said.pop("event")
        scene.tell(f"  {level} {event} " + " ".join(f"{name}={value}" for name, value in said.items()))
        raise structlog.DropEvent

    with structlog.testing.capture_logs(processors=[hear]):
        yield
