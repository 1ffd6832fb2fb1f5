"""Parquet: a row for each archived fact, retracted ones and retractions too, in typed columns and as it was received.

Times are UTC timestamps in microseconds. Behind the fact stand what held after it and what its case came to, the same
in every row of the case, as `projections.case_course` has them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Final

import duckdb

from events.facts import NAMES, Retracted
from projections.case_course import Course, Step, Under
from services.exports.contents import BOOLEANS, HAPPENED, TIMES, ExportedCase, Heading, fields_of, said_by
from services.exports.errors import ExportRefused
from services.history.archive import RecordedFact

CHUNK_ROWS: Final = 4_000
MEMORY: Final = "192MB"
"""What DuckDB may use before it turns to the disk."""
_FIELDS: Final = tuple(dict.fromkeys(field for body in HAPPENED for field in fields_of(body)))
_RETRACTED: Final = {"id": "retracted_id", "source": "retracted_source"}


def _field_type(field: str) -> str:
    if field in TIMES:
        return "timestamptz"
    return "boolean" if field in BOOLEANS else "varchar"


def _of_policies(prefix: str, *, label: bool) -> dict[str, str]:
    kinds = {"due": "timestamptz", "paused": "boolean"} | ({"label": "varchar"} if label else {})
    return {f"{prefix}{name}_by_{policy}": kind for policy in ("date", "instant") for name, kind in kinds.items()}


COLUMNS: Final[dict[str, str]] = {
    "case_id": "varchar",
    "partition": "integer",
    "position": "bigint",
    "recorded_at": "timestamptz",
    "type": "varchar",
    "time": "timestamptz",
    "source": "varchar",
    "id": "varchar",
    **{field: _field_type(field) for field in _FIELDS},
    **dict.fromkeys(_RETRACTED.values(), "varchar"),
    "promised_due": "timestamptz",
    "promised_by_procedures": "varchar",
    "promised_by_calendar": "varchar",
    "unused_because": "varchar",
    "holder": "varchar",
    **_of_policies("", label=False),
    "case_state": "varchar",
    "case_kind": "varchar",
    "case_unit": "varchar",
    "case_received_at": "timestamptz",
    "case_ended_at": "timestamptz",
    "case_counted_at": "timestamptz",
    **_of_policies("case_", label=True),
    "body": "blob",
}
"""Every column with its type as DuckDB names it."""
_SENT_AS: Final = {"timestamptz": "bigint"}


class ParquetFile:
    """Rows are gathered in a database beside the file, so that memory stays flat; `finish` writes the file."""

    def __init__(self, path: Path, heading: Heading) -> None:
        self._path = path
        self._heading = heading
        self._folder = TemporaryDirectory(prefix=f"{path.name}.", dir=path.parent)
        self._rows: list[tuple[Any, ...]] = []
        with _errors():
            self._database = duckdb.connect(f"{self._folder.name}/rows", config={"memory_limit": MEMORY, "threads": 1})
            self._database.execute("set TimeZone = 'UTC'")
            columns = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
            self._database.execute(f"create table facts ({columns})")

    def __enter__(self) -> "ParquetFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._database.close()
        self._folder.cleanup()

    def add(self, case: ExportedCase) -> int:
        """Takes the facts of a case and answers how many they are."""
        steps = {place: step for place, _, step in case.steps()}
        self._rows += (_row(case, found, steps) for found in case.recorded.facts)
        if len(self._rows) >= CHUNK_ROWS:
            self._insert()
        return len(case.recorded.facts)

    def _insert(self) -> None:
        if self._rows:
            columns = [list(column) for column in zip(*self._rows, strict=True)]
            with _errors():
                self._database.execute(_INSERT, columns)
            self._rows = []

    def finish(self) -> None:
        self._insert()
        told = ", ".join(f"{_literal(name)}: {_literal(text)}" for name, text in self._heading.texts().items())
        with _errors():
            self._database.execute(
                f"copy facts to {_literal(str(self._path))} (format parquet, compression zstd, kv_metadata {{{told}}})"
            )


def _insert_statement() -> str:
    parts = []
    for kind in COLUMNS.values():
        sent = f"unnest(?::{_SENT_AS.get(kind, kind)}[])"
        parts.append(f"make_timestamptz({sent})" if kind == "timestamptz" else sent)
    return f"insert into facts select {', '.join(parts)}"


_INSERT: Final = _insert_statement()


@contextmanager
def _errors() -> Iterator[None]:
    """Turns errors of DuckDB into `ExportRefused`."""
    try:
        yield
    except duckdb.Error as error:
        first_line = str(error).partition("\n")[0]
        raise ExportRefused(f"the Parquet file cannot be written: {first_line}") from None


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _row(case: ExportedCase, found: RecordedFact, steps: dict[str, Step]) -> tuple[Any, ...]:
    kept, fact = found.kept, found.kept.fact
    step = steps.get(f"{kept.partition}:{kept.position}")
    promise = kept.promise
    values = {
        "case_id": case.case_id,
        "partition": kept.partition,
        "position": kept.position,
        "recorded_at": found.recorded_at,
        "type": NAMES[type(fact.body)],
        "time": fact.time,
        "source": fact.source,
        "id": fact.id,
        **_said(found),
        "promised_due": None if promise is None else promise.due,
        "promised_by_procedures": None if promise is None else promise.procedures_version,
        "promised_by_calendar": None if promise is None else promise.calendar_version,
        "unused_because": _unused(case, found) if step is None else step.unused_because,
        "holder": None if step is None else step.unit or None,
        **({} if step is None else dict(_under("", step.by_date, step.by_instant))),
        **_case_values(case.course),
        "body": found.body,
    }
    return tuple(values.get(name) for name in COLUMNS)


def _said(found: RecordedFact) -> dict[str, Any]:
    said = said_by(found)
    if isinstance(found.kept.fact.body, Retracted):
        return {_RETRACTED[name]: value for name, value in said.items()}
    return said


def _unused(case: ExportedCase, found: RecordedFact) -> str:
    """Why a fact is none of the course."""
    fact = found.kept.fact
    if case.known[fact.source, fact.id] is not found:
        return "duplicate"
    return "retraction" if isinstance(fact.body, Retracted) else "retracted"


def _case_values(course: Course | None) -> dict[str, Any]:
    if course is None:
        return {"case_state": "retracted"}
    return {
        "case_state": course.state,
        "case_kind": course.kind,
        "case_unit": course.unit or None,
        "case_received_at": course.received_at,
        "case_ended_at": course.ended_at,
        "case_counted_at": course.counted_at,
        **dict(_under("case_", course.by_date, course.by_instant)),
    }


def _under(prefix: str, by_date: Under, by_instant: Under) -> Iterator[tuple[str, Any]]:
    for policy, under in (("date", by_date), ("instant", by_instant)):
        yield f"{prefix}due_by_{policy}", under.due
        yield f"{prefix}paused_by_{policy}", under.paused
        yield f"{prefix}label_by_{policy}", under.label
