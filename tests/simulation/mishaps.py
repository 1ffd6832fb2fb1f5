"""What befalls workers, database and log. One method each, named as in `weather.MISHAPS`."""

import asyncio
from collections.abc import Callable
from typing import Final

from services.store import Checkpoint
from tests.simulation.database import Database, Session
from tests.simulation.group import SESSION_SECONDS, Group
from tests.simulation.log import Log
from tests.simulation.scene import Scene
from tests.simulation.sending import Sent
from tests.simulation.watch import Watch
from tests.simulation.worker import Worker

PARTITIONS_MAX: Final = 6
WORKERS_MAX: Final = 4


class Mishaps:
    """`after`: what is written to the topic after it was made anew."""

    def __init__(self, scene: Scene, log: Log, database: Database, watch: Watch, after: list[Sent]) -> None:
        self._scene = scene
        self._chance = scene.chance
        self._log = log
        self._database = database
        self._watch = watch
        self._after = after
        self._started = 0
        self.group = Group(scene, log)
        self.workers: list[Worker] = []

    def start_worker(self) -> None:
        self._started += 1
        worker = Worker(self._scene, f"worker-{self._started}", self._log, self._database, self._watch)
        self.workers.append(worker)
        self.group.join(worker)

    def happen(self) -> None:
        """One of those that this story has."""
        if self._scene.weather.mishaps:
            name = self._chance.choice(self._scene.weather.mishaps)
            getattr(self, name)()
            self._watch.look()

    def heal(self) -> None:
        """From now on nothing happens, and whoever is still away comes back."""
        self._scene.tell("everything heals")
        self._scene.healed = True
        self._database.ambushes.clear()
        self._database.away = self._database.full = self._log.away = False
        for worker in self.workers:
            self.group.wake(worker)
        if not self.group.members:
            self.start_worker()

    def _later(self, least: float, most: float, what: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(self._chance.uniform(least, most), what)

    def _someone(self) -> Worker | None:
        awake = [one for one in self.workers if one.process.alive and not one.process.stopped]
        return self._chance.choice(awake) if awake else None

    def _one_partition(self) -> tuple[int, int]:
        """One, and its checkpoint in the present topic."""
        partition = self._chance.randrange(len(self._log.partitions))
        found = self._database.tables.positions.get(partition, Checkpoint(partition))
        return partition, found.position if found.topic_id in (None, self._log.topic_id) else 0

    def worker_killed(self) -> None:
        if (worker := self._someone()) is not None:
            self._scene.tell(f"{worker.name} is killed")
            worker.kill()
            self.workers.remove(worker)
            self.group.miss(worker)
            self._later(0.5, 15, self.start_worker)

    def worker_stopped(self) -> None:
        if (worker := self._someone()) is not None:
            self.group.stop(worker, self._chance.uniform(0.1, SESSION_SECONDS))

    def worker_stopped_for_long(self) -> None:
        if (worker := self._someone()) is not None:
            self.group.stop(worker, self._chance.uniform(SESSION_SECONDS, 4 * SESSION_SECONDS))

    def worker_stopped_in_transaction(self) -> None:
        self._database.ambushes.append(self._stop)

    def _stop(self, session: Session) -> None:
        """Holding its locks: beyond the time for which the server puts up with that, or not."""
        for worker in self.workers:
            if worker.name == session.owner and not worker.process.stopped and not self._scene.healed:
                self.group.stop(worker, self._chance.uniform(1, 4 * SESSION_SECONDS))

    def worker_joins(self) -> None:
        if len(self.workers) < WORKERS_MAX:
            self._scene.tell("a worker joins")
            self.start_worker()

    def worker_leaves(self) -> None:
        worker = self._someone()
        if worker is not None and len(self.workers) > 1:
            self._scene.tell(f"{worker.name} leaves")
            self.group.leave(worker)
            worker.kill()
            self.workers.remove(worker)

    def rebalance(self) -> None:
        self._scene.tell("a rebalance")
        self.group.rebalance()

    def database_crashes(self) -> None:
        self._database_gone(self._chance.uniform(0, 3))

    def database_away(self) -> None:
        self._database_gone(self._chance.uniform(1, 60))

    def _database_gone(self, seconds: float) -> None:
        self._scene.tell(f"the database is away for {seconds:.1f} s")
        self._database.away = True
        self._database.kill_all()
        self._later(seconds, seconds, self._database_back)

    def _database_back(self) -> None:
        self._database.away = False

    def database_full(self) -> None:
        self._scene.tell("the database's disk is full")
        self._database.full = True
        self._later(1, 20, self._database_emptied)

    def _database_emptied(self) -> None:
        self._database.full = False

    def session_killed(self) -> None:
        self._database.ambushes.append(self._kill)

    def _kill(self, session: Session) -> None:
        self._scene.tell(f"a session of {session.owner} is killed")
        session.end()

    def database_restored(self) -> None:
        if self._database.backups:
            backup = self._chance.choice(self._database.backups)
            positions = [one.position for one in backup.positions.values()]
            self._scene.tell(f"the database is put back to positions {positions}")
            self._database.restore(backup)

    def log_away(self) -> None:
        self._scene.tell("the log is away")
        self._log.away = True
        self._later(0.5, 20, self._log_back)

    def _log_back(self) -> None:
        self._log.away = False

    def read_records_deleted(self) -> None:
        """Retention, as it should be; also of markers behind the last record."""
        partition, position = self._one_partition()
        offset = min(position, self._log.partitions[partition].end)
        self._scene.tell(f"what lies below {offset} in partition {partition} is deleted")
        self._log.delete_before(partition, offset)

    def unread_records_deleted(self) -> None:
        partition, position = self._one_partition()
        end = self._log.partitions[partition].end
        if position < end:
            offset = self._chance.randint(position + 1, end)
            self._scene.tell(f"what lies below {offset} in partition {partition} is deleted, unread from {position} on")
            self._log.delete_before(partition, offset)

    def topic_made_anew(self) -> None:
        """Once, and shorter or longer than it was; so fast that nobody sees the topic gone, or not."""
        if len(self._log.generations) > 1:
            return
        self._log.make_anew()
        for sent in self._chance.sample(self._after, self._chance.randint(0, len(self._after))):
            self._log.append(self._log.home(sent.case_id), sent)
        lengths = [one.end for one in self._log.partitions]
        self._scene.tell(f"the topic is made anew: {self._log.topic_id} with {lengths} records")
        self._watch.topic_made_anew()
        if self._chance.random() < 0.5:
            self.group.topic_gone()

    def log_cut(self) -> None:
        """Its end is lost, of what was read already: by an election of a broker that was behind."""
        partition, position = self._one_partition()
        there = self._log.partitions[partition]
        if there.begin < position <= there.end:
            end = self._chance.randint(there.begin, position - 1)
            self._scene.tell(f"partition {partition} is cut at {end}")
            self._log.cut(partition, end)

    def partitions_added(self) -> None:
        if len(self._log.partitions) < PARTITIONS_MAX:
            self._log.add_partitions(1)
            self._scene.tell(f"there are {len(self._log.partitions)} partitions now")
            self._later(0, 5, self.group.rebalance)
