"""OCEL 2.0 as a SQLite database: a table for each type, and the relations between them."""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from services.exports.contents import ExportedCase, Heading, text_of
from services.exports.errors import ExportRefused
from services.exports.ocel import (
    BEGINNING,
    EVENT_TYPES,
    OBJECT_TYPES,
    Event,
    Object,
    case_object,
    event_of,
    unit_object,
)

CHUNK_EVENTS: Final = 1_000
"""Events whose rows are gathered before they are written."""
_TABLES: Final = """
create table event_map_type (ocel_type text primary key, ocel_type_map text not null);
create table object_map_type (ocel_type text primary key, ocel_type_map text not null);
create table event (ocel_id text primary key, ocel_type text not null references event_map_type (ocel_type));
create table object (ocel_id text primary key, ocel_type text not null references object_map_type (ocel_type));
create table event_object (
    ocel_event_id text not null references event (ocel_id),
    ocel_object_id text not null references object (ocel_id),
    ocel_qualifier text not null,
    primary key (ocel_event_id, ocel_object_id, ocel_qualifier)
);
create table object_object (
    ocel_source_id text not null references object (ocel_id),
    ocel_target_id text not null references object (ocel_id),
    ocel_qualifier text not null,
    primary key (ocel_source_id, ocel_target_id, ocel_qualifier)
);
create table duecourse (name text primary key, value text not null);
"""
_COLUMN_TYPES: Final = {"string": "text", "time": "timestamp", "boolean": "boolean"}


class OcelSqliteFile:
    """Written case by case in one transaction; whole when `finish` was called."""

    def __init__(self, path: Path, heading: Heading) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._units = heading.rules.units
        self._named = set(self._units.codes())
        self._rows: dict[str, list[tuple[Any, ...]]] = {}
        self._events = 0
        self._database.execute("pragma journal_mode = off")  # the file is a draft: it is whole or thrown away
        self._database.execute("pragma synchronous = off")
        self._database.executescript(_TABLES)
        self._database.execute("begin")
        self._put_types("object", OBJECT_TYPES, ", ocel_changed_field text")
        self._put_types("event", EVENT_TYPES, "")
        self._insert("duecourse", heading.texts().items())

    def _put_types(self, sort: str, types: Mapping[str, Mapping[str, str]], more: str) -> None:
        self._insert(f"{sort}_map_type", [(name, name) for name in types])
        for name, attributes in types.items():
            columns = "".join(f', "{one}" {_COLUMN_TYPES[kind]}' for one, kind in attributes.items())
            self._database.execute(
                f'create table "{sort}_{name}" (ocel_id text not null references {sort} (ocel_id), '
                f"ocel_time timestamp not null{more}{columns})"
            )

    def __enter__(self) -> "OcelSqliteFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        with closing(self._database):
            if isinstance(error, sqlite3.Error):
                raise ExportRefused(f"SQLite cannot write the file: {error}") from None

    def add(self, case: ExportedCase) -> int:
        """Writes a case and answers how many events it has; one without a fact that stands is left out."""
        if case.course is None:
            return 0
        self._put_object(case_object(case, case.course))
        for place, found, step in case.steps():
            if step.unit:
                self._named.add(step.unit)
            self._put_event(event_of(case, place, found, step))
        self._events += len(case.course.steps)
        if self._events >= CHUNK_EVENTS:
            self._flush()
        return len(case.course.steps)

    def finish(self) -> None:
        for code in sorted(self._named):
            self._put_object(unit_object(code, self._units))
        self._flush()
        self._database.execute("commit")

    def _put_object(self, found: Object) -> None:
        """A row of what the object always had, and one for each change."""
        kinds, table = OBJECT_TYPES[found.type], f'"object_{found.type}"'
        self._insert("object", [(found.id, found.type)])
        always = {one.name: _value(kinds[one.name], one.value) for one in found.attributes if one.time == BEGINNING}
        rows = [(found.id, text_of(BEGINNING), None, *(always.get(name) for name in kinds))]
        for one in found.attributes:
            if one.time != BEGINNING:
                own = (_value(kinds[name], one.value) if name == one.name else None for name in kinds)
                rows.append((found.id, text_of(one.time), one.name, *own))
        self._insert(table, rows)
        self._insert("object_object", [(found.id, one.object_id, one.qualifier) for one in found.related])

    def _put_event(self, found: Event) -> None:
        kinds = EVENT_TYPES[found.type]
        values = (_value(kind, found.attributes.get(name)) for name, kind in kinds.items())
        self._insert("event", [(found.id, found.type)])
        self._insert(f'"event_{found.type}"', [(found.id, text_of(found.time), *values)])
        self._insert("event_object", [(found.id, one.object_id, one.qualifier) for one in found.related])

    def _insert(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        self._rows.setdefault(table, []).extend(rows)

    def _flush(self) -> None:
        """Writes the rows that were gathered, table by table."""
        for table, rows in self._rows.items():
            if rows:
                places = ", ".join("?" * len(rows[0]))
                self._database.executemany(f"insert into {table} values ({places})", rows)
        self._rows = {}
        self._events = 0


def _value(kind: str, value: Any) -> Any:
    return text_of(value) if kind == "time" and value is not None else value
