"""Pages for programs and people: metrics, health, the board."""

from http import HTTPStatus
from importlib import resources
from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, JSONResponse, Response

from services.exporter.exporter import Exporter
from services.exporter.text import CONTENT_TYPE
from services.http.problems import RETRY_SECONDS, problem

_BOARD: Final = (resources.files("services.http") / "static" / "board.html").read_text()


def pages_router(exporter: Exporter) -> APIRouter:
    """`/metrics`, `/health/…` and `/`."""
    router = APIRouter()

    @router.get("/metrics", tags=["metrics"], summary="Unit figures and process metrics as Prometheus text")
    async def get_metrics() -> Response:
        return Response(exporter.unit_page() + exporter.process_page(), media_type=CONTENT_TYPE)

    @router.get("/health/live", tags=["health"], summary="The process answers")
    async def get_live() -> dict[str, str]:
        return {"status": "live"}

    @router.get("/health/ready", tags=["health"], summary="The database answers and figures are fresh")
    async def get_ready() -> JSONResponse:
        trouble = exporter.trouble()
        if trouble is not None:
            retry = {"Retry-After": str(RETRY_SECONDS)}
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, f"database: {trouble}", headers=retry)
        return JSONResponse({"status": "ready"})

    @router.get("/", include_in_schema=False)
    async def get_board() -> HTMLResponse:
        return HTMLResponse(_BOARD)

    return router
