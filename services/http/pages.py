"""Pages for programs and people: health, the board."""

from collections.abc import Callable
from http import HTTPStatus
from importlib import resources
from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, JSONResponse

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


def board_router() -> APIRouter:
    """`/`."""
    router = APIRouter()

    @router.get("/", include_in_schema=False)
    async def get_board() -> HTMLResponse:
        return HTMLResponse(_BOARD)

    return router
