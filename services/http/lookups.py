"""Things looked up one by one: cases, dead letters, event schemas."""

import base64
from typing import Annotated, Any

from fastapi import APIRouter, Query

from events.schema import event_schema
from events.wire import CURRENT
from projections.measures import Policy
from services.cases import show_case
from services.clock import Clock
from services.dead_letters import dead_letter_row
from services.history.lookups import case_view_at, explain_case
from services.history.when import parse_when
from services.history.wording import Language
from services.http.problems import not_found
from services.postgres.queries import dead_letter, dead_letters
from services.postgres.store import PostgresStore

AsOf = Annotated[str | None, Query(description="now, a time of recording, positions 0:1200,1:1187, a publication's id")]


def _known(view: dict[str, Any] | None, case_id: str) -> dict[str, Any]:
    if view is None:
        raise not_found(f"no fact names a case {case_id!r}")
    return view


def lookups_router(store: PostgresStore, clock: Clock) -> APIRouter:
    """Cases, dead letters and schemas by their names."""
    router = APIRouter()

    @router.get("/cases/{case_id:path}/explanation", tags=["cases"], summary="Why a case is labelled as it is")
    async def get_explanation(
        case_id: str, as_of: AsOf = None, policy: Policy | None = None, language: Language = "en"
    ) -> dict[str, Any]:
        when = parse_when(as_of or "now", store.days.time_zone)
        found = await explain_case(store, case_id, when, clock, policy=policy, language=language)
        return _known(found, case_id)

    @router.get("/cases/{case_id:path}", tags=["cases"], summary="A case: state, timeline, label")
    async def get_case(case_id: str, as_of: AsOf = None) -> dict[str, Any]:
        if as_of is None:
            return _known(await show_case(store, case_id, clock), case_id)
        when = parse_when(as_of, store.days.time_zone)
        return _known(await case_view_at(store, case_id, when, clock), case_id)

    @router.get("/dead-letters", tags=["dead letters"], summary="Refused records, newest first")
    async def get_dead_letters(limit: Annotated[int, Query(ge=1, le=10_000)] = 100) -> list[dict[str, Any]]:
        return [dead_letter_row(letter) for letter in await dead_letters(store.pool, limit)]

    @router.get("/dead-letters/{letter_id}", tags=["dead letters"], summary="One refused record with its bytes")
    async def get_dead_letter(letter_id: int) -> dict[str, Any]:
        letter = await dead_letter(store.pool, letter_id)
        if letter is None:
            raise not_found(f"no dead letter {letter_id}")
        return dead_letter_row(letter) | {"body_base64": base64.b64encode(letter.body).decode()}

    @router.get("/schemas", tags=["schemas"], summary="The event types")
    async def get_types() -> list[str]:
        return list(CURRENT)

    @router.get("/schemas/{event_type}", tags=["schemas"], summary="JSON Schema of an event type")
    async def get_schema(event_type: str) -> dict[str, Any]:
        if event_type not in CURRENT:
            raise not_found(f"no event type {event_type!r}; there are {', '.join(CURRENT)}")
        return event_schema(event_type)

    return router
