"""XES (IEEE 1849-2016): a trace for each case, an event for each fact that stands.

Each event carries what held from its time on (`due_by_date`, `paused_by_date`, the same by instant; the label where the
case ends), and the trace what holds at last, as `projections.case_course` has it.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from events.facts import NAMES
from projections.case_course import Course, Step, Under
from services.documents.visible import visible
from services.exports.contents import TIMES, ExportedCase, Heading, said_by, text_of
from services.history.archive import RecordedFact

EXTENSIONS: Final = {"Concept": "concept", "Time": "time", "Lifecycle": "lifecycle", "Organizational": "org"}
BUFFER_BYTES: Final = 1 << 20
_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">\n'
)
_GLOBALS: Final = (
    '<global scope="trace"><string key="concept:name" value=""/></global>\n'
    '<global scope="event"><string key="concept:name" value=""/>'
    '<date key="time:timestamp" value="1970-01-01T00:00:00.000000Z"/>'
    '<string key="lifecycle:transition" value="complete"/></global>\n'
    '<classifier name="activity" keys="concept:name"/>\n'
)
_CAREFUL: Final = re.compile("[^ !#-%(-;=?-\x7e\xa0-\ud7ff]")
"""What must not stand in an attribute as it is, or may not; most texts have nothing of it."""
_ESCAPED: Final = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
"""White space that readers of XML would turn into blanks."""


class XesFile:
    """Written trace by trace; whole when `finish` was called."""

    def __init__(self, path: Path, heading: Heading) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n", buffering=BUFFER_BYTES)
        self._file.write(_HEAD)
        for name, prefix in EXTENSIONS.items():
            uri = f"http://www.xes-standard.org/{prefix}.xesext"
            self._file.write(f'<extension name="{name}" prefix="{prefix}" uri="{uri}"/>\n')
        self._file.write(_GLOBALS)
        for name, text in {"concept:name": "duecourse", **heading.texts()}.items():
            self._file.write(f"{_attribute(name, text)}\n")

    def __enter__(self) -> "XesFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, case: ExportedCase) -> int:
        """Writes a case and answers how many events it has; one without a fact that stands is left out."""
        if case.course is None:
            return 0
        parts = ["<trace>", _attribute("concept:name", case.case_id)]
        parts += [_attribute(name, value) for name, value in _of_trace(case.course)]
        for place, found, step in case.steps():
            attributes = "".join(_attribute(name, value) for name, value in _of_event(place, found, step))
            parts.append(f"<event>{attributes}</event>")
        self._file.write("\n".join((*parts, "</trace>\n")))
        return len(case.course.steps)

    def finish(self) -> None:
        self._file.write("</log>\n")


class _Instant(int):
    """Tells microseconds from other integers."""


def _of_trace(found: Course) -> Iterator[tuple[str, Any]]:
    yield "state", found.state
    yield "kind", found.kind
    yield "org:group", found.unit or None
    for name in ("received_at", "ended_at", "counted_at"):
        yield name, _instant(getattr(found, name))
    yield from _of_policies(found.by_date, found.by_instant)


def _of_event(place: str, found: RecordedFact, step: Step) -> Iterator[tuple[str, Any]]:
    yield "concept:name", NAMES[type(step.fact.body)]
    yield "time:timestamp", _Instant(step.fact.time)
    yield "lifecycle:transition", "complete"
    yield "org:group", step.unit or None
    yield "place", place
    yield "source", step.fact.source
    yield "fact_id", step.fact.id
    yield "recorded_at", _Instant(found.recorded_at)
    yield "unused_because", step.unused_because
    for name, value in said_by(found).items():
        yield name, _Instant(value) if name in TIMES else value
    yield from _of_policies(step.by_date, step.by_instant)


def _of_policies(by_date: Under, by_instant: Under) -> Iterator[tuple[str, Any]]:
    for policy, under in (("date", by_date), ("instant", by_instant)):
        yield f"due_by_{policy}", _instant(under.due)
        yield f"paused_by_{policy}", under.paused
        yield f"label_by_{policy}", under.label


def _instant(instant: int | None) -> _Instant | None:
    return None if instant is None else _Instant(instant)


def _attribute(key: str, value: Any) -> str:
    """One attribute; none for what is not known."""
    match value:
        case None:
            return ""
        case bool():
            return f'<boolean key="{key}" value="{str(value).lower()}"/>'
        case _Instant():
            return f'<date key="{key}" value="{text_of(value)}"/>'
        case _:
            return f'<string key="{key}" value={_quoted(str(value))}/>'


def _quoted(text: str) -> str:
    if _CAREFUL.search(text) is None:
        return f'"{text}"'
    return quoteattr(visible(text), _ESCAPED)
