"""Where reports read their numbers: the port between a question and one state of the record.

The live database is one source (`services.postgres.figures`); the archive folded up to a point is another. A view is
one state: everything that is read through it belongs together, and nothing that happens meanwhile shows.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from events.facts import Kind
from projections.buckets import Buckets
from projections.effect import StoredCase
from projections.measures import Policy
from projections.standing import Rules
from projections.units import UnitTree
from projections.zone import LocalDays
from services.store import Checkpoint


class FiguresView(Protocol):
    """One state of the record. Instants are microseconds since 1970 UTC."""

    @property
    def recorded_at(self) -> int:
        """The as-of instant: a period that is not over by then is cut here."""
        ...

    @property
    def rules(self) -> Rules:
        """Calendar days, the database's policy, and the unit tree of this state."""
        ...

    @property
    def units_version(self) -> str:
        """sha256 (hexadecimal) of the unit tree of this state; empty where none was loaded."""
        ...

    @property
    def units_today(self) -> UnitTree:
        """The unit tree in force now, for reports re-based to today's units."""
        ...

    @property
    def calendar_version(self) -> str | None:
        """sha256 (hexadecimal) of the calendar of this state; None where none was loaded."""
        ...

    async def buckets(self, bounds: Sequence[int], kind: Kind) -> Buckets:
        """Tallies of all cases, summed between bounds (local days)."""
        ...

    async def cases_about(self, instant: int, kind: Kind) -> Sequence[StoredCase]:
        """All cases with a fact at or after an instant, or due on its local day; others do no harm."""
        ...

    def cases_alive(self, begin: int, end: int, kind: Kind) -> AsyncIterator[tuple[str, StoredCase]]:
        """Every case received before `end` and not ended before `begin`, in order of case id; others do no harm."""
        ...

    async def problems(self, kind: Kind) -> Mapping[tuple[str, str], int]:
        """Cases by (unit, data-quality problem); zeros left out. Unit "": cases never received."""
        ...

    async def checkpoints(self) -> Sequence[Checkpoint]:
        """How far each partition was read, in order of partition."""
        ...


class FiguresSource(Protocol):
    """What can be asked for figures."""

    @property
    def days(self) -> LocalDays:
        """Local days of the reporting time zone."""
        ...

    @property
    def policy(self) -> Policy:
        """The label policy of the database: what is meant where a question names none."""
        ...

    def now(self) -> int:
        """The as-of instant of a view opened now; for a source of the past, its point."""
        ...

    def view(self) -> AbstractAsyncContextManager[FiguresView]:
        """Opens one state to read from."""
        ...
