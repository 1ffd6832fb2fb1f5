"""A process's way to the database: the port `services.store.LogStore`, over statements that take time and may fail."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

from events.facts import Kind
from projections.buckets import Buckets
from projections.effect import Effect, StoredCase
from projections.standing import Rules
from services.memory.store import MemoryTransaction
from services.store import Checkpoint, Outlook, Reached, StoreUnavailable
from tests.simulation.database import Database, Session
from tests.simulation.process import Process
from tests.simulation.scene import Scene

ROW_SECONDS: Final = 0.002


class Client:
    """One per process. While the process is stopped its statements wait, and the server goes on without it."""

    def __init__(self, scene: Scene, database: Database, process: Process) -> None:
        self._scene = scene
        self._database = database
        self._process = process

    @asynccontextmanager
    async def transaction(self, partition: int) -> AsyncIterator["ClientTransaction"]:
        async with self._session() as session:
            await self._database.lock(session, ("checkpoint", partition))
            work = MemoryTransaction(self._database.tables, partition)
            await self.heard(session)
            yield ClientTransaction(self, session, work)
            await self._commit(session, work)

    async def _commit(self, session: Session, work: MemoryTransaction) -> None:
        await self.say(session)
        known = await self._database.commit(session, work)
        await self._process.sleep(self._scene.brief())
        if not known:
            raise StoreUnavailable("the connection was lost at COMMIT")

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[Session]:
        """One that ends with the client, unless it hears COMMIT before it hears that."""
        await self._process.sleep(self._scene.brief())
        session = self._database.open(self._process.name)
        try:
            yield session
        finally:
            if not session.committing:
                self._process.let_go(session)

    async def say(self, session: Session) -> None:
        """A statement on its way; it may not arrive."""
        await self._process.sleep(self._scene.brief())
        if self._scene.happens(self._scene.weather.flaky_statement):
            session.end()
        session.require()

    async def heard(self, session: Session) -> None:
        """The answer on its way; the session is idle until the next statement."""
        session.quiet_since = self._scene.now
        await self._process.sleep(self._scene.brief())

    async def lock_case(self, session: Session, case_id: str) -> None:
        """One after the other, so that two transactions may wait for each other."""
        await self._database.lock(session, ("case", case_id))
        await asyncio.sleep(ROW_SECONDS)

    def require_space(self) -> None:
        self._database.require_space()

    @asynccontextmanager
    async def _at_once(self, partitions: Iterable[int]) -> AsyncIterator[None]:
        """A statement that is a transaction of its own; the answer may be lost when it is done."""
        async with self._session() as session:
            await self.say(session)
            for partition in partitions:
                await self._database.lock(session, ("checkpoint", partition))
            yield
            session.end()
            answer_lost = self._scene.happens(self._scene.weather.flaky_statement)
            await self._process.sleep(self._scene.brief())
            if answer_lost:
                raise StoreUnavailable("the connection was lost before the answer")

    async def bind(self, partitions: Iterable[int], topic_id: str) -> Mapping[int, Checkpoint]:
        wanted = sorted(partitions)
        async with self._at_once(wanted):
            self.require_space()
            return await self._database.tables.bind(wanted, topic_id)

    async def halt(self, partition: int, why: str) -> None:
        """As PostgreSQL, which is not astonished by a row that is not there."""
        async with self._at_once([partition]):
            self.require_space()
            if partition in self._database.tables.positions:
                await self._database.tables.halt(partition, why)
                self._database.halted(partition, why)

    async def note(self, partition: int, *, rewinds: int = 0, retries: int = 0, stuck: bool | None = None) -> None:
        async with self._at_once([partition]):
            self.require_space()
            if partition in self._database.tables.positions:
                await self._database.tables.note(partition, rewinds=rewinds, retries=retries, stuck=stuck)

    async def checkpoints(self) -> list[Checkpoint]:
        async with self._at_once([]):
            return await self._database.tables.checkpoints()

    async def cases(self, case_ids: Sequence[str]) -> Mapping[str, StoredCase]:
        async with self._at_once([]):
            return await self._database.tables.cases(case_ids)

    async def outlook(self, partition: int, case_ids: Sequence[str]) -> Outlook:
        async with self._at_once([]):
            return await self._database.tables.outlook(partition, case_ids)

    async def buckets(self, bounds: Sequence[int], kind: Kind) -> Buckets:
        return await self._database.tables.buckets(bounds, kind)

    async def problems(self, kind: Kind) -> Mapping[tuple[str, str], int]:
        return await self._database.tables.problems(kind)


class ClientTransaction:
    """A transaction of which every statement travels."""

    def __init__(self, client: Client, session: Session, work: MemoryTransaction) -> None:
        self._client = client
        self._session = session
        self._work = work

    @property
    def checkpoint(self) -> Checkpoint:
        return self._work.checkpoint

    @property
    def now(self) -> int:
        return self._work.now

    @property
    def rules(self) -> Rules:
        return self._work.rules

    async def load(self, case_ids: Sequence[str]) -> Mapping[str, StoredCase]:
        await self._client.say(self._session)
        found = await self._work.load(case_ids)
        await self._client.heard(self._session)
        return found

    async def buried(self, digests: Sequence[bytes]) -> set[bytes]:
        await self._client.say(self._session)
        found = await self._work.buried(digests)
        await self._client.heard(self._session)
        return found

    async def buried_at(self, places: Sequence[int]) -> set[int]:
        await self._client.say(self._session)
        found = await self._work.buried_at(places)
        await self._client.heard(self._session)
        return found

    async def write(self, effect: Effect, topic: str, reached: Reached) -> None:
        """Rows of cases are locked one by one and then compared, as an update does; they stay locked to the end."""
        await self._client.say(self._session)
        self._client.require_space()
        for case in effect.cases:
            await self._client.lock_case(self._session, case.case_id)
        await self._work.write(effect, topic, reached)
        await self._client.heard(self._session)
