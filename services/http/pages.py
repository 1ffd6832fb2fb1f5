"""Pages for programs and people: metrics, health, the board."""

from collections.abc import Callable
from http import HTTPStatus
from importlib import resources
from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, JSONResponse, Response

from services.exporter.exporter import Exporter
from services.exporter.text import CONTENT_TYPE
from services.http.problems import RETRY_SECONDS, problem

_BOARD: Final = (resources.files("services.http") / "static" / "board.html").read_text(encoding="utf-8")


Trouble = Callable[[], str | None]
"""What is not ready; None where everything is."""


def health_router(trouble: Trouble) -> APIRouter:
    """`/health/…`."""
    router = APIRouter(tags=["health"])

    @router.get("/health/live", summary="The process answers")
    async def get_live() -> dict[str, str]:
        return {"status": "live"}

    @router.get("/health/ready", summary="The database and the log answer, figures are fresh, no partition is halted")
    async def get_ready() -> JSONResponse:
        found = trouble()
        if found is not None:
            retry = {"Retry-After": str(RETRY_SECONDS)}
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, found, headers=retry)
        return JSONResponse({"status": "ready"})

    return router


def metrics_router(exporter: Exporter, *, units: bool, together: bool) -> APIRouter:
    """`/metrics` with the units, if this process shows them, and `/metrics/process`; `together`: both on the first."""
    router = APIRouter(tags=["metrics"])

    @router.get("/metrics/process", summary="This process as Prometheus text")
    async def get_process() -> Response:
        return Response(exporter.process_page(), media_type=CONTENT_TYPE)

    if units:

        @router.get("/metrics", summary="Unit figures and pipeline as Prometheus text")
        async def get_metrics() -> Response:
            page = exporter.unit_page()
            return Response(page + exporter.process_page() if together else page, media_type=CONTENT_TYPE)

    return router


def board_router() -> APIRouter:
    """`/`."""
    router = APIRouter()

    @router.get("/", include_in_schema=False)
    async def get_board() -> HTMLResponse:
        return HTMLResponse(_BOARD)

    return router
