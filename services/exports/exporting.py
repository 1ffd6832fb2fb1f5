"""`export`: the archive as of a point of the history, written case by case into a file of another program's form."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Protocol

from msgspec import Struct

from services.clock import Clock
from services.exports.contents import ExportedCase, Heading, exported_cases
from services.exports.draft import drafted
from services.exports.errors import ExportRefused
from services.exports.ocel_json import OcelJsonFile
from services.exports.ocel_sqlite import OcelSqliteFile
from services.exports.xes import XesFile
from services.history.points import Point, point_at, rules_at
from services.history.when import When
from services.postgres.connection import Connection
from services.postgres.queries import snapshot
from services.postgres.store import PostgresStore
from services.version import VERSION

SHOWN_EVERY: Final = 500
"""Cases between two steps of the progress bar."""
_EVENTS: Final = (
    "select count(*) from archive join unnest($1::integer[], $2::bigint[]) as below (partition, position) "
    "on archive.partition = below.partition and archive.position < below.position"
)
Show = Callable[[int, int], None]
"""Told how many facts were read, of how many."""


class Format(StrEnum):
    XES = "xes"
    OCEL = "ocel"
    PARQUET = "parquet"


class _File(Protocol):
    """A file of one form, written case by case and whole when `finish` was called."""

    def add(self, case: ExportedCase) -> int:
        """Writes a case; the number of events it became."""
        ...

    def finish(self) -> None: ...


_Opens = Callable[[Path, Heading], AbstractContextManager[_File]]


def _parquet(path: Path, heading: Heading) -> AbstractContextManager[_File]:
    from services.exports.parquet import ParquetFile

    return ParquetFile(path, heading)


_ENDINGS: Final[Mapping[Format, Mapping[str, _Opens]]] = MappingProxyType(
    {
        Format.XES: {".xes": XesFile},
        Format.OCEL: {".json": OcelJsonFile, ".jsonocel": OcelJsonFile, ".sqlite": OcelSqliteFile},
        Format.PARQUET: {".parquet": _parquet},
    }
)


class Exported(Struct, frozen=True):
    """What was written."""

    path: Path
    point: Point
    cases: int
    events: int

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "output": str(self.path),
            "cases": self.cases,
            "events": self.events,
            "bytes": self.path.stat().st_size,
            "as_of": self.point.as_json(),
        }


def file_of(form: Format, path: Path) -> _Opens:
    """What writes a file of this name; raises `ExportRefused` for an ending that the form does not have."""
    known = _ENDINGS[form]
    if path.suffix not in known:
        raise ExportRefused(f"{path}: a file of {form.value} ends in {' or '.join(known)}")
    return known[path.suffix]


async def export(store: PostgresStore, form: Format, path: Path, when: When, clock: Clock, show: Show) -> Exported:
    """Writes the file, or leaves what was there; raises `ExportRefused`, `WhenRefused`, `ArchiveUnreadable`."""
    opens = file_of(form, path)
    with drafted(path) as draft:
        async with snapshot(store.pool) as connection:
            point = await point_at(connection, when, clock)
            heading = Heading(point, await rules_at(connection, store, point), VERSION)
            with opens(draft, heading) as file:
                cases, events = await _written(connection, heading, file, show)
    return Exported(path, point, cases, events)


async def _written(connection: Connection, heading: Heading, file: _File, show: Show) -> tuple[int, int]:
    """Number of cases and events written."""
    below = heading.point.below()
    arrays = [partition for partition, _ in below], [position for _, position in below]
    total = await connection.fetchval(_EVENTS, *arrays)
    cases = events = read = 0
    show(0, total)
    async for case in exported_cases(connection, heading):
        written = file.add(case)
        cases, events, read = cases + bool(written), events + written, read + len(case.recorded.facts)
        if cases % SHOWN_EVERY == 0:
            show(read, total)
    file.finish()
    show(total, total)
    return cases, events
