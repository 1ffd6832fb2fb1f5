"""Errors as `application/problem+json` (RFC 9457): the one place where an error becomes an HTTP status."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from projections.periods import PeriodRefused
from projections.reports import UnitUnknown
from services.evidence.errors import EvidenceError
from services.history.archive import ArchiveUnreadable
from services.history.when import WhenRefused
from services.intake import Overloaded
from services.report_documents import ReportRefused
from services.store import StoreRefused, StoreUnavailable

MEDIA_TYPE: Final = "application/problem+json"
RETRY_SECONDS: Final = 2


def problem(
    status: HTTPStatus, detail: str, *, headers: Mapping[str, str] | None = None, **members: Any
) -> JSONResponse:
    """A problem document; `members` are added to it."""
    body = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail, **members}
    return JSONResponse(body, status.value, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def _retry(status: HTTPStatus, detail: str) -> JSONResponse:
    return problem(status, detail, headers={"Retry-After": str(RETRY_SECONDS)})


def add_problem_handlers(app: FastAPI) -> None:
    """Every error that may leave a route has its answer here."""

    @app.exception_handler(StoreUnavailable)
    async def _unavailable(_: Request, error: StoreUnavailable) -> JSONResponse:
        detail = f"{error}. Nothing was acknowledged: send again, repeats are harmless."
        return _retry(HTTPStatus.SERVICE_UNAVAILABLE, detail)

    @app.exception_handler(StoreRefused)
    async def _store_refused(_: Request, error: StoreRefused) -> JSONResponse:
        return _retry(HTTPStatus.SERVICE_UNAVAILABLE, str(error))

    @app.exception_handler(Overloaded)
    async def _overloaded(_: Request, error: Overloaded) -> JSONResponse:
        return _retry(HTTPStatus.TOO_MANY_REQUESTS, f"{error}: send again in a moment")

    @app.exception_handler(PeriodRefused)
    async def _period(_: Request, error: PeriodRefused) -> JSONResponse:
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))

    @app.exception_handler(ReportRefused)
    async def _report(_: Request, error: ReportRefused) -> JSONResponse:
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))

    @app.exception_handler(WhenRefused)
    async def _when(_: Request, error: WhenRefused) -> JSONResponse:
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))

    @app.exception_handler(ArchiveUnreadable)
    async def _archive(_: Request, error: ArchiveUnreadable) -> JSONResponse:
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, f"{error}: run `duecourse verify`")

    @app.exception_handler(EvidenceError)
    async def _evidence(_: Request, error: EvidenceError) -> JSONResponse:
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, str(error))

    @app.exception_handler(UnitUnknown)
    async def _unit(_: Request, error: UnitUnknown) -> JSONResponse:
        return problem(HTTPStatus.NOT_FOUND, f"unit {error.args[0]!r} is not registered")

    @app.exception_handler(RequestValidationError)
    async def _parameters(_: Request, error: RequestValidationError) -> JSONResponse:
        found = "; ".join(f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg']}" for one in error.errors())
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, found)

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> JSONResponse:
        return problem(HTTPStatus(error.status_code), str(error.detail), headers=error.headers)


def not_found(detail: str) -> HTTPException:
    return HTTPException(HTTPStatus.NOT_FOUND, detail)


def not_acceptable(detail: str) -> HTTPException:
    return HTTPException(HTTPStatus.NOT_ACCEPTABLE, detail)
