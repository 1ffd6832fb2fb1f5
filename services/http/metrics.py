"""`/metrics` and `/metrics/process`: OpenMetrics or plain text, compressed or not, as the client would rather have it.

Joining and compressing the page of many units takes longer than others may wait for their answer, so another thread
does it, on a snapshot.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Final

from fastapi import APIRouter, Header
from fastapi.responses import Response, StreamingResponse

from services.exporter.exporter import Exporter
from services.exporter.formats import Format
from services.exporter.page import Snapshot
from services.http.negotiation import metrics_format, takes_gzip

VARY: Final[Mapping[str, str]] = MappingProxyType({"Vary": "Accept, Accept-Encoding"})

Accept = Annotated[str, Header()]


def metrics_router(exporter: Exporter, *, units: bool, together: bool) -> APIRouter:
    """`/metrics` with the units, if this process shows them, and `/metrics/process`; `together`: both on the first."""
    router = APIRouter(tags=["metrics"])

    @router.get("/metrics/process", summary="This process as Prometheus text or OpenMetrics")
    async def get_process(accept: Accept = "*/*") -> Response:
        form = metrics_format(accept)
        return Response(exporter.process_page(form), media_type=form.content_type, headers=VARY)

    if units:

        @router.get("/metrics", summary="Unit figures and pipeline as Prometheus text or OpenMetrics")
        async def get_metrics(accept: Accept = "*/*", accept_encoding: Accept = "") -> Response:
            form = metrics_format(accept)
            tail = exporter.process_page(form) if together else form.end
            drawn = _gzipped if takes_gzip(accept_encoding) else _plain
            return await drawn(exporter.snapshot(), form, tail)

    return router


async def _gzipped(snapshot: Snapshot, form: Format, tail: bytes) -> Response:
    page = await asyncio.to_thread(snapshot.gzipped, form, tail)
    return Response(page, media_type=form.content_type, headers={**VARY, "Content-Encoding": "gzip"})


async def _plain(snapshot: Snapshot, form: Format, tail: bytes) -> Response:
    """In pieces: to hand over 30 MB at once would copy them while everybody waits."""
    pieces = await asyncio.to_thread(snapshot.pieces, form, tail)
    headers = {**VARY, "Content-Length": str(sum(map(len, pieces)))}
    return StreamingResponse(_each(pieces), media_type=form.content_type, headers=headers)


async def _each(pieces: Sequence[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
