"""`POST /events`: facts come in."""

from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from msgspec import structs

from projections.effect import Verdict
from services.http.bodies import BATCH, SINGLE, TooManyEvents, read_body, records_of
from services.http.problems import problem
from services.intake import Intake
from services.tracing import HEADER as TRACE_HEADER
from services.tracing import TRACE_MAX

_EVENT: Final = {
    "type": "object",
    "required": ["specversion", "id", "source", "type", "subject", "time"],
    "description": "CloudEvents 1.0; the schema of each type is at /schemas/{type}",
}
_STATUS_OF: Final = {
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "content_type": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
}


def events_router(intake: Intake) -> APIRouter:
    """The door for single events and batches of at most 1,000."""
    router = APIRouter(tags=["events"])

    @router.post(
        "/events",
        summary="Record one event or a batch",
        response_model=None,
        responses={
            200: {"description": "an array with one {id, status, reason?} per event, in order; all are durable"},
            413: {"description": "too large, or more than 1,000 events"},
            422: {"description": "the only event was refused and kept as a dead letter"},
            429: {"description": "too many events are waiting; see Retry-After"},
            503: {"description": "database or log is away; see Retry-After, then send again: repeats are harmless"},
        },
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {SINGLE: {"schema": _EVENT}, BATCH: {"schema": {"type": "array", "items": _EVENT}}},
            }
        },
    )
    async def post_events(request: Request) -> JSONResponse:
        body, whole = await read_body(request)
        try:
            records = records_of(request.headers.get("content-type", ""), body, whole=whole)
            if trace := request.headers.get(TRACE_HEADER):
                records = [structs.replace(record, trace=trace[:TRACE_MAX]) for record in records]
        except TooManyEvents as error:
            return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, str(error))
        verdicts = await intake.submit(records) if records else []
        answers = [answer(verdict) for verdict in verdicts]
        if len(verdicts) == 1 and verdicts[0].status == "refused":
            status = _STATUS_OF.get(verdicts[0].reason or "", HTTPStatus.UNPROCESSABLE_ENTITY)
            return problem(status, verdicts[0].detail or "refused", results=answers)
        return JSONResponse(answers)

    return router


def answer(verdict: Verdict) -> dict[str, Any]:
    """What the sender of one event is told."""
    told: dict[str, Any] = {"id": verdict.id, "status": verdict.status}
    if verdict.reason is not None:
        told |= {"reason": verdict.reason, "detail": verdict.detail}
    return told
