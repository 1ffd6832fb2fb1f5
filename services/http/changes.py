"""`GET /changes`: a unit's figures as they change, as server-sent events."""

from collections.abc import AsyncIterator, Collection, Iterable
from http import HTTPStatus
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Query
from fastapi.responses import Response, StreamingResponse

from events.instants import iso
from services.exporter.changes import Listener
from services.exporter.exporter import Exporter
from services.http.problems import RETRY_SECONDS, not_found, problem
from services.http.units import unit_figures

HEARTBEAT_SECONDS: Final = 15.0
"""Proxies close what is silent for longer; the client learns that the figures are still those of now."""
UNITS_MAX: Final = 1_000
RECONNECT_MILLISECONDS: Final = 2_000
_DESCRIPTION: Final = (
    "Events `unit` with the figures of `GET /units/{code}`: at first those of the units asked for, then of each unit"
    " whose figures changed. Without `unit`, changes of all units; `reload` says that all may have changed: read"
    " `GET /units`. `heartbeat` comes at least every 15 s, with `as_of` and, where figures are not fresh, `trouble`."
)


def changes_router(exporter: Exporter) -> APIRouter:
    """The stream; it ends when the client leaves or the process stops."""
    router = APIRouter(tags=["units"])

    @router.get(
        "/changes",
        summary="Figures as they change",
        description=_DESCRIPTION,
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {}}}, 404: {"description": "no such unit"}},
    )
    async def get_changes(
        unit: Annotated[list[str] | None, Query(max_length=UNITS_MAX, description="code; may be given again")] = None,
    ) -> Response:
        asked = frozenset(unit or ())
        if missing := sorted(code for code in asked if code not in exporter.live.tree):
            raise not_found(f"unit {missing[0]!r} is not registered")
        if (full := exporter.changes.full()) is not None:
            retry = {"Retry-After": str(RETRY_SECONDS)}
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, full, headers=retry)
        return StreamingResponse(
            _until_over(exporter, asked),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    return router


async def _until_over(exporter: Exporter, asked: Collection[str]) -> AsyncIterator[bytes]:
    """Listens from the first byte on: a client that left before it is no listener."""
    with exporter.changes.listening() as listener:
        async for one in stream(exporter, listener, asked):
            yield one


async def stream(
    exporter: Exporter, listener: Listener, asked: Collection[str], *, heartbeat_seconds: float = HEARTBEAT_SECONDS
) -> AsyncIterator[bytes]:
    """The events as bytes; `asked` empty means every unit."""
    sent: dict[str, int] = {}
    yield f"retry: {RECONNECT_MILLISECONDS}\n\n".encode()
    yield _heartbeat(exporter)
    for one in _units(exporter, sorted(asked), sent):
        yield one
    while True:
        changed = await listener.changed(heartbeat_seconds)
        if listener.closed:
            return
        if changed is None and not asked:
            sent.clear()
            yield _event("reload", {"as_of": iso(exporter.live.refreshed_at)})
            continue
        wanted = asked if changed is None else changed & set(asked) if asked else changed
        for one in _units(exporter, sorted(wanted), sent):
            yield one
        if not changed:
            yield _heartbeat(exporter)


def _units(exporter: Exporter, codes: Iterable[str], sent: dict[str, int]) -> Iterable[bytes]:
    """The figures of the units that are not those sent last; `sent` remembers them by hash."""
    live = exporter.live
    for code in codes:
        if code not in live.tree:
            continue
        figures = unit_figures(live, code)
        known = hash(msgspec.json.encode(figures))
        if sent.get(code) != known:
            sent[code] = known
            yield _event("unit", {"as_of": iso(live.refreshed_at), **figures})


def _heartbeat(exporter: Exporter) -> bytes:
    return _event("heartbeat", {"as_of": iso(exporter.live.refreshed_at), "trouble": exporter.trouble()})


def _event(name: str, data: dict[str, Any]) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), msgspec.json.encode(data))
