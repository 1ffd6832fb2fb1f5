"""The database as its server sees it: sessions, row locks, commits, backups. The tables are those of `MemoryStore`."""

import asyncio
from collections.abc import Callable
from typing import Final

from services.memory.store import MemoryStore, MemoryTransaction
from services.store import Conflict, StoreRefused, StoreUnavailable
from tests.simulation.scene import Scene

IDLE_SECONDS_MAX: Final = 10.0
LOCK_SECONDS_MAX: Final = 10.0
DEADLOCK_SECONDS: Final = 1.0
POLL_SECONDS: Final = 0.05
BACKUPS_MAX: Final = 4

Lock = tuple[str, int | str]
"""A row: `("checkpoint", partition)` or `("case", case id)`."""


class Session:
    """A connection with a transaction under way. Once it has ended, nothing of it is applied and no lock is held.

    `quiet_since`: since when the server waits for the client's next word; None while it is at work itself.
    """

    def __init__(self, database: "Database", owner: str) -> None:
        self.database = database
        self.owner = owner
        self.alive = True
        self.committing = False
        self.quiet_since: float | None = None
        self.waits_for: Lock | None = None

    def require(self) -> None:
        """The client says something: is there still somebody who hears it?"""
        self.end_if_idle()
        if not self.alive:
            raise StoreUnavailable("the server ended the session")
        self.database.require()
        self.quiet_since = None
        if self.database.ambushes and self.locks:
            self.database.ambushes.pop()(self)
            if not self.alive:
                raise StoreUnavailable("the server ended the session")

    @property
    def locks(self) -> list[Lock]:
        return [lock for lock, holder in self.database.locks.items() if holder is self]

    def end_if_idle(self) -> None:
        """`idle_in_transaction_session_timeout`."""
        if self.quiet_since is not None and self.database.now - self.quiet_since > IDLE_SECONDS_MAX:
            self.database.tell(f"a session of {self.owner} was idle for too long and is ended")
            self.end()

    def end(self) -> None:
        """Commit done, rolled back or killed: the locks are free."""
        self.alive = False
        self.database.forget(self)


class Database:
    """`committed` is told of each transaction that took effect, by its partition; `halted` of each partition's halt.

    `ambushes`: what happens to sessions in the midst of their transactions, one each.
    """

    def __init__(self, scene: Scene, tables: MemoryStore) -> None:
        self._scene = scene
        self.tables = tables
        self.away = False
        self.full = False
        self.restores = 0
        self.backups: list[MemoryStore] = []
        self.sessions: list[Session] = []
        self.locks: dict[Lock, Session] = {}
        self.ambushes: list[Callable[[Session], None]] = []
        self.committed: Callable[[int], None] = lambda _: None
        self.halted: Callable[[int, str], None] = lambda _, __: None

    @property
    def now(self) -> float:
        return self._scene.now

    def tell(self, what: str) -> None:
        self._scene.tell(what)

    def require(self) -> None:
        if self.away:
            raise StoreUnavailable("the server is away")

    def require_space(self) -> None:
        if self.full:
            raise StoreRefused("the disk is full")

    def open(self, owner: str) -> Session:
        self.require()
        session = Session(self, owner)
        self.sessions.append(session)
        return session

    def forget(self, session: Session) -> None:
        self.sessions = [one for one in self.sessions if one is not session]
        self.locks = {lock: holder for lock, holder in self.locks.items() if holder is not session}

    async def lock(self, session: Session, lock: Lock) -> None:
        """Waits for a row as the server does, whatever the client does meanwhile; gives up as the server would."""
        began = self.now
        while (holder := self._holder(lock)) not in (None, session):
            session.waits_for = lock
            await asyncio.sleep(POLL_SECONDS)
            if not session.alive:
                raise StoreUnavailable("the server ended the session")
            if self.now - began > DEADLOCK_SECONDS and self._in_circle(session):
                session.end()
                raise Conflict("deadlock")
            if self.now - began > LOCK_SECONDS_MAX:
                session.end()
                raise StoreUnavailable(f"lock timeout: {lock}, held by {holder.owner if holder else 'nobody'}")
        session.waits_for = None
        self.locks[lock] = session

    def _holder(self, lock: Lock) -> Session | None:
        if lock in self.locks:
            self.locks[lock].end_if_idle()
        return self.locks.get(lock)

    def _in_circle(self, session: Session) -> bool:
        seen: list[Session] = []
        one: Session | None = session
        while one is not None and one.waits_for is not None and one not in seen:
            seen.append(one)
            one = self.locks.get(one.waits_for)
        return one is session

    def commit(self, session: Session, work: MemoryTransaction) -> "asyncio.Future[bool]":
        """The word COMMIT is on its way: it takes effect if it arrives, whether or not anybody waits for the answer."""
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        session.committing = True
        asyncio.get_running_loop().call_later(self._scene.brief(), self._commit, session, work, answer)
        return answer

    def _commit(self, session: Session, work: MemoryTransaction, answer: "asyncio.Future[bool]") -> None:
        if self._scene.happens(self._scene.weather.lost_commit):
            session.end()
        applied = session.alive
        if applied:
            before = self.tables.positions.get(work.checkpoint.partition)
            work.commit()
            session.end()
            self._tell_of(session, work.checkpoint.partition, before is None or before.position)
            self.committed(work.checkpoint.partition)
        known = applied and not self._scene.happens(self._scene.weather.unknown_commit)
        if not answer.done():  # else the client is dead
            answer.set_result(known)

    def _tell_of(self, session: Session, partition: int, before: int) -> None:
        found = self.tables.positions.get(partition)
        if found is not None and found.position != before:
            self._scene.tell(f"{session.owner} commits partition {partition}: {int(before)} to {found.position}")

    def kill_all(self) -> None:
        for session in self.sessions:
            session.end()

    def back_up(self) -> None:
        self.backups = [*self.backups, copied(self.tables)][-BACKUPS_MAX:]

    def restore(self, backup: MemoryStore) -> None:
        """Puts everything back; whoever was connected is not any more."""
        self.kill_all()
        self.tables = copied(backup)
        self.restores += 1


def copied(tables: MemoryStore) -> MemoryStore:
    """All rows of a database, as a backup has them."""
    copy = MemoryStore(tables.rules, tables.clock)
    for name in ("archive", "rows", "changed", "problem_cells", "dead_letters", "counters", "positions"):
        getattr(copy, name).update(getattr(tables, name))
    copy.cells.update({key: dict(cell) for key, cell in tables.cells.items()})
    return copy
