"""OCEL 2.0 as JSON. Objects are written at once, events into a file beside, which is put behind them at the end."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, Final

from services.exports.contents import ExportedCase, Heading, text_of
from services.exports.ocel import (
    EVENT_TYPES,
    OBJECT_TYPES,
    Event,
    Object,
    Related,
    case_object,
    event_of,
    unit_object,
)

BUFFER_BYTES: Final = 1 << 20


class OcelJsonFile:
    """Written case by case; whole when `finish` was called."""

    def __init__(self, path: Path, heading: Heading) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n", buffering=BUFFER_BYTES)
        self._events = TemporaryFile("w+", encoding="utf-8", newline="\n", buffering=BUFFER_BYTES, dir=path.parent)  # noqa: SIM115 - closed with the file it belongs to
        self._units = heading.rules.units
        self._named = set(self._units.codes())
        self._before_object = self._before_event = ""
        head = {"duecourse": heading.texts(), "objectTypes": _types(OBJECT_TYPES), "eventTypes": _types(EVENT_TYPES)}
        self._file.write(f'{_json(head)[:-1]},\n"objects":[\n')

    def __enter__(self) -> "OcelJsonFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._events.close()
        self._file.close()

    def add(self, case: ExportedCase) -> int:
        """Writes a case and answers how many events it has; one without a fact that stands is left out."""
        if case.course is None:
            return 0
        self._put(case_object(case, case.course))
        for place, found, step in case.steps():
            if step.unit:
                self._named.add(step.unit)
            self._events.write(f"{self._before_event}{_json(_event(event_of(case, place, found, step)))}")
            self._before_event = ",\n"
        return len(case.course.steps)

    def _put(self, found: Object) -> None:
        self._file.write(f"{self._before_object}{_json(_object(found))}")
        self._before_object = ",\n"

    def finish(self) -> None:
        """Writes the units, and the events behind all objects."""
        for code in sorted(self._named):
            self._put(unit_object(code, self._units))
        self._file.write('],\n"events":[\n')
        self._events.seek(0)
        shutil.copyfileobj(self._events, self._file, BUFFER_BYTES)
        self._file.write("]}\n")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _types(types: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
    return [
        {"name": name, "attributes": [{"name": one, "type": kind} for one, kind in attributes.items()]}
        for name, attributes in types.items()
    ]


def _object(found: Object) -> dict[str, Any]:
    kinds = OBJECT_TYPES[found.type]
    attributes = [
        {"name": one.name, "time": text_of(one.time), "value": _value(kinds[one.name], one.value)}
        for one in found.attributes
    ]
    return {
        "id": found.id,
        "type": found.type,
        "attributes": attributes,
        "relationships": [_related(one) for one in found.related],
    }


def _event(found: Event) -> dict[str, Any]:
    kinds = EVENT_TYPES[found.type]
    return {
        "id": found.id,
        "type": found.type,
        "time": text_of(found.time),
        "attributes": [{"name": name, "value": _value(kinds[name], value)} for name, value in found.attributes.items()],
        "relationships": [_related(one) for one in found.related],
    }


def _related(one: Related) -> dict[str, str]:
    return {"objectId": one.object_id, "qualifier": one.qualifier}


def _value(kind: str, value: Any) -> Any:
    return text_of(value) if kind == "time" else value
