"""The facts of one snapshot. Pure: the same row always makes the same events with the same ids."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from services.importing.cells import REQUIRED_MISSING, CellRefused
from services.importing.cloud_event import RowEvent, Value, cloud_event
from services.importing.event_fields import event_type
from services.importing.times import Instant
from services.portal.policy import Columns, Policy
from services.portal.promises import promises
from services.portal.snapshot import Snapshot
from services.portal.supplements import waits

OUTDONE: Final[Mapping[str, tuple[Value, Value]]] = {
    "digitised": ("yes", "no"),
    "electronic_result": (True, False),
    "reason": ("withdrawn", "stopped"),
}
"""Values that only ever follow one another, the later first: its row retracts the fact with the earlier one.

Of a case withdrawn, rows say first that this was asked and then that work was stopped: withdrawn is the fuller word.
"""

Data = dict[str, Value | Instant | None]


class Said(NamedTuple):
    """A fact before it is an event. Of several facts of one time, a greater `place` is walked later."""

    type: str
    time: Instant
    data: Data
    place: str = ""


def events_of_snapshot(snapshot: Snapshot, policy: Policy) -> Iterator[RowEvent | CellRefused]:
    """The events of a row; a refusal stands for an event that its status speaks of and that has no time."""
    for said in _said(snapshot, policy.columns):
        if isinstance(said, CellRefused):
            yield said
            continue
        event = _event(said, snapshot, policy)
        yield event
        for name, (fuller, poorer) in OUTDONE.items():
            if said.data.get(name) == fuller:
                outdone = _event(said._replace(data=said.data | {name: poorer}), snapshot, policy)
                yield _event(Said("retracted", said.time, {"id": outdone.id}), snapshot, policy)


def _event(said: Said, snapshot: Snapshot, policy: Policy) -> RowEvent:
    given = {name: value for name, value in sorted(said.data.items()) if value is not None}
    data = {name: value.moment if isinstance(value, Instant) else value for name, value in given.items()}
    data_utc = {name: value.utc if isinstance(value, Instant) else value for name, value in given.items()}
    return cloud_event(
        policy.source, snapshot.case_id, event_type(said.type), said.time, data, data_utc, place=said.place
    )


def _said(snapshot: Snapshot, columns: Columns) -> Iterator[Said | CellRefused]:
    if snapshot.status.received:
        yield from _reception(snapshot, columns)
    for promise in promises(snapshot):
        yield Said("rescheduled", promise.at, {"due": promise.due, "reason": promise.reason}, promise.place)
    yield from _waits(snapshot, columns)
    yield from _end(snapshot, columns)


def _reception(snapshot: Snapshot, columns: Columns) -> Iterator[Said | CellRefused]:
    if snapshot.received is None:
        yield _without_time(snapshot, columns.received)
        return
    if not snapshot.unit:
        yield CellRefused(REQUIRED_MISSING, f"column {columns.unit!r} is empty; give the unit", columns.unit)
        return
    data: Data = {
        "unit": snapshot.unit,
        "procedure": snapshot.procedure,
        "channel": snapshot.channel,
        "digitised": snapshot.digitised,
    }
    yield Said("received", snapshot.received, data)
    since = snapshot.stated_at
    if since is not None and since.utc > snapshot.received.utc:
        # to the unit that holds the case already this says nothing
        yield Said("transferred", since, {"unit": snapshot.unit}, snapshot.age)


def _waits(snapshot: Snapshot, columns: Columns) -> Iterator[Said | CellRefused]:
    """Supplements by their list; other waits, and the return to work, where the row says when it was changed."""
    waiting = False
    for wait in waits(snapshot):
        yield Said("paused", wait.began, {"reason": "supplement"})
        waiting = wait.supplement.answered is None
        if wait.supplement.answered is not None:
            yield Said("resumed", wait.supplement.answered, {})
    status = snapshot.status
    if status.waits is not None and not waiting:
        if snapshot.told is not None:
            yield Said("paused", snapshot.told, {"reason": status.waits})
        elif status.waits == "supplement":
            yield _without_time(snapshot, columns.supplements)
    if status.at_work and snapshot.told is not None and not waiting:
        # an empty wait ends one that an earlier row told of, and is no contradiction where there was none
        yield Said("paused", snapshot.told, {"reason": "other"})
        yield Said("resumed", snapshot.told, {})


def _end(snapshot: Snapshot, columns: Columns) -> Iterator[Said | CellRefused]:
    status = snapshot.status
    if status.closes is not None:
        if snapshot.end is None and status.undated:
            return
        if snapshot.end is None:
            yield _without_time(snapshot, getattr(columns, status.closed_at[0]))
        else:
            yield Said("closed", snapshot.end, {"reason": status.closes})
    if status.processed and snapshot.processed is not None:
        data: Data = {"electronic_result": snapshot.electronic_result, "paid": snapshot.paid}
        yield Said("processed", snapshot.processed, data)
    elif status.processed:
        yield _without_time(snapshot, columns.processed)
    if status.returned and snapshot.returned is not None:
        yield Said("returned", snapshot.returned, {"channel": snapshot.return_channel})
    elif status.returned:
        yield _without_time(snapshot, columns.returned)


def _without_time(snapshot: Snapshot, column: str) -> CellRefused:
    status = snapshot.status
    detail = f"column {column!r} does not say when, and status {status.code} is {status.meaning!r}; give the time"
    return CellRefused(REQUIRED_MISSING, detail, column)
